package t2host

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSourceIsWhole compares what is embedded with the tree: every package of this module
// without its tests.
func TestSourceIsWhole(t *testing.T) {
	got, want := map[string]bool{}, map[string]bool{}
	err := fs.WalkDir(Source(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			got[name] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && apart(name):
			return fs.SkipDir
		case !d.IsDir() && belongs(name):
			want[name] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("source.go does not embed what belongs to the source: add a pattern there (-want +got):\n%s", diff)
	}
}

// apart reports whether a folder holds nothing of the source. The examples are modules of their own.
func apart(dir string) bool {
	base := path.Base(dir)
	return dir != "." && base[0] == '.' || base == "testdata" && !strings.HasPrefix(dir, "scaffold/templates/") ||
		dir == "bin" || dir == "run" || dir == "docs/examples"
}

// belongs reports whether a file is part of the source. All files of templates are.
func belongs(name string) bool {
	switch {
	case strings.HasPrefix(name, "scaffold/templates/"):
		return true
	case strings.HasSuffix(name, "_test.go"):
		return false
	}
	switch path.Ext(name) {
	case ".go", ".md", ".tmpl":
		return true
	}
	return name == "go.mod" || name == "go.sum" || name == "LICENSE" || name == "host/plugin/wasm/modules/README"
}
