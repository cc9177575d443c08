//go:build unix

package owned

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir, file := filepath.Join(base, "a"), filepath.Join(base, "a", "b", "file")
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(base, "link")
	if err := os.Symlink(filepath.Join("a", "b"), link); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		path string // whose mode is changed
		mode fs.FileMode
		want string // the path of the error; empty: none; FILE: as it is named
	}{
		{"none can be written", dir, 0o755, ""},
		{"the file", file, 0o646, "FILE"},
		{"its folder", filepath.Dir(file), 0o775, filepath.Dir(file)},
		{"the folder above", dir, 0o757, dir},
		{"the folder above, sticky", dir, 0o777 | fs.ModeSticky, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, err := os.Stat(c.path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(c.path, c.mode); err != nil {
				t.Fatal(err)
			}
			defer os.Chmod(c.path, before.Mode())
			for _, path := range []string{file, filepath.Join(link, "file")} {
				f, err := Open(path)
				if err == nil {
					f.Close()
				}
				want := strings.ReplaceAll(c.want, "FILE", path)
				var refused *Error
				if want == "" && err != nil || want != "" && (!errors.As(err, &refused) || refused.Path != want) {
					t.Errorf("Open %s: %v, want a refusal of %q", path, err, want)
				}
				if again := All(path); (again == nil) != (err == nil) {
					t.Errorf("All %s: %v, unlike Open", path, again)
				}
			}
		})
	}
	t.Run("another user's folder", func(t *testing.T) {
		if os.Geteuid() != 0 {
			t.Skip("only root can give a folder away")
		}
		if err := os.Chown(dir, 12345, -1); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(file); !errors.As(err, new(*Error)) {
			t.Errorf("error %v", err)
		}
	})
	if _, err := Open(filepath.Join(base, "nothing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}
