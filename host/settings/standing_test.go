//go:build unix

package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

// TestStanding: the machine's file, the user's and the one of the folder are read in this order, and a later one wins; a named one is
// read instead of all.
func TestStanding(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(base)
	write := func(path, text string) string {
		path = filepath.Join(base, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	machine := write("etc/t2host.toml", "plugins = [\"a\"]\n[g]\nx = 1\ny = 1\nz = 1\n[to]\nflows = \"postgres://192.0.2.1/db\"\n")
	user := write("home/.config/t2host/t2host.toml", "[g]\ny = 2\nz = 2\n")
	environ := []string{"HOME=" + filepath.Join(base, "home")}
	standing := []string{machine, Standing(environ)[1], filepath.Join(base, "absent/t2host.toml")}
	if standing[1] != user {
		t.Fatalf("the user's file is %s", standing[1])
	}
	write("t2host.toml", "plugins = [\"b\"]\n[g]\nz = 3\n")
	group := Group{Name: "g"}
	for _, name := range []string{"x", "y", "z"} {
		group.Settings = append(group.Settings, sdk.Setting{Name: name, Kind: setting.Uint, Max: 9, Default: "0"})
	}
	shown := func(file string) string {
		t.Helper()
		v, err := loadFrom(standing, file, environ, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Check([]Group{{Settings: []sdk.Setting{{Name: PluginsKey, Kind: setting.Text}}}, group}, nil); err != nil {
			t.Error(err)
		}
		text := strings.Join(v.Plugins, ",") + " " + strings.Join(v.To, ",")
		for _, l := range v.List([]Group{group}) {
			text += "\n" + l.Name + " " + l.Text + " " + l.From()
		}
		return strings.ReplaceAll(text, base, "")
	}
	if diff := cmp.Diff("b flows=postgres://192.0.2.1/db\nx 1 file /etc/t2host.toml\ny 2 file /home/.config/t2host/t2host.toml\nz 3 file t2host.toml", shown("")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(" \nx 0 default\ny 2 file /home/.config/t2host/t2host.toml\nz 2 file /home/.config/t2host/t2host.toml", shown(user)); diff != "" {
		t.Errorf("named (-want +got):\n%s", diff)
	}
	if err := os.Chmod(user, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := loadFrom(standing, "", environ, nil); err == nil || !strings.Contains(err.Error(), "can be written by others") {
		t.Errorf("a user's file that others can write: %v", err)
	}
}
