package scaffold

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// catalogue has two plugins that come with t2host, one that requires another, and one of
// somebody else.
func catalogue() []*plugin.Artefact {
	list := plugin.BuiltIn(
		&sdk.Plugin{Name: "stats", Number: 101, Version: "1.0.0"},
		&sdk.Plugin{Name: "outSink", Number: 930, Version: "1.0.0", Requires: []sdk.Requirement{{Name: "stats"}, {Name: "absent", Optional: true}}},
	)
	return append(list, &plugin.Artefact{Plugin: &sdk.Plugin{Name: "conv", Number: 103, Version: "1.0.0"}, From: "mine/conv"})
}

func TestNew(t *testing.T) {
	for _, c := range []struct {
		request Request
		want    string // NUMBER REQUIREMENT... [replaces NAME]; * for what is required itself
		err     string
	}{
		{Request{Name: "x", Kind: Flow}, "102", ""},
		{Request{Name: "x", Kind: Payload}, "300", ""},
		{Request{Name: "x", Kind: Sink}, "902", ""},
		{Request{Name: "x", Kind: Flow, Number: "7"}, "7", ""},
		{Request{Name: "stats", Kind: Flow, Number: "101"}, "101 replaces stats", ""},
		{Request{Name: "x", Kind: MinimalSink, Requires: []string{"OUTSINK", " conv"}}, "902 stats outSink* conv*", ""},
		{Request{Name: "x", Kind: Sink, Requires: []string{"outSink", "stats"}}, "902 stats* outSink*", ""},
		{Request{Name: "Bad", Kind: Flow}, "", `invalid plugin name "Bad"`},
		{Request{Name: "conv", Kind: Flow}, "", "plugin conv already exists: mine/conv"},
		{Request{Name: "x", Kind: Flow, Number: "x"}, "", `expected a number, found "x"`},
		{Request{Name: "x", Kind: Flow, Number: "-1"}, "", `expected a number, found "-1"`},
		{Request{Name: "x", Kind: Flow, Number: "70000"}, "", `expected a number, found "70000"`},
		{Request{Name: "x", Kind: Flow, Number: "1000"}, "", "not between 0 and 999"},
		{Request{Name: "x", Kind: Flow, Number: "900"}, "", "from 900 on are for sinks"},
		{Request{Name: "x", Kind: Sink, Number: "899"}, "", "from 900 on, not 899"},
		{Request{Name: "x", Kind: Flow, Number: "103"}, "", "already used by conv"},
		{Request{Name: "x", Kind: Flow, Requires: []string{"absent"}}, "", "plugin absent not found"},
	} {
		c.request.Catalogue = catalogue()
		p, old, err := New(c.request)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("New(%+v): %v; want %q in it", c.request, err, c.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("New(%+v): %v", c.request, err)
			continue
		}
		got := fmt.Sprint(p.Number)
		for _, r := range p.Requires {
			got += " " + r.Name + map[bool]string{true: "*"}[r.Direct]
			if want := "github.com/t2host/t2host/plugins/" + plugin.Key(r.Name); r.Package != want && r.Name != "conv" || r.Name == "conv" && r.Package != "" {
				t.Errorf("package of %s = %q", r.Name, r.Package)
			}
		}
		if old != nil {
			got += " replaces " + old.Name
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("New(%+v) (-want +got):\n%s", c.request, diff)
		}
	}
}

// TestNoNumber has all numbers of sinks taken.
func TestNoNumber(t *testing.T) {
	var all []*plugin.Artefact
	for i := 900; i < 1000; i++ {
		all = append(all, &plugin.Artefact{Plugin: &sdk.Plugin{Name: fmt.Sprintf("sink%d", i), Number: i}})
	}
	if _, _, err := New(Request{Name: "x", Kind: Sink, Catalogue: all}); err == nil || !strings.Contains(err.Error(), "no number from 900 to 999 is free") {
		t.Errorf("New: %v", err)
	}
}
