package scaffold

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// source is an SDK with one file.
func source(text string) fs.FS {
	return fstest.MapFS{
		"go.mod":     {Data: []byte("module " + modulePath + "\n\ngo 1.26.0\n")},
		"go.sum":     {Data: []byte("b v1.0.0 h1:b=\n")},
		"sdk/doc.go": {Data: []byte(text)},
	}
}

// read returns what some files of a folder hold, and fails if a file is missing.
func read(t *testing.T, dir string, names ...string) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		got[name] = string(data)
	}
	return got
}

func TestMakeAndUpgrade(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "here", "mine")
	p := &Plugin{Name: "mine", Number: 100, Kind: Minimal}
	if err := errors.Join(CheckFolder(dir), p.Make(dir, source("package sdk"))); err != nil {
		t.Fatal(err)
	}
	const mod = "module example.com/mine\n\ngo 1.26.0\n\nrequire github.com/t2host/t2host v0.0.0\n\nreplace github.com/t2host/t2host => ./third_party/t2host\n"
	want := map[string]string{"go.mod": mod, "go.sum": "b v1.0.0 h1:b=\n", SDK + "/sdk/doc.go": "package sdk"}
	if diff := cmp.Diff(want, read(t, dir, "go.mod", "go.sum", SDK+"/sdk/doc.go")); diff != "" {
		t.Errorf("what Make wrote (-want +got):\n%s", diff)
	}
	read(t, dir, "mine.go", "mine_test.go", "README.md", "Makefile", ".gitignore", "cmd/mine/main.go")

	if err := CheckFolder(dir); err == nil {
		t.Error("CheckFolder of the plugin's own folder: no error")
	}
	if err := p.Make(dir, source("package other")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Make in the plugin's own folder: %v", err)
	}

	// What the plugin requires itself stays, and what the SDK had and has no more goes.
	stale := filepath.Join(dir, SDK, "sdk", "stale.go")
	for path, text := range map[string]string{stale: "", filepath.Join(dir, "go.sum"): "a v1.0.0 h1:a=\n"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := Upgrade(dir, source("package newer")); err != nil {
		t.Fatal(err)
	}
	want["go.sum"], want[SDK+"/sdk/doc.go"] = "a v1.0.0 h1:a=\nb v1.0.0 h1:b=\n", "package newer"
	if diff := cmp.Diff(want, read(t, dir, "go.mod", "go.sum", SDK+"/sdk/doc.go")); diff != "" {
		t.Errorf("what Upgrade wrote (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(stale); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that the SDK has no more: %v", err)
	}
	for _, in := range []string{filepath.Dir(dir), dir} {
		if left, err := filepath.Glob(filepath.Join(in, ".t2host*")); len(left) > 0 || err != nil {
			t.Errorf("files are left: %q, %v", left, err)
		}
	}
	if err := Upgrade(parent, source("")); !errors.Is(err, ErrNoSDK) {
		t.Errorf("Upgrade of a folder without an SDK: %v", err)
	}
}
