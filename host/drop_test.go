package host

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/plugins/basicflow"
	"github.com/t2host/t2host/plugins/basicstats"
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/plugins/txtsink"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// shaky returns a plugin at a place in the order, with a column, that fails at its ninth flow end.
func shaky(name string, number int) *sdk.Plugin {
	column := sdk.NewColumn[uint8]("c", "seven")
	return sdk.Define(sdk.Spec[failure]{
		Name: name, Number: number, Version: "1.0.0", Doc: "fails for a test",
		Defaults: failure{"_" + name + ".txt", "error"},
		Settings: func(f *failure) []sdk.Setting {
			return []sdk.Setting{sdk.TextSetting("suffix", &f.suffix, ""), sdk.ChoiceSetting("how", &f.how, "", "error", "panic", "fault", "exit", "none")}
		},
		Ends: sdk.End(field.FlowInd), Columns: []sdk.AnyColumn{column},
		Outlets: []sdk.Outlet{{Name: "lines", Kind: sdk.FileOutlet, Setting: "suffix"}},
		Open: func(env *sdk.Env, f failure) (sdk.Stage, error) {
			lines, out, n := env.Outlet("lines"), column.Writer(env), 0
			return &sdk.Loop{EndFlow: func(end sdk.EndRow) error {
				n++
				lines.Send([]byte("a line\n"))
				out.Put(end, 7)
				if f.how == "none" {
					return nil
				}
				return f.at(n)
			}}, nil
		},
	})
}

// shakies are such plugins before, between and after the others.
var shakies = []*sdk.Plugin{shaky("shakyfirst", 50), shaky("shakymid", 140), shaky("shakylast", 990)}

// leaning requires one of them.
var leaning = sdk.Define(sdk.Spec[struct{}]{
	Name: "leaning", Number: 995, Version: "1.0.0", Doc: "requires one that fails", Requires: []sdk.Requirement{{Name: "shakymid"}}, Ends: sdk.End(field.FlowInd),
	Open: func(*sdk.Env, struct{}) (sdk.Stage, error) { return &sdk.Loop{}, nil },
})

// TestAPluginThatIsDropped: with runtime.on_failure=drop the others' results are those of a run in which it does not fail, but
// for its column, which is 0 from then on; it, and what requires it, is named, and the run is not a success.
func TestAPluginThatIsDropped(t *testing.T) {
	run := func(p *sdk.Plugin, in plugin.Runtime, sets ...string) (map[string]string, string) {
		cfg := testConfig(t, windows, p.Name+":"+string(in), "basicflow", "basicstats", "tcpwin", "txtsink")
		cfg.Catalogue = plugin.BuiltIn(p, basicflow.Plugin, basicstats.Plugin, tcpwin.Plugin, txtsink.Plugin, leaning)
		if p.Name == "shakymid" {
			cfg.Plugins = append(cfg.Plugins, plugin.Request{Name: "leaning", Runtime: plugin.Inproc})
		}
		if p.Number < txtsink.Plugin.Number {
			sets = append(sets, "txtsink.except="+p.Name+".*")
		}
		cfg.Settings = settingsOf(t, append(sets, "batch.rows=16")...)
		_, err := Run(context.Background(), cfg)
		files := map[string]string{}
		for _, name := range []string{"_flows.txt", "_tcpwin.txt", "_" + p.Name + ".txt", "_" + p.Name + ".txt.part"} {
			if data, err := os.ReadFile(cfg.Prefix + name); err == nil {
				files[name] = string(data)
			}
		}
		if err == nil {
			return files, ""
		}
		return files, err.Error()
	}
	for _, p := range shakies {
		for _, how := range []string{"error", "panic", "fault", "exit"} {
			for _, in := range []plugin.Runtime{plugin.Inproc, plugin.Worker, plugin.Process} {
				if in == plugin.Worker || how == "exit" && in == plugin.Inproc {
					continue // a worker holds modules; and it would take the host with it
				}
				t.Run(p.Name+"/"+how+"/"+string(in), func(t *testing.T) {
					want, err := run(p, in, p.Name+".how=none")
					if err != "" {
						t.Fatal(err)
					}
					got, err := run(p, in, p.Name+".how="+how, "runtime.on_failure="+p.Name+"=drop")
					if !strings.Contains(err, "plugin "+p.Name+": batch ") {
						t.Errorf("error %q", err)
					}
					if p.Name == "shakymid" != strings.Contains(err, "plugin leaning: taken out: it requires shakymid") {
						t.Errorf("error %q", err)
					}
					for _, name := range []string{"_flows.txt", "_tcpwin.txt"} {
						if diff := cmp.Diff(want[name], got[name]); diff != "" {
							t.Errorf("%s differs:\n%s", name, diff)
						}
					}
					if _, whole := got["_"+p.Name+".txt"]; whole || !strings.Contains(got["_"+p.Name+".txt.part"], "a line") {
						t.Errorf("its file looks complete, or is not there: %q", got)
					}
				})
			}
		}
	}
}

// TestZerosOfADroppedPlugin: who reads the column sees zeros.
func TestZerosOfADroppedPlugin(t *testing.T) {
	cfg := testConfig(t, windows, "shakyfirst", "txtsink")
	cfg.Catalogue = plugin.BuiltIn(shakies[0], txtsink.Plugin)
	cfg.Settings = settingsOf(t, "batch.rows=1", "runtime.on_failure=drop")
	r, err := Run(context.Background(), cfg)
	if err == nil || r == nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(cfg.Prefix + "_flows.txt")
	if err != nil {
		t.Fatal(err)
	}
	sevens, zeros := strings.Count(string(data), "\t7\n"), strings.Count(string(data), "\t0\n")
	if sevens == 0 || sevens > 8 || sevens+zeros != int(r.Flows.Created) {
		t.Errorf("%d sevens and %d zeros in %d records", sevens, zeros, r.Flows.Created)
	}
	if p := r.Plugins[0]; !p.Failed || p.Lost != uint64(zeros) {
		t.Errorf("%+v, want %d lost", p, zeros)
	}
}
