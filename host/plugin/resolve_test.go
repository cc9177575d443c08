package plugin

import (
	"strings"
	"testing"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

// catalogue makes plugins of lines: NUMBER NAME VERSION [NAME RANGE | ?NAME RANGE]...
func catalogue(text string) []*sdk.Plugin {
	var list []*sdk.Plugin
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		number := 0
		for _, c := range f[0] {
			number = 10*number + int(c-'0')
		}
		p := &sdk.Plugin{
			Name: f[1], Number: number, Version: f[2], Doc: "does", Ends: sdk.End(),
			Open: func(sdk.Opening) (sdk.Stage, error) { return &sdk.Loop{}, nil },
		}
		for i := 3; i+1 < len(f); i += 2 {
			name, optional := strings.CutPrefix(f[i], "?")
			p.Requires = append(p.Requires, sdk.Requirement{Name: name, Versions: strings.TrimPrefix(f[i+1], "any"), Optional: optional})
		}
		list = append(list, p)
	}
	return list
}

func TestResolve(t *testing.T) {
	const base = `
		150 tcpWin 1.2.0
		120 stats 2.0.0
		950 winSink 1.0.0 tcpWin ^1 stats >=1.5
		901 txtSink 1.0.0 ?tcpWin ^1
	`
	for _, c := range []struct{ name, plugins, load, want string }{
		{"numbers order", base, "tcpWin,stats", "stats tcpWin"},
		{"what is required comes too", base, "winsink", "stats<winSink tcpWin<winSink winSink"},
		{"runtimes", base, "tcpwin:process,stats:inproc,winSink", "stats:inproc tcpWin:process winSink"},
		{"unknown runtime", base, "tcpwin:native", `error: plugin tcpwin: runtime "native" is none of wasm, worker, process and inproc`},
		{"two runtimes", base, "tcpwin:wasm:process", `error: plugin tcpwin: runtime "wasm:process" is none of wasm, worker, process and inproc`},
		{"no runtime", base, "tcpwin:", `error: plugin tcpwin: runtime "" is none of wasm, worker, process and inproc`},
		{"no name", base, "tcpwin,", `error: plugin "" has no name: -p expects names, separated by commas`},
		{"a runtime only", base, ":wasm", `error: plugin ":wasm" has no name: -p expects names, separated by commas`},
		{"named twice with runtimes", base, "tcpwin:wasm,tcpWin:process", "error: plugin tcpWin is named twice: name it once"},
		{"named and required", base, "WINSINK,tcpwin", "stats<winSink tcpWin winSink"},
		{"optional is not loaded", base, "txtSink", "txtSink"},
		{"optional comes first if there", "10 a 1.0.0 ?b any\n20 b 1.0.0", "a,b", "b a"},
		{"optional cycle is broken", "10 a 1.0.0 ?b any\n20 b 1.0.0 ?a any", "b,a", "a b"},
		{"dependency beats number", "10 a 1.0.0 b any\n20 b 1.0.0", "a", "b<a a"},
		{"equal numbers: names", "10 b 1.0.0\n10 a 1.0.0", "b,a", "a b"},
		{"missing", base, "tcpwim", "error: plugin tcpwim not found, did you mean tcpWin? (known: stats, tcpWin, txtSink, winSink)"},
		{"missing, and like no other", base, "conv", "error: plugin conv not found (known: stats, tcpWin, txtSink, winSink): -P DIR adds a folder of plugins"},
		{"required is missing", "10 a 1.0.0 zz any", "a", "error: plugin a requires zz, which was not found (known: a): install it, or name its folder with -P"},
		{"version out of range", "10 a 1.0.0 b ^2\n20 b 1.9.0", "a", "error: plugin a requires b in version ^2, but 1.9.0 is here: install a version that fits"},
		{"optional out of range", "10 a 1.0.0 ?b ^2\n20 b 1.9.0", "a,b", "error: plugin a requires b in version ^2, but 1.9.0 is here: install a version that fits"},
		{"bad range", "10 a 1.0.0 b one\n20 b 1.9.0", "a", `error: plugin a: the range "one" for b is not one such as ^1.2 or >=1.0, <3`},
		{"circle", "10 a 1.0.0 b any\n20 b 1.0.0 c any\n30 c 1.0.0 b any", "a", "error: dependency cycle: b -> c -> b"},
		{"itself", "10 a 1.0.0 a any", "a", "error: plugin a requires itself"},
		{"named twice", base, "tcpwin,tcpWin", "error: plugin tcpWin is named twice: name it once"},
		{"there twice", "10 a 1.0.0\n20 A1 1.0.0", "a", `error: plugin A1: name "A1" must begin with a lower-case letter and hold letters, digits and _ only, at most 64`},
		{"there twice but for case", "10 aB 1.0.0\n20 ab 1.1.0", "ab", "error: duplicate plugin ab (aB 1.0.0 and ab 1.1.0): remove one"},
		{"a name of t2host's settings but for case", "10 a 1.0.0\n20 runTime 1.0.0", "a", "error: plugin runTime: the settings of t2host itself have that name: give the plugin another one"},
		{"bad version", "10 a 1", "a", `error: plugin a: version "1" is not a semantic version such as 1.0.0`},
	} {
		var loaded []Loaded
		requests, err := ParseRequests(strings.Split(c.load, ","))
		if err == nil {
			loaded, err = Resolve(BuiltIn(catalogue(c.plugins)...), requests)
		}
		var got []string
		for _, l := range loaded {
			s := l.Name
			if l.Runtime != "" {
				s += ":" + string(l.Runtime)
			}
			if len(l.RequiredBy) > 0 {
				s += "<" + strings.Join(l.RequiredBy, "+")
			}
			got = append(got, s)
		}
		text := strings.Join(got, " ")
		if err != nil {
			text = "error: " + err.Error()
		}
		if text != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, text, c.want)
		}
	}
}

func TestResolveRefusesDoubleDeclarations(t *testing.T) {
	list := catalogue("10 a 1.0.0\n20 b 1.0.0")
	list[0].Columns = []sdk.ColumnInfo{{Name: "x", Type: value.Uint8}}
	list[1].Columns = []sdk.ColumnInfo{{Name: "x", Type: value.Uint8}}
	if _, err := Resolve(BuiltIn(list...), []Request{{Name: "a"}, {Name: "b"}}); err == nil || err.Error() != "column x is declared by a and by b: load one of them" {
		t.Errorf("two plugins: %v", err)
	}
	list[0].Columns = []sdk.ColumnInfo{{Name: "x", Type: value.Uint8}, {Name: "x", Type: value.Uint8}}
	if _, err := Resolve(BuiltIn(list...), []Request{{Name: "a"}}); err == nil || err.Error() != "plugin a: column x is declared twice" {
		t.Errorf("one plugin: %v", err)
	}
	list = catalogue("10 a 1.0.0")
	list[0].Exports = []sdk.TableInfo{{Name: "a.t"}, {Name: "a.t"}}
	if _, err := Resolve(BuiltIn(list...), []Request{{Name: "a"}}); err == nil || err.Error() != "plugin a: export a.t is declared twice" {
		t.Errorf("export: %v", err)
	}
}
