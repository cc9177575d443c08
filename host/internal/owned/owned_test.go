//go:build unix

package owned

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestPath(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name  string
		mode  fs.FileMode
		owner int // 0: whoever runs the test; others need root
		want  string
	}{
		{"mine", 0o600, 0, ""},
		{"read by all", 0o755, 0, ""},
		{"written by the group", 0o620, 0, "FILE can be written by others (mode 0620): chmod go-w FILE"},
		{"written by all", 0o602, 0, "FILE can be written by others (mode 0602): chmod go-w FILE"},
		{"another user's", 0o600, 12345, "FILE belongs to user 12345, who is neither you nor root: use one of your own"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(dir, "FILE")
			defer os.Remove(path)
			if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, c.mode)); err != nil {
				t.Fatal(err)
			}
			if c.owner != 0 {
				if os.Geteuid() != 0 {
					t.Skip("only root can give a file away")
				}
				if err := os.Chown(path, c.owner, -1); err != nil {
					t.Fatal(err)
				}
			}
			link := filepath.Join(dir, "link")
			if err := os.Symlink(path, link); err != nil {
				t.Fatal(err)
			}
			defer os.Remove(link)
			t.Chdir(dir)
			for _, at := range []string{"FILE", "link"} {
				err := Path(at)
				var e *Error
				if c.want == "" {
					if err != nil {
						t.Error(err)
					}
				} else if !errors.As(err, &e) || at == "FILE" && err.Error() != c.want {
					t.Errorf("%s: %v, want %s", at, err, c.want)
				}
			}
		})
	}
}
