package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/t2host/t2host"
	"github.com/t2host/t2host/host/firstparty"
)

// Programs that need seconds to build are built once for all tests, when the first of
// them asks for it.
var (
	fullProgram   = once("full", buildFull)       // t2host as make build makes it
	plainProgram  = once("plain", buildPlain)     // t2host as go build makes it: without the module
	counterFolder = once("counter", buildCounter) // somebody else's plugin, built by t2host build
)

// once returns a function that builds something in a folder of its own, the first
// time, and returns its path.
func once(name string, build func(dir string) (string, error)) func() (string, error) {
	return sync.OnceValues(func() (string, error) {
		dir, err := buildDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(dir, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			return "", err
		}
		return build(dir)
	})
}

// buildRoot is where they are; TestMain removes it.
var buildRoot string

var buildDir = sync.OnceValues(func() (dir string, err error) {
	buildRoot, err = os.MkdirTemp("", "t2host-test")
	return buildRoot, err
})

// environ is the environment of a program under test: nothing of the user's that
// t2host reads, but what go has compiled and fetched.
func environ() ([]string, error) {
	dir, err := buildDir()
	if err != nil {
		return nil, err
	}
	golang, err := goFolders()
	if err != nil {
		return nil, err
	}
	env := append(os.Environ(), "T2HOST_PLUGINS=", "XDG_DATA_HOME="+dir, "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
	return append(env, golang...), nil
}

// goFolders are where go keeps what it has compiled and fetched: by default that
// is in HOME, and a script's is another one.
var goFolders = sync.OnceValues(func() ([]string, error) {
	names := []string{"GOCACHE", "GOMODCACHE"}
	out, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	vars := []string{"GOFLAGS=-mod=mod"} // the go.mod of somebody else's plugin is not tidy
	for i, path := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		vars = append(vars, names[i]+"="+path)
	}
	return vars, nil
})

// built returns the path of what was built. Building is too slow for -short.
func built(t testing.TB, what func() (string, error)) string {
	t.Helper()
	if testing.Short() {
		t.Skip("short: what it needs is not built")
	}
	path, err := what()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

const modules = "../../host/plugin/wasm/modules/"

func buildFull(dir string) (string, error) {
	module, sum := filepath.Join(dir, "plugins.wasm"), filepath.Join(dir, "plugins.sum")
	of, err := firstparty.Sum(t2host.Source())
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(sum, []byte(of+"\n"), 0o644); err != nil {
		return "", err
	}
	err = goBuild(module, "../../plugins/all/cmd/all", []string{"GOOS=wasip1", "GOARCH=wasm"}, "-buildmode=c-shared", "-ldflags=-s -w")
	if err != nil {
		return "", err
	}
	return buildHost(dir, module, sum)
}

func buildPlain(dir string) (string, error) { return buildHost(dir, "", "") }

// buildHost builds t2host with other files in place of what make build puts in;
// empty: without it.
func buildHost(dir, module, sum string) (string, error) {
	folder, err := filepath.Abs(modules)
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(folder, "plugins.wasm"): module,
		filepath.Join(folder, "plugins.sum"):  sum,
	}})
	if err != nil {
		return "", err
	}
	file, program := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "t2host")
	if err := os.WriteFile(file, overlay, 0o644); err != nil {
		return "", err
	}
	return program, goBuild(program, ".", nil, "-overlay="+file)
}

func goBuild(out, command string, env []string, flags ...string) error {
	args := append([]string{"build", "-trimpath"}, flags...) // as make build, whose packages are compiled already
	cmd := exec.Command("go", append(args, "-o", out, command)...)
	cmd.Env = append(os.Environ(), env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", command, err, text)
	}
	return nil
}

// writeCounter writes the sources of somebody else's plugin: a module of its own.
func writeCounter(dir string) error {
	archive, err := txtar.ParseFile("testdata/counter.txtar")
	if err != nil {
		return err
	}
	if err := txtar.Write(archive, dir); err != nil {
		return err
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		return err
	}
	text := strings.Replace(string(mod), "module github.com/t2host/t2host", "module example.org/counter", 1) +
		"\nrequire github.com/t2host/t2host v0.0.0\nreplace github.com/t2host/t2host => " + root + "\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o644); err != nil {
		return err
	}
	sum, err := os.ReadFile("../../go.sum")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o644)
}

// buildCounter returns the folder that t2host build has made.
func buildCounter(dir string) (string, error) {
	program, err := fullProgram()
	if err != nil {
		return "", err
	}
	if err := writeCounter(dir); err != nil {
		return "", err
	}
	cmd := exec.Command(program, "build", dir)
	if cmd.Env, err = environ(); err != nil {
		return "", err
	}
	out, err := cmd.CombinedOutput()
	place := filepath.Join(dir, "build", "mycounter")
	if err == nil && !strings.Contains(string(out), "myCounter 1.0.0 is in "+place+"\n") {
		err = fmt.Errorf("does not print where the plugin is")
	}
	if err != nil {
		return "", fmt.Errorf("t2host build: %w\n%s", err, out)
	}
	return place, nil
}
