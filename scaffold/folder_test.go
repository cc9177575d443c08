package scaffold

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// source is an SDK with one file.
func source(text string) fs.FS {
	return fstest.MapFS{
		"go.mod":     {Data: []byte("module " + modulePath + "\n\ngo 1.26.0\n")},
		"go.sum":     {Data: []byte("golang.org/x/mod v1.0.0 h1:b=\nexample.com/driver v1.0.0 h1:c=\n")},
		"LICENSE":    {Data: []byte("a licence")},
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
	want := map[string]string{"go.mod": mod, "go.sum": "golang.org/x/mod v1.0.0 h1:b=\n", SDK + "/sdk/doc.go": "package sdk"}
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
	upgraded, err := Upgrade(dir, source("package newer"), nil, nil)
	if err != nil || len(upgraded.Files) > 0 || upgraded.From == "" {
		t.Fatalf("%+v, %v", upgraded, err)
	}
	want["go.sum"], want[SDK+"/sdk/doc.go"] = "a v1.0.0 h1:a=\ngolang.org/x/mod v1.0.0 h1:b=\n", "package newer"
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
	if _, err := Upgrade(parent, source(""), nil, nil); !errors.Is(err, ErrNoSDK) {
		t.Errorf("Upgrade of a folder without an SDK: %v", err)
	}
}

// TestUpgradeMerges upgrades a folder that another version has made, and that its author has changed since.
func TestUpgradeMerges(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mine")
	p := &Plugin{Name: "mine", Number: 100, Kind: Minimal}
	if err := p.Make(dir, source("package sdk\nfunc Old() {}")); err != nil {
		t.Fatal(err)
	}
	was, err := readMade(dir)
	if err != nil {
		t.Fatal(err)
	}
	// It was made by a version whose Makefile was another, which had a file that there is no more, and not yet the workflow.
	makefile, readme := was.Files["Makefile"], was.Files["README.md"]
	was.By = "t2host 0.0.1"
	was.Files["Makefile"] = "# an older one\n" + makefile
	was.Files["old.txt"], was.Files["gone.txt"] = "older\n", "older\n"
	delete(was.Files, ".github/workflows/test.yml")
	data, err := json.Marshal(was)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		MadeFile: string(data), "Makefile": "# an older one\n" + makefile + "\nmine:\n\techo mine\n", "README.md": readme + "\nMine.\n", "old.txt": "older\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(filepath.Join(dir, ".github")); err != nil {
		t.Fatal(err)
	}
	got, err := Upgrade(dir, source("package sdk\nfunc New() {}"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := &Upgraded{
		From:  "t2host 0.0.1",
		Files: []UpgradedFile{{".github/workflows/test.yml", Added}, {"Makefile", Merged}, {"old.txt", Removed}},
		SDK:   []ChangedSymbol{{"sdk.New", "", "func New()"}, {"sdk.Old", "func Old()", ""}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	files := map[string]string{"Makefile": makefile + "\nmine:\n\techo mine\n", "README.md": readme + "\nMine.\n"}
	if diff := cmp.Diff(files, read(t, dir, "Makefile", "README.md")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	read(t, dir, ".github/workflows/test.yml")
	if _, err := os.Stat(filepath.Join(dir, "old.txt")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("old.txt: %v", err)
	}
	if again, err := Upgrade(dir, source("package sdk\nfunc New() {}"), nil, nil); err != nil || len(again.Files)+len(again.SDK) > 0 {
		t.Errorf("a second time: %+v, %v", again, err)
	}
}

// TestAForeignMadeFile: it is a file of others as soon as the folder is.
func TestAForeignMadeFile(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":               "{",
		"another kind":          `{"name":"mine","kind":"../flow","files":{}}`,
		"part of a template":    `{"name":"mine","kind":"flow/testdata","files":{}}`,
		"what templates share":  `{"name":"mine","kind":"_common","files":{}}`,
		"no kind":               `{"name":"mine","files":{}}`,
		"no name":               `{"kind":"flow","files":{}}`,
		"a path out of it":      `{"name":"mine","kind":"flow","files":{"../x":"y"}}`,
		"an absolute path":      `{"name":"mine","kind":"flow","files":{"/tmp/x":"y"}}`,
		"a large one":           `{"name":"mine","kind":"flow","files":{"x":"` + strings.Repeat("y", maxMade) + `"}}`,
		"no path":               `{"name":"mine","kind":"flow","files":{"":"y"}}`,
		"a number for the name": `{"name":1}`,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, MadeFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if m, err := readMade(dir); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}
