package plugin

import (
	"slices"
	"strings"
	"testing"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

func names(list []*Artefact) string {
	var names []string
	for _, a := range list {
		names = append(names, a.Name)
	}
	return strings.Join(names, " ")
}

// errorText returns the text of an error, empty for none.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestSort: by number, and where it is equal by name, whatever the order was.
func TestSort(t *testing.T) {
	list := BuiltIn(catalogue("20 b 1.0.0\n10 c 1.0.0\n20 a 1.0.0\n0 z 1.0.0")...)
	Sort(list)
	if got := names(list); got != "z c a b" {
		t.Errorf("got %s", got)
	}
}

// TestFits: a plugin that is installed takes the place of its own name, and must load with all
// others that it needs.
func TestFits(t *testing.T) {
	const there = "10 stats 2.0.0\n20 tcpWin 1.2.0"
	for _, c := range []struct{ name, plugin, want string }{
		{"alone", "30 a 1.0.0", ""},
		{"with what it requires", "30 a 1.0.0 stats ^2 tcpwin any", ""},
		{"a newer one of its name", "20 tcpwin 3.0.0", ""},
		{"a range that nothing fits", "30 a 1.0.0 stats ^3", "plugin a requires stats in version ^3, but 2.0.0 is here: install a version that fits"},
		{"what is not there", "30 a 1.0.0 conv any", "plugin a requires conv, which was not found (known: a, stats, tcpWin): install it, or name its folder with -P"},
		{"itself", "30 a 1.0.0 a any", "plugin a requires itself"},
		{"no version", "30 a one", `plugin a: version "one" is not a semantic version such as 1.0.0`},
	} {
		list := BuiltIn(catalogue(there)...)
		err := Fits(list, BuiltIn(catalogue(c.plugin)...)[0])
		if text := errorText(err); text != c.want {
			t.Errorf("%s: %s, want %s", c.name, text, c.want)
		}
		if names(list) != "stats tcpWin" {
			t.Errorf("%s: the catalogue became %s", c.name, names(list))
		}
	}
}

// TestEdges: what orders two plugins of a run, and what crosses between them.
func TestEdges(t *testing.T) {
	column := func(name string) sdk.ColumnInfo { return sdk.ColumnInfo{Name: name, Type: value.Uint8} }
	reads := func(list []*sdk.Plugin) {
		list[1].Ends.Columns = []sdk.ColumnInfo{column("a.x"), column("c.y"), column("a.z")}
		list[1].Imports = []sdk.TableInfo{{Name: "a.t"}, {Name: "c.u"}}
	}
	for _, c := range []struct {
		name, plugins, load string
		change              func([]*sdk.Plugin)
		want                string
	}{
		{"nothing is required", "10 a 1.0.0\n20 b 1.0.0", "a,b", nil, ""},
		{"required, nothing read", "10 a 1.0.0\n20 b 1.0.0 a any", "b", nil, "a->b"},
		{"in another case", "10 aB 1.0.0\n20 b 1.0.0 ab any", "b", nil, "aB->b"},
		{"columns and tables, each of its owner", "10 a 1.0.0\n30 b 1.0.0 a any c any\n20 c 1.0.0", "b", reads, "a->b x,z t; c->b y u"},
		{"optional and there", "10 a 1.0.0\n20 b 1.0.0 ?a any", "a,b", nil, "a->b?"},
		{"optional and not there", "10 a 1.0.0\n20 b 1.0.0 ?a any", "b", nil, ""},
		{"optional that gave way", "10 a 1.0.0 ?b any\n20 b 1.0.0 ?a any", "a,b", nil, "a->b?"},
	} {
		list := catalogue(c.plugins)
		if c.change != nil {
			c.change(list)
		}
		requests, err := ParseRequests(strings.Split(c.load, ","))
		if err != nil {
			t.Fatal(err)
		}
		order, err := Resolve(BuiltIn(list...), requests)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var got []string
		for _, e := range Edges(order) {
			text := e.From + "->" + e.To
			if e.Optional {
				text += "?"
			}
			parts := []string{text, strings.Join(e.Columns, ","), strings.Join(e.Tables, ",")}
			got = append(got, strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " "))
		}
		if text := strings.Join(got, "; "); text != c.want {
			t.Errorf("%s: %s, want %s", c.name, text, c.want)
		}
	}
}
