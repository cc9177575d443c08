package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const pluginSource = `package main

import (
	"example.org/counter/third"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(plugin) }

func main() { serve.Run() }

var plugin = sdk.Define(sdk.Spec[struct{}]{
	Name: "myCounter", Number: 500, Version: third.Version, Doc: "counts packets", Packets: sdk.TCP(sdk.Window),
	Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
		n := 0
		return &sdk.Loop{
			Packet: func(sdk.PacketRow) { n++ },
			Report: func(r *sdk.Report) { r.Line("counted " + sdk.Count(uint64(n))) },
		}, nil
	},
})
`

// outside makes a plugin as somebody else would have it: a module of its own.
func outside(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile("../../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(mod), "module github.com/t2host/t2host", "module example.org/counter", 1) +
		"\nrequire github.com/t2host/t2host v0.0.0\nreplace github.com/t2host/t2host => " + root + "\n"
	for name, data := range map[string]string{
		"go.mod": text, "go.sum": string(sum), "cmd/counter/main.go": pluginSource,
		"third/version.go": "package third\n\nconst Version = \"1.0.0\"\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestBuild: a plugin of somebody else is built, found, shown and run in each
// runtime that it has; what is changed behind its manifest's back is refused.
func TestBuild(t *testing.T) {
	bin := builtCommand(t)
	dir := outside(t)
	t.Setenv("XDG_CACHE_HOME", warmCache(t))
	t.Setenv("GOFLAGS", "-mod=mod")
	run := func(want string, args ...string) {
		t.Helper()
		out, err := exec.Command(bin, args...).CombinedOutput()
		if failed := err != nil; failed != strings.HasPrefix(want, "t2host: ") || !strings.Contains(string(out), want) {
			t.Errorf("t2host %s: %v\n%s\nwant %s", strings.Join(args, " "), err, out, want)
		}
	}
	run("myCounter 1.0.0 is in "+dir+"/build/mycounter", "build", dir)
	run("500  myCounter   1.0.0    flow", "plugins", "-P", dir+"/build")
	run("sha256", "plugins", "mycounter", "-P", dir+"/build/mycounter")
	capture := []string{"-r", "../../testdata/windows.pcap", "-w", t.TempDir() + "/out", "-P", dir + "/build"}
	for _, how := range []string{"myCounter", "mycounter:wasm", "mycounter:worker", "mycounter:process"} {
		run("myCounter: counted 2564", append(capture, "-p", how)...)
	}
	run("Cost of myCounter (wasm)", append(capture, "-p", "mycounter", "--trust", "myCounter")...)
	run("Cost of myCounter (worker)", append(capture, "-p", dir+"/build/mycounter/mycounter.wasm")...)
	run("Cost of myCounter (process)", append(capture, "-p", dir+"/build/mycounter/mycounter")...)
	run("t2host: plugin myCounter cannot run as inproc: it has wasm, worker, process", append(capture, "-p", "mycounter:inproc")...)
	run("t2host: plugin myCounter: open: executable ", append(capture, "-p", "mycounter:process", "--pin", "mycounter="+strings.Repeat("0", 64))...)
	run("t2host: plugin myCounter: open: module has checksum ", append(capture, "-p", "mycounter", "--pin", "mycounter="+strings.Repeat("0", 64))...)

	// The artefact was built anew, its plugin.json was not.
	kept, err := os.ReadFile(dir + "/build/mycounter/plugin.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/third/version.go", []byte("package third\n\nconst Version = \"1.0.1\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	run("myCounter 1.0.1 is in ", "build", dir)
	if err := os.WriteFile(dir+"/build/mycounter/plugin.json", kept, 0o644); err != nil {
		t.Fatal(err)
	}
	run("t2host: plugin myCounter: open: module has checksum ", append(capture, "-p", "mycounter")...)

	// Twice in one folder; and what is no plugin's folder.
	if err := os.CopyFS(dir+"/build/copy", os.DirFS(dir+"/build/mycounter")); err != nil {
		t.Fatal(err)
	}
	run("t2host: plugin myCounter is twice in folder "+dir+"/build: version 1.0.0 in ", append(capture, "-p", "mycounter")...)
	run("t2host: build "+dir+"/third: there is no command, or more than one: ", "build", dir+"/third")
	run("t2host: build none: no such folder", "build", "none")
	if err := os.WriteFile(dir+"/third/version.go", []byte("package third\n\nconst Version = 7\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	run("t2host: build "+dir+": go build", "build", dir)
}
