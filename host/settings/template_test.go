package settings

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

// FuzzTemplate: a file that Template writes is read as the values that it was written of, whatever
// the settings' texts are.
func FuzzTemplate(f *testing.F) {
	f.Add("where it goes", "_a.txt", "s", "fail", uint64(5), true)
	f.Add("one\ntwo = 3\n[other]\r", `"""`, "s\n[x]", `a"b\`, uint64(0), false)
	f.Add("\x1b[2J\u202e", "\u202egnp.exe\u0085\U000e0001\t", "", "''", uint64(1<<64-1), false)
	f.Add("\xff", "plugins = [\"x\"]", "#", "\u2028", uint64(1<<63), true)
	f.Fuzz(func(t *testing.T, doc, text, unit, choice string, number uint64, on bool) {
		group := Group{Name: "myPlugin", Settings: []sdk.Setting{
			{Name: "text", Kind: setting.Text, Doc: doc},
			{Name: "text_2", Kind: setting.Text, Default: text, Doc: doc},
			{Name: "target", Kind: setting.Target, Default: "tcp://x", Doc: doc},
			{Name: "number", Kind: setting.Uint, Unit: unit, Max: 1<<64 - 1, Default: "7", Doc: doc},
			{Name: "choice", Kind: setting.Choice, Choices: []string{"other", choice}, Default: "other", Doc: doc},
			{Name: "switch", Kind: setting.Bool, Default: "false", Doc: doc},
		}}
		alone := Group{Settings: []sdk.Setting{{Name: PluginsKey, Kind: setting.Text, Doc: doc}}}
		want := &Values{set: map[string]map[string]value{}}
		for key, v := range map[string]string{"text": text, "target": text, "number": strconv.FormatUint(number, 10), "choice": choice, "switch": strconv.FormatBool(on)} {
			want.put(group.Name, key, value{v, Flag, ""})
		}
		groups := []Group{alone, group}
		data, err := Template(want.List(groups))
		if err != nil {
			return // a text is not UTF-8, which a file must be
		}
		for line := range strings.Lines(string(data)) {
			if strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\r\n\x1b\u202e\u2028") {
				t.Errorf("line %q", line)
			}
		}
		path := filepath.Join(t.TempDir(), "all.toml")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := Load(path, nil, nil)
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if diff := cmp.Diff(want.Of(group), got.Of(group)); diff != "" {
			t.Errorf("values differ (-want +got):\n%s%s", diff, data)
		}
		if len(got.Plugins) > 0 {
			t.Errorf("plugins %q", got.Plugins)
		}
		// The defaults, too, are what they were once their # is taken away.
		all := strings.ReplaceAll("\n"+string(data), "\n# ", "\n#! ")
		for _, s := range group.Settings {
			all = strings.ReplaceAll(all, "\n#! "+s.Name+" = ", "\n"+s.Name+" = ")
		}
		if err := os.WriteFile(path, []byte(all), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err = Load(path, nil, nil); err != nil {
			t.Fatalf("%v\n%s", err, all)
		}
		if diff := cmp.Diff(want.Of(group), got.Of(group)); diff != "" {
			t.Errorf("defaults differ (-want +got):\n%s%s", diff, all)
		}
	})
}
