package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// filed is a plugin that writes what it is given of its input file. This program holds it in a
// process, too.
var filed = sdk.Define(sdk.Spec[filing]{
	Name: "filed", Number: 900, Version: "1.0.0", Doc: "reads a file for a test",
	Defaults: filing{suffix: "_filed.txt"},
	Settings: func(f *filing) []sdk.Setting {
		return []sdk.Setting{sdk.TextSetting("suffix", &f.suffix, ""), sdk.TextSetting("list", &f.list, "")}
	},
	Files:   []sdk.InputFile{{Setting: "list", Max: 100, Doc: "a list"}},
	Outlets: []sdk.Outlet{{Name: "lines", Kind: sdk.FileOutlet, Setting: "suffix"}},
	Open: func(env *sdk.Env, _ filing) (sdk.Stage, error) {
		lines, data := env.Outlet("lines"), string(env.File("list"))
		if strings.HasPrefix(data, "bad") {
			return nil, errors.New("setting list: the first line is no address")
		}
		return &sdk.Loop{Report: func(*sdk.Report) { lines.Send([]byte("read " + data)) }}, nil
	},
})

type filing struct{ suffix, list string }

// TestInputFile: a plugin gets the bytes of the file that the user names, in each runtime, and no
// output leads to it.
func TestInputFile(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, "list_filed.txt")
	for _, in := range []plugin.Runtime{plugin.Inproc, plugin.Process} {
		for _, c := range []struct{ content, path, prefix, want string }{
			{"192.0.2.1\n", list, "out", ""},
			{"192.0.2.1\n", list, "list", "outlet filed.lines leads to " + list + ", which is the input file " + list + " that is read"},
			{strings.Repeat("x", 101), list, "out", "plugin filed: setting list: file " + list + " has more than 100 bytes"},
			{"bad", list, "out", "plugin filed: open: setting list: the first line is no address"},
			{"", "", "out", ""},
			{"", filepath.Join(dir, "none"), "out", "plugin filed: setting list: file " + filepath.Join(dir, "none") + ": no such file or directory"},
		} {
			if err := os.WriteFile(list, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg := testConfig(t, windows, "filed:"+string(in))
			cfg.Catalogue = plugin.BuiltIn(filed)
			cfg.Settings = settingsOf(t, "filed.list="+c.path)
			cfg.Prefix = filepath.Join(dir, c.prefix)
			r, err := Run(context.Background(), cfg)
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s, %v: %v, want %s", in, c, err, c.want)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s, %v: %v", in, c, err)
			}
			data, err := os.ReadFile(cfg.Prefix + "_filed.txt")
			if err != nil || string(data) != "read "+c.content {
				t.Errorf("%s, %v: %q, %v", in, c, data, err)
			}
			if c.path != "" && !strings.Contains(r.Head(), fmt.Sprintf("        reads %s, 10 bytes unpacked, sha256 ", list)) {
				t.Errorf("the report begins with\n%s", r.Head())
			}
		}
	}
}
