package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/plugins/tcpwinsink"
	"github.com/t2host/t2host/sdk/wire"
)

func written(t testing.TB, dir string) []byte {
	t.Helper()
	sum := strings.Repeat("a", 64)
	a := &Artefact{Plugin: tcpwin.Plugin, Module: File{"x/tcpwin.wasm", sum}, Executable: File{"x/tcpwin", sum}}
	if err := WriteFile(dir, a); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	good := string(written(t, dir))
	a, err := ReadFile(dir)
	if err != nil || a.Name != "tcpwin" || a.Module.Path != filepath.Join(dir, "tcpwin.wasm") || a.Executable.SHA256 != strings.Repeat("a", 64) {
		t.Fatalf("%+v, %v", a, err)
	}
	for _, c := range []struct{ old, new, want string }{
		{`"tcpwin.wasm"`, `"../tcpwin.wasm"`, `file "../tcpwin.wasm" is not the name of a file in its folder`},
		{`"file": "tcpwin"`, `"file": ".."`, `file ".." is not the name of a file in its folder`},
		{"aaaa", "xxxx", "is not a checksum of 64 hex digits"},
		{`"artefacts"`, `"artifacts"`, `unknown field "artifacts"`},
		{`"file": "tcpwin"`, `"file": 7`, "artefacts.process.file: unexpected JSON number"},
		{`"version": "1.0.0"`, `"version": "1.0"`, `plugin tcpwin: version "1.0" is not a semantic version such as 1.0.0`},
		{`"number": 150`, `"number": 1500`, "number 1500 is not between 0 and 999"},
		{`"manifest"`, `"manifesto"`, `unknown field "manifesto"`},
		{`"wasm"`, `"process"`, ""}, // the later one counts
		{good, "{}", "has no manifest"},
		{good, `{"manifest": ` + string(wire.AppendManifest(nil, tcpwin.Plugin, tcpwinsink.Plugin)) + "}", "describes 2 plugins: a folder holds one"},
		{good, "", "is empty"},
		{good, good[:len(good)/2], "ends in the middle"},
		{good, good + "{}", "trailing data after the top-level value"},
		{good, good[:strings.Index(good, `"artefacts"`)] + `"artefacts": {}}`, "names neither a module nor an executable"},
	} {
		_, err := parseFile(dir, []byte(strings.Replace(good, c.old, c.new, 1)))
		switch {
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%.60s: %v, want %s", c.new, err, c.want)
		case err != nil && !strings.HasSuffix(err.Error(), ": build the plugin again (t2host build DIR)"):
			t.Errorf("%.60s: %v, without a cure", c.new, err)
		}
	}
}

// TestFileOfAnotherABI: which side is older is said also where the rest of the
// file is not what this t2host knows.
func TestFileOfAnotherABI(t *testing.T) {
	for text, want := range map[string]string{
		`{"manifest": {"abi": 3, "plugins": {}}, "signature": "x"}`: "speaks ABI 3, this t2host ABI 2: the plugin is newer: install a newer t2host, or rebuild the plugin with an SDK of this version",
		`{"manifest": {"abi": 0}}`:                                  "speaks ABI 0, this t2host ABI 2: the plugin is older: rebuild it with the SDK of this version (t2host build DIR)",
	} {
		if _, err := parseFile("dir", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", text, err, want)
		}
	}
}

func FuzzFile(f *testing.F) {
	f.Add(written(f, f.TempDir()))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := parseFile("dir", data)
		if err != nil {
			return
		}
		for _, file := range []File{a.Module, a.Executable} {
			if file.Path != "" && filepath.Dir(file.Path) != "dir" {
				t.Errorf("file %q is outside the folder", file.Path)
			}
		}
	})
}
