package aside

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tree returns the files below a folder, with what is in them; a folder's name ends in a slash.
func tree(t *testing.T, root string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		if d.IsDir() {
			got[name+"/"] = ""
			return nil
		}
		data, err := os.ReadFile(filepath.Join(root, name))
		got[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// write writes files below a folder.
func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFolder(t *testing.T) {
	replace := func(name string) func(f *Folder, root string) error {
		return func(f *Folder, root string) error { return f.Replace(filepath.Join(root, "place"), name) }
	}
	inSteps := func(name string) func(f *Folder, root string) error {
		return func(f *Folder, root string) error { return replaceInSteps(filepath.Join(root, "place"), f.Path(name)) }
	}
	create := func(f *Folder, root string) error { return f.Create(filepath.Join(root, "place")) }
	whole := map[string]string{"place/": "", "place/a": "1", "place/in/": "", "place/in/b": "2"}
	for _, c := range []struct {
		name   string
		before map[string]string
		move   func(f *Folder, root string) error
		want   map[string]string
		err    error
	}{
		{"replace nothing", nil, replace(""), whole, nil},
		{"replace a folder", map[string]string{"place/old": "0", "place/in/old": "0"}, replace(""), whole, nil},
		{"replace a file by a folder", map[string]string{"place": "0"}, replace(""), whole, nil},
		{"replace by a folder in it", map[string]string{"place/old": "0"}, replace("in"), map[string]string{"place/": "", "place/b": "2"}, nil},
		{"replace by a file in it", map[string]string{"place": "0"}, replace("in/b"), map[string]string{"place": "2"}, nil},
		{"replace by what is not there", map[string]string{"place/old": "0"}, replace("c"), map[string]string{"place/": "", "place/old": "0"}, fs.ErrNotExist},
		{"replace nothing in steps", nil, inSteps(""), whole, nil},
		{"replace a folder in steps", map[string]string{"place/old": "0"}, inSteps(""), whole, nil},
		{"replace in steps by a file in it", map[string]string{"place": "0"}, inSteps("a"), map[string]string{"place": "1"}, nil},
		{"replace in steps by what is not there", map[string]string{"place/old": "0"}, inSteps("c"), map[string]string{"place/": "", "place/old": "0"}, fs.ErrNotExist},
		{"create", nil, create, whole, nil},
		{"create where a folder is", map[string]string{"place/old": "0"}, create, map[string]string{"place/": "", "place/old": "0"}, fs.ErrExist},
		{"create where a file is", map[string]string{"place": "0"}, create, map[string]string{"place": "0"}, fs.ErrExist},
		{"nothing", map[string]string{"place": "0"}, func(*Folder, string) error { return nil }, map[string]string{"place": "0"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, c.before)
			f, err := New(root, 0o755)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Write(map[string][]byte{"a": []byte("1"), "in/b": []byte("2")}); err != nil {
				t.Fatal(err)
			}
			if err := c.move(f, root); !errors.Is(err, c.err) {
				t.Errorf("error %v, want %v", err, c.err)
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(c.want, tree(t, root)); diff != "" {
				t.Errorf("what is there (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCreateInAnEmptyFolder(t *testing.T) {
	place := t.TempDir()
	f, err := New(filepath.Dir(place), 0o755)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Write(map[string][]byte{"a": nil}); err != nil {
		t.Fatal(err)
	}
	if err := f.Create(place); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"a": ""}, tree(t, place)); diff != "" {
		t.Errorf("what is there (-want +got):\n%s", diff)
	}
}

// TestMode looks at the permissions of what is written, which the umask must not change but
// for files.
func TestMode(t *testing.T) {
	for mode, want := range map[fs.FileMode]fs.FileMode{0o755: 0o644, 0o700: 0o600} {
		parent := filepath.Join(t.TempDir(), "a", "b")
		f, err := New(parent, mode)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := f.Write(map[string][]byte{"c": nil}); err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]fs.FileMode{parent: mode, f.Path(""): mode, f.Path("c"): want} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("New(%o): mode of %s = %v, %v; want %v", mode, path, info.Mode(), err, want)
			}
		}
	}
}

func TestNewRefused(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"file": ""})
	if _, err := New(filepath.Join(root, "file", "in"), 0o755); err == nil {
		t.Error("New below a file: no error")
	}
	if os.Geteuid() == 0 {
		t.Skip("the superuser may write everywhere")
	}
	locked := filepath.Join(root, "locked")
	if err := os.Mkdir(locked, 0o555); err != nil {
		t.Fatal(err)
	}
	if _, err := New(locked, 0o755); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("New in a folder that may not be written: %v", err)
	}
}

// TestLeftovers makes folders as killed processes leave them.
func TestLeftovers(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{
		prefix + "1/a": "", prefix + "2/a": "", prefix + "3.old/a": "", prefix + "mine/a": "", prefix + "4": "", "a": "",
	})
	old := time.Now().Add(-leftover - time.Minute)
	for _, name := range []string{"1", "3.old", "mine", "4"} {
		if err := os.Chtimes(filepath.Join(root, prefix+name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	f, err := New(root, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{ // the old one is gone; one may be in use, one holds what was replaced, others are not ours
		prefix + "2/": "", prefix + "2/a": "", prefix + "3.old/": "", prefix + "3.old/a": "", prefix + "mine/": "", prefix + "mine/a": "", prefix + "4": "", "a": "",
	}
	if diff := cmp.Diff(want, tree(t, root)); diff != "" {
		t.Errorf("what is there (-want +got):\n%s", diff)
	}
}

func TestWriteFile(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"there": "old", "folder/a": ""})
	for _, c := range []struct {
		name string
		mode fs.FileMode
		ok   bool
	}{{"there", 0o600, true}, {"new", 0o666, true}, {"folder", 0o644, false}, {"none/new", 0o644, false}} {
		path := filepath.Join(root, c.name)
		if err := WriteFile(path, []byte("new"), c.mode); (err == nil) != c.ok {
			t.Errorf("WriteFile(%s): %v", c.name, err)
		}
		if info, err := os.Stat(path); c.ok && (err != nil || info.Mode().Perm() != c.mode) {
			t.Errorf("mode of %s: %v, %v; want %v", c.name, info.Mode(), err, c.mode)
		}
	}
	if diff := cmp.Diff(map[string]string{"there": "new", "new": "new", "folder/": "", "folder/a": ""}, tree(t, root)); diff != "" {
		t.Errorf("what is there (-want +got):\n%s", diff)
	}
}

func TestCreateFile(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"there": "old", "folder/a": ""})
	for name, want := range map[string]error{"there": fs.ErrExist, "new": nil, "folder": fs.ErrExist, "none/new": fs.ErrNotExist} {
		if err := CreateFile(filepath.Join(root, name), []byte("new"), 0o644); !errors.Is(err, want) {
			t.Errorf("CreateFile(%s): %v, want %v", name, err, want)
		}
	}
	if diff := cmp.Diff(map[string]string{"there": "old", "new": "new", "folder/": "", "folder/a": ""}, tree(t, root)); diff != "" {
		t.Errorf("what is there (-want +got):\n%s", diff)
	}
}
