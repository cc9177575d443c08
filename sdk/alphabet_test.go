package sdk

import (
	"strings"
	"testing"

	"github.com/t2host/t2host/sdk/setting"
	"github.com/t2host/t2host/sdk/value"
)

// TestAlphabets: what each word of a declaration may hold.
func TestAlphabets(t *testing.T) {
	long := strings.Repeat("a", 65)
	foreign := []string{"", long, "a b", "a\tb", "a\nb", "\x1b[31m", "a\x7f", "a.b", "a-b", "a/b", "../x", "a,b", "a=b", "\u202egnp.exe", "gr\u00f6\u00dfe", "a\u200bb", "\xff"}
	key := foreign[:len(foreign):len(foreign)]
	for _, c := range []struct {
		what      string
		set       func(p *Plugin, word string)
		good, bad []string
	}{
		{"plugin", func(p *Plugin, w string) { p.Name = w }, []string{"a", "tcpWin_2", long[:64]}, append(key, "Tcp", "1a", "_a")},
		{
			"version",
			func(p *Plugin, w string) { p.Version = w },
			[]string{"1.0.0", "1.0.0-rc.1+g0f"},
			[]string{"1.0.0\x1b[2J", "1 0", "1.0.0\n", "\u202e1", long},
		},
		{"doc", func(p *Plugin, w string) { p.Doc = w }, []string{"says it: 4 \u00b5s, \x1b[31m"}, []string{"", "a\nb", "a\rb", "\xff"}},
		{"setting", func(p *Plugin, w string) { p.Settings[0].Name = w }, []string{"a", "on_absent", "v2", long[:64]}, append(key, "A", "aB", "_a", "2a")},
		{
			"unit",
			func(p *Plugin, w string) { p.Settings[0].Unit = w },
			[]string{"", "s", "bytes, raw", "packets/s", "%", "10^3 (k)", "m*s-1.", long[:32]},
			[]string{"s\x1b[2J", "a\tb", "\u00b5s", "a\nb", `"`, "#", long[:33]},
		},
		{
			"choice",
			func(p *Plugin, w string) {
				p.Settings[0] = Setting{Name: "s", Kind: setting.Choice, Choices: []string{w}, Default: w}
			},
			[]string{"fail", "gr\u00f6\u00dfe", "a.b=c"},
			[]string{"", "a b", "a,b", "a\x1b", "\u202ea", "a\u00a0b", long},
		},
		{
			"default",
			func(p *Plugin, w string) { p.Settings[0] = Setting{Name: "s", Kind: setting.Text, Default: w} },
			[]string{"", "_a b.txt", "\u202e"},
			[]string{"\xff", "a\nb", "\x1b"},
		},
		{"setting's doc", func(p *Plugin, w string) { p.Settings[0].Doc = w }, []string{"", "one\ttwo"}, []string{"a\nb", "a\r"}},
		{"column", func(p *Plugin, w string) { p.Columns[0].Name = w }, []string{"a", "TCP_win2", "2a", "_a", long[:64]}, key},
		{"column's doc", func(p *Plugin, w string) { p.Columns[0].Doc = w }, []string{""}, []string{"a\nb"}},
		{
			"column that is read",
			func(p *Plugin, w string) { p.Ends.Columns = []ColumnInfo{{Name: w, Type: value.Uint8}} },
			[]string{"other.a", "other.B_2"},
			append(key[:7:7], "other", "other.", ".a", "other.a.b", "other.a b", "other.\x1b", "other."+long),
		},
		{
			"table",
			func(p *Plugin, w string) { p.Exports = []TableInfo{{Name: w}} },
			[]string{"p.t", "p.lowWindows"},
			append(key[:7:7], "p", "p.", "p.t.u", "p.t\n", "p."+long),
		},
		{
			"field",
			func(p *Plugin, w string) {
				p.Exports = []TableInfo{{Name: "p.t", Key: []ColumnInfo{{Name: w, Type: value.Uint32}}}}
			},
			[]string{"a", "winRelThCnt"},
			key,
		},
		{
			"import's field",
			func(p *Plugin, w string) {
				p.Imports = []TableInfo{{Name: "other.t", Row: []ColumnInfo{{Name: w, Type: value.Uint32}}}}
			},
			[]string{"a"},
			key,
		},
		{"requirement", func(p *Plugin, w string) { p.Requires = append(p.Requires, Requirement{Name: w}) }, []string{"tcpwin"}, append(key, "A")},
		{
			"versions",
			func(p *Plugin, w string) { p.Requires[0].Versions = w },
			[]string{"", "^1", ">=1.0, <3 || ~5"},
			[]string{"^1\x1b", "\u202e", "1\n"},
		},
		{
			"outlet",
			func(p *Plugin, w string) { p.Outlets[0].Name = w },
			[]string{"lines", "on_2"},
			append(key, "A"),
		},
		{"outlet's setting", func(p *Plugin, w string) { p.Outlets[0].Setting = w }, []string{"s"}, append(key, "other")},
	} {
		t.Run(c.what, func(t *testing.T) {
			check := func(word string) error {
				p := &Plugin{
					Name: "p", Version: "1.0.0", Doc: "doc", Open: func(Opening) (Stage, error) { return nil, nil }, Ends: EndSelect{On: true},
					Settings: []Setting{{Name: "s", Kind: setting.Text}}, Columns: []ColumnInfo{{Name: "c", Type: value.Uint8}},
					Outlets: []Outlet{{Name: "o", Kind: FileOutlet, Setting: "s"}}, Requires: []Requirement{{Name: "other"}},
				}
				c.set(p, word)
				if c.what == "setting" {
					p.Outlets = nil
				}
				return p.Validate()
			}
			for _, w := range c.good {
				if err := check(w); err != nil {
					t.Errorf("%q is refused: %v", w, err)
				}
			}
			for _, w := range c.bad {
				err := check(w)
				if err == nil {
					t.Errorf("%q is accepted", w)
				} else if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r > '~' && r != '…' && r != 'ö' && r != 'ß' && r != 'µ' }) {
					t.Errorf("%q: the error %q cannot be shown", w, err)
				}
			}
		})
	}
}
