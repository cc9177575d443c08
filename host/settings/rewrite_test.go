package settings

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

func TestRewrite(t *testing.T) {
	set := Change{Group: "tcpwin", Key: "threshold", Literal: "7"}
	reset := Change{Group: "tcpwin", Key: "threshold"}
	for _, c := range []struct {
		name, before string // "-": there is no file
		change       Change
		want         string
		content      bool // the error is a ContentError
	}{
		{"new", "-", set, "[tcpwin]\nthreshold = 7\n", false},
		{"changed", "# mine\n[tcpwin]\nthreshold = 1\n", set, "# mine\n[tcpwin]\nthreshold = 7\n", false},
		{"taken out of nothing", "-", reset, "-", false},
		{"taken out and not there", "# mine\n", reset, "# mine\n", false},
		{"broken", "[tcpwin\n", set, "[tcpwin\n", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			file, link := filepath.Join(dir, "real.toml"), filepath.Join(dir, "link.toml")
			if c.before != "-" {
				if err := os.WriteFile(file, []byte(c.before), 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink("real.toml", link); err != nil {
					t.Fatal(err)
				}
			} else {
				link = file
			}
			r, err := Rewrite(link, []Change{c.change})
			var content *ContentError
			if errors.As(err, &content) != c.content || (err != nil) != c.content {
				t.Fatalf("Rewrite: %v", err)
			}
			data, err := os.ReadFile(file)
			if c.want == "-" {
				if !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("file: %q, %v; want none", data, err)
				}
				return
			}
			if err != nil || string(data) != c.want || r != nil && string(r.Bytes) != c.want {
				t.Errorf("file: %q, %v; want %q", data, err, c.want)
			}
			want := fs.FileMode(0o600)
			if c.before == "-" {
				want = 0o644
			}
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != want {
				t.Errorf("mode %v, %v; want %v", info.Mode(), err, want)
			}
		})
	}
}

func TestRemember(t *testing.T) {
	const plain, path = "[p]\nn = 1\n", "[p]\nn = 1\nto = \"tcp://h:1\"\n"
	groups := []Group{{Name: "p", Settings: []sdk.Setting{
		{Name: "n", Kind: setting.Uint}, {Name: "to", Kind: setting.Target},
	}}}
	for _, c := range []struct {
		name          string
		file          string
		before, fresh string
		accepted      bool // before is
		held          int  // of the ForeignError, 0 if there is none
		remembered    bool
	}{
		{"a new one", DefaultFile, "", path, false, 0, true},
		{"plain values", DefaultFile, "", plain, false, 0, false},
		{"a value in a foreign one", DefaultFile, path, path + "# more\n", false, 1, false},
		{"a value in an accepted one", DefaultFile, path, path + "# more\n", true, 0, true},
		{"a file with another name", "other.toml", path, path + "# more\n", false, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			environ := []string{"XDG_STATE_HOME=" + t.TempDir()}
			file := filepath.Join(t.TempDir(), c.file)
			if c.accepted {
				if err := Trust(environ, file, []byte(c.before)); err != nil {
					t.Fatal(err)
				}
			}
			err := Remember(environ, file, &Content{Bytes: []byte(c.before)}, []byte(c.fresh), groups)
			var foreign *ForeignError
			if errors.As(err, &foreign) != (c.held > 0) || foreign != nil && foreign.Held != c.held || (err != nil) != (c.held > 0) {
				t.Errorf("Remember: %v", err)
			}
			if got, err := Trusted(environ, file, []byte(c.fresh)); got != c.remembered || err != nil {
				t.Errorf("Trusted after Remember = %t, %v; want %t", got, err, c.remembered)
			}
		})
	}
}
