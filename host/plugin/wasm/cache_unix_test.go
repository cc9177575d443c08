//go:build unix

package wasm

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestACacheThatOthersCanWrite is not used: what they leave there would run here.
func TestACacheThatOthersCanWrite(t *testing.T) {
	code := read(t, "hostile/good")
	for _, c := range []struct {
		name, want string
		opens      func(dir, module string) error
	}{
		{"the folder", "ROOT can be written by others (mode 0777): chmod go-w ROOT", func(dir, _ string) error { return os.Chmod(dir, 0o777) }},
		{"the module's", "MODULE can be written by others (mode 0720): chmod go-w MODULE", func(_, module string) error { return os.Chmod(module, 0o720) }},
		{"another user's", "ROOT belongs to user 12345, who is neither you nor root: use one of your own", func(dir, _ string) error { return os.Chown(dir, 12345, -1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "cache")
			load(t, dir, code)
			kept := entries(t, dir)
			if len(kept) != 1 {
				t.Fatalf("kept: %v", kept)
			}
			module := filepath.Dir(filepath.Dir(kept[0]))
			if err := os.WriteFile(kept[0], []byte("poison"), 0o600); err != nil {
				t.Fatal(err)
			}
			if c.name == "another user's" && os.Geteuid() != 0 {
				t.Skip("only root can give a folder away")
			}
			if err := c.opens(dir, module); err != nil {
				t.Fatal(err)
			}
			want := "cache of compiled plugins: " + strings.NewReplacer("ROOT", dir, "MODULE", module).Replace(c.want) + " (XDG_CACHE_HOME moves it): guest.wasm is compiled without it"
			if _, warnings := load(t, dir, code); len(warnings) != 1 || warnings[0] != want {
				t.Errorf("warnings %q, want %s", warnings, want)
			}
			if data, err := os.ReadFile(kept[0]); string(data) != "poison" {
				t.Errorf("the folder was used: %q, %v", data, err)
			}
			var warnings []string
			e := New(Config{WorkerDir: dir, Warn: func(line string) { warnings = append(warnings, line) }})
			defer e.Close()
			for range 2 {
				if folder := e.Worker("x/guest.wasm", code); folder != "" {
					t.Errorf("a worker gets %s", folder)
				}
			}
			if len(warnings) != 1 || warnings[0] != want {
				t.Errorf("warnings of a worker %q, want %s", warnings, want)
			}
		})
	}
}
