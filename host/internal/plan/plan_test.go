package plan

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

// mixed has an outlet of each kind.
func mixed() *sdk.Plugin {
	type set struct {
		sdk.StreamSettings
		sdk.RecordSettings
		lines string
	}
	return sdk.Define(sdk.Spec[set]{
		Name: "mixed", Number: 900, Version: "1.0.0", Doc: "writes", Ends: sdk.End(),
		Defaults: set{StreamSettings: sdk.StreamDefaults(""), RecordSettings: sdk.RecordSettings{Suffix: "_flows.txt"}, lines: "_lines.txt"},
		Settings: func(s *set) []sdk.Setting {
			return append(append(s.StreamSettings.Settings(), s.RecordSettings.Settings()...), sdk.TextSetting("lines", &s.lines, "ends a name"))
		},
		Outlets: []sdk.Outlet{
			{Name: "stream", Kind: sdk.StreamOutlet, Setting: "to"},
			{Name: "records", Kind: sdk.RecordOutlet, Setting: "suffix"},
			{Name: "lines", Kind: sdk.FileOutlet, Setting: "lines"},
		},
		Open: func(*sdk.Env, set) (sdk.Stage, error) { return &sdk.Loop{}, nil },
	})
}

func TestMake(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name   string
		sets   string // mixed.KEY=VALUE, without the plugin's name
		change func(*Config)
		want   string // the outlets, or the error
	}{
		{"defaults", "to=tcp://h:1", nil, "tcp://h:1 wait=false drain=5s queue=16777216; file:P_flows.txt; file:P_lines.txt"},
		{
			"all settings", "to=unix:///s on_absent=wait drain=0 queue=65536 split=1K split_start=3 gzip=true lines=_l", nil,
			"unix:///s wait=true drain=-1ns queue=65536; file:P_flows.txt gzip numbered from 3; file:P_l",
		},
		{
			"-W", "to=- split=1K split_start=3", func(c *Config) { c.Split, c.SplitStart = "5f", 7 },
			"- wait=false drain=5s queue=16777216; file:P_flows.txt numbered from 7; file:P_lines.txt",
		},
		{"-w -", "to=-", func(c *Config) { c.RecordsToStdout = true }, "- wait=false drain=5s queue=16777216; -; file:P_lines.txt"},
		{
			"the plugin's target", "", func(c *Config) { setting.Find(c.Catalogue[0].Settings, "to").Default = "tcp://h:1" },
			"tcp://h:1 not named wait=false drain=5s queue=16777216; file:P_flows.txt; file:P_lines.txt",
		},
		{"no target", "", nil, "error: plugin mixed: outlet stream has no target: set one: --set mixed.to=TARGET"},
		{"bad target", "to=tcp://h", nil, `error: --set mixed.to: mixed.to target "tcp://h": want tcp://host:port`},
		{"split to standard output", "to=- split=1K", func(c *Config) { c.RecordsToStdout = true }, "error: plugin mixed: split and gzip are for files"},
		{"no records", "to=-", func(c *Config) { c.Split = "1K"; c.Catalogue[0].Outlets = nil }, "error: -w - and -W are for flow records"},
		{"records of nobody", "to=-", func(c *Config) { c.Record = map[string]string{"other": "x"} }, "error: --record other: no plugin of that name is loaded"},
		{"a pin for what is compiled in", "to=-", func(c *Config) { c.Consent.Pins = map[string]string{"mixed": ""} }, "error: --pin mixed: plugin mixed is part of t2host"},
		{"another runtime", "to=-", func(c *Config) { c.Plugins[0].Runtime = plugin.Wasm }, "error: plugin mixed cannot run as wasm"},
		{"a path", "to=-", func(c *Config) { c.Plugins[0] = plugin.Request{Path: "plan_test.go"} }, "error: plugin plan_test.go is neither a WebAssembly module nor executable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var sets []string
			for _, s := range strings.Fields(c.sets) {
				sets = append(sets, "mixed."+s)
			}
			values, err := settings.Load(os.DevNull, nil, sets)
			if err != nil {
				t.Fatal(err)
			}
			prefix := dir + "/P"
			cfg := Config{
				Plugins: []plugin.Request{{Name: "mixed"}}, Catalogue: plugin.BuiltIn(mixed()), Settings: values, Prefix: prefix,
				Note: func(string) {}, Warn: func(string) {},
			}
			if c.change != nil {
				c.change(&cfg)
			}
			p, err := Make(cfg)
			if err != nil {
				if got := "error: " + err.Error(); !strings.HasPrefix(got, c.want) || !strings.HasPrefix(c.want, "error: ") {
					t.Errorf("%s, want %s", got, c.want)
				}
				return
			}
			var got []string
			for _, o := range p.Plugins[0].Outlets {
				text := strings.ReplaceAll(o.Target.String(), prefix, "P")
				if o.Undelivered != nil {
					if !o.Named {
						text += " not named"
					}
					text += fmt.Sprintf(" wait=%v drain=%v queue=%d", o.Wait, o.Drain, o.QueueBytes)
				}
				if o.Gzip {
					text += " gzip"
				}
				if o.Numbered {
					text += fmt.Sprintf(" numbered from %d", o.First)
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" {
				t.Errorf("outlets (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBindKeepsErrors: a plugin that declares a setting of the host's otherwise is refused.
func TestBindKeepsErrors(t *testing.T) {
	p := mixed()
	*setting.Find(p.Settings, "drain") = sdk.Setting{Name: "drain", Kind: setting.Text, Default: "5s", Doc: "a text"}
	values, err := settings.Load(os.DevNull, nil, []string{"mixed.to=-"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Make(Config{Plugins: []plugin.Request{{Name: "mixed"}}, Catalogue: plugin.BuiltIn(p), Settings: values, Note: func(string) {}, Warn: func(string) {}})
	if err == nil || err.Error() != `plugin mixed: setting drain must be a whole number from 0 to 3600, not "5s"` {
		t.Errorf("error %v", err)
	}
}

// TestOwnGroupsAreReserved: no plugin can have the name of a group of the host's settings.
func TestOwnGroupsAreReserved(t *testing.T) {
	for _, g := range OwnGroups() {
		if g.Name != "" && !slices.Contains(plugin.Reserved, g.Name) {
			t.Errorf("group %s is not in plugin.Reserved", g.Name)
		}
	}
}
