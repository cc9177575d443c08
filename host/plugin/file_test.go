package plugin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/t2host/t2host/plugins/tcpwin"
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
		{"aaaa", "xxxx", "is no checksum of 64 hex digits"},
		{`"artefacts"`, `"artifacts"`, `unknown field "artifacts"`},
		{`"abi": 1`, `"abi": 2`, "speaks ABI 2"},
		{`"process"`, `"wasm"`, ""},
	} {
		_, err := parseFile(dir, []byte(strings.Replace(good, c.old, c.new, 1)))
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %s", c.new, err, c.want)
		}
	}
}

func TestSearch(t *testing.T) {
	dir := t.TempDir()
	for _, sub := range []string{"a/one", "b/two"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
		written(t, filepath.Join(dir, sub))
	}
	env := func(name string) string {
		return map[string]string{"T2HOST_PLUGINS": filepath.Join(dir, "b"), "HOME": dir}[name]
	}
	found, err := Search(Folders([]string{filepath.Join(dir, "a")}, env), BuiltIn(tcpwin.Plugin))
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Catalogue) != 1 || found.Catalogue[0].From != filepath.Join(dir, "a/one") || len(found.Shadowed) != 2 {
		t.Errorf("found %+v", found)
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
				t.Errorf("file %q lies outside the folder", file.Path)
			}
		}
	})
}
