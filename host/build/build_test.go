package build

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// folders makes a folder with the sources of plugins, and of what is none.
func folders(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range []string{
		"one/go.mod", "one/cmd/one/main.go", "root/go.mod", "root/main.go", "two/go.mod", "two/cmd/a/main.go", "two/cmd/b/main.go",
		"none/go.mod", "none/one.go", "nomodule/main.go", "text", "one/build/old/plugin.json",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("\x00asm"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestCommandOf(t *testing.T) {
	root := folders(t)
	for name, c := range map[string]struct{ want, err string }{
		"one":      {"./cmd/one", ""},
		"root":     {".", ""},
		"nomodule": {".", ""},
		"two":      {"", "2 commands found (./cmd/a, ./cmd/b)"},
		"none":     {"", "no command found"},
		"text":     {"", "no such folder"},
		"absent":   {"", "no such folder"},
	} {
		got, err := commandOf(filepath.Join(root, name))
		var refused *host.UsageError
		if got != c.want || errors.As(err, &refused) != (c.err != "") || c.err != "" && !strings.Contains(err.Error(), c.err) {
			t.Errorf("commandOf(%s) = %q, %v; want %q, %q", name, got, err, c.want, c.err)
		}
	}
}

func TestSources(t *testing.T) {
	root := folders(t)
	for name, want := range map[string][]string{".": {"one", "root"}, "one": {"one"}, "none": nil} {
		list, err := Sources(filepath.Join(root, name))
		var got []string
		for _, dir := range list {
			rel, _ := filepath.Rel(root, dir)
			got = append(got, rel)
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("Sources(%s): %v (-want +got):\n%s", name, err, diff)
		}
	}
	if _, err := Sources(filepath.Join(root, "absent")); err == nil {
		t.Error("Sources of a folder that is not there: no error")
	}
}

func TestClean(t *testing.T) {
	root := folders(t)
	out, err := Clean(filepath.Join(root, "one"))
	if _, statErr := os.Stat(filepath.Join(root, "one", "build")); err != nil || out != filepath.Join(root, "one", "build") || !errors.Is(statErr, fs.ErrNotExist) {
		t.Errorf("Clean = %s, %v; build folder: %v", out, err, statErr)
	}
	if _, err := Clean(filepath.Join(root, "none")); err == nil {
		t.Error("Clean of a folder without a plugin: no error")
	}
}

// TestArtefact has files with any number of plugins, and what is not a plugin.
func TestArtefact(t *testing.T) {
	root := folders(t)
	file := filepath.Join(root, "text")
	for _, c := range []struct {
		path  string
		holds []string // the plugins in a file
		want  string
		err   string
	}{
		{file, []string{"a"}, "a", ""},
		{file, []string{"a", "b"}, "", "holds 2 plugins: install a file that holds one"},
		{file, nil, "", "holds 0 plugins"},
		{filepath.Join(root, "absent"), nil, "", "no such folder or file"},
		{filepath.Join(root, "none"), nil, "", "no command found"},
	} {
		b := Config{Describe: func(string) ([]*plugin.Artefact, error) {
			var list []*plugin.Artefact
			for _, name := range c.holds {
				list = append(list, &plugin.Artefact{Plugin: &sdk.Plugin{Name: name}})
			}
			return list, nil
		}}
		a, err := b.Artefact(context.Background(), c.path)
		var refused *host.UsageError
		switch {
		case c.err == "" && (err != nil || a.Name != c.want):
			t.Errorf("Artefact(%s holding %v) = %v, %v", c.path, c.holds, a, err)
		case c.err != "" && (!errors.As(err, &refused) || !strings.Contains(err.Error(), c.err)):
			t.Errorf("Artefact(%s holding %v): %v; want %q", c.path, c.holds, err, c.err)
		}
	}
}

// TestDescribe compares what a module and an executable declare.
func TestDescribe(t *testing.T) {
	declares := func(name, doc string) []*plugin.Artefact {
		return []*plugin.Artefact{{Plugin: &sdk.Plugin{Name: name, Version: "1.0.0", Doc: doc}}}
	}
	failed := errors.New("not a plugin")
	for _, c := range []struct {
		name    string
		answers [][]*plugin.Artefact // nil: an error
		err     string
	}{
		{"the same", [][]*plugin.Artefact{declares("a", "x"), declares("a", "x")}, ""},
		{"another text", [][]*plugin.Artefact{declares("a", "x"), declares("a", "y")}, "plugin a declares different things as a module and as a process"},
		{"two plugins", [][]*plugin.Artefact{append(declares("a", "x"), declares("b", "x")...)}, "the command holds 2 plugins"},
		{"no plugin", [][]*plugin.Artefact{nil}, failed.Error()},
	} {
		i := 0
		b := Config{Describe: func(string) ([]*plugin.Artefact, error) {
			i++
			if c.answers[i-1] == nil {
				return nil, failed
			}
			return c.answers[i-1], nil
		}}
		_, err := b.describe(make([]string, len(c.answers)))
		if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v; want %q", c.name, err, c.err)
		}
	}
}
