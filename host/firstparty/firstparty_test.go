package firstparty

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// TestBuild builds the module, and again after its file or its folder was altered.
func TestBuild(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the plugins")
	}
	c := Config{os.DirFS("../.."), filepath.Join(t.TempDir(), "t2host", "module")}
	if m, err := c.Find(); m != nil || err != nil {
		t.Fatalf("Find in an empty cache = %v, %v", m, err)
	}
	m, err := c.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := func(when string, want bool) {
		t.Helper()
		f, err := c.Find()
		if err != nil || (f != nil) != want {
			t.Errorf("Find %s = %v, %v; want a module: %t", when, f, err, want)
		}
	}
	found("after Build", true)
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(m.Path), "*")); err != nil || len(left) != 1 {
		t.Errorf("the folder holds %q, %v; want the module alone", left, err)
	}
	if err := os.Truncate(m.Path, 100); err != nil {
		t.Fatal(err)
	}
	found("of a damaged module", false)
	if _, err := c.Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	found("after the damaged one was built anew", true)
	for _, path := range []string{m.Path, filepath.Dir(m.Path), c.Dir, filepath.Dir(c.Dir)} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, bit := range []os.FileMode{0o020, 0o002} {
			if err := os.Chmod(path, info.Mode().Perm()|bit); err != nil {
				t.Fatal(err)
			}
			if f, err := c.Find(); f != nil || err == nil || !strings.Contains(err.Error(), "chmod go-w "+path) {
				t.Errorf("Find with %s of mode %o = %v, %v; want it refused", path, info.Mode().Perm()|bit, f, err)
			}
		}
		if err := os.Chmod(path, info.Mode().Perm()); err != nil {
			t.Fatal(err)
		}
	}
	found("in folders of the user alone", true)
}

func TestBuildRefused(t *testing.T) {
	source := fstest.MapFS{"go.mod": {Data: []byte("module m\n")}, "go.sum": {}, "sdk/a.go": {}, "plugins/b.go": {}}
	link := filepath.Join(t.TempDir(), "t2host")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		Config
		want string
	}{
		"no folder":     {Config{source, ""}, "set HOME or XDG_CACHE_HOME"},
		"no cache":      {Config{source, "/dev/null/t2host/module"}, "/dev/null"},
		"link":          {Config{source, filepath.Join(link, "module")}, link + " is not a folder"},
		"no source":     {Config{fstest.MapFS{}, t.TempDir()}, "file does not exist"},
		"broken source": {Config{source, filepath.Join(t.TempDir(), "t2host", "module")}, "it does not compile: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.Build(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Build: %v; want %q in it", err, c.want)
			}
		})
	}
}

// TestSum is that of make, which hashes the same files in the same order.
func TestSum(t *testing.T) {
	source := fstest.MapFS{
		"go.mod": {Data: []byte("1")}, "sdk/serve.go": {Data: []byte("3")}, "sdk/serve/a.go": {Data: []byte("4")}, "plugins/p/p.go": {Data: []byte("2")},
		"plugins/p/p_test.go": {Data: []byte("x")}, "plugins/p/README.md": {Data: []byte("x")}, "sdk/sdktest/t.go": {Data: []byte("x")}, "host/h.go": {Data: []byte("x")},
	}
	got, err := Sum(source)
	if want := "03ac674216f3e15c761ee1a5e255f067953623c8b388b4459e13f978d7c846f4"; got != want || err != nil { // of 1234
		t.Errorf("Sum = %s, %v; want %s", got, err, want)
	}
}
