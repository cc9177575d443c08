package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// TestGraph: what is required and what is optional; an optional plugin that comes
// later, because each would like to be after the other, is not a reason.
func TestGraph(t *testing.T) {
	declare := func(number int, name string, requires ...sdk.Requirement) *sdk.Plugin {
		return &sdk.Plugin{
			Name: name, Number: number, Version: "1.0.0", Doc: "does", Ends: sdk.End(), Requires: requires,
			Open: func(sdk.Opening) (sdk.Stage, error) { return nil, nil },
		}
	}
	optional := func(name string) sdk.Requirement { return sdk.Requirement{Name: name, Optional: true} }
	sink := declare(920, "sink", sdk.Requirement{Name: "stats"}, optional("geo"))
	sink.Ends = sink.Ends.With(sdk.NewColumn[uint32]("stats.pkts", ""), sdk.NewColumn[uint32]("stats.bytes", ""))
	order, err := plugin.Resolve(plugin.BuiltIn(
		declare(10, "geo", optional("names")), declare(20, "names", optional("geo")), declare(950, "stats"), sink,
	), []plugin.Request{{Name: "geo"}, {Name: "names"}, {Name: "sink"}})
	if err != nil {
		t.Fatal(err)
	}
	const text = `1. 950 stats 1.0.0: required by sink; by its number
2. 010 geo 1.0.0: named; by its number
3. 020 names 1.0.0: named; after geo (optional)
4. 920 sink 1.0.0: named; after stats (column pkts, column bytes), geo (optional)
`
	const dot = `digraph t2host {
	rankdir=LR
	"stats" [label="1. 950 stats 1.0.0"]
	"geo" [label="2. 010 geo 1.0.0"]
	"names" [label="3. 020 names 1.0.0"]
	"sink" [label="4. 920 sink 1.0.0"]
	"geo" -> "names" [label="" style=dashed]
	"stats" -> "sink" [label="column pkts, column bytes"]
	"geo" -> "sink" [label="" style=dashed]
}
`
	if diff := cmp.Diff(text, textGraph(order)); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(dot, dotGraph(order)); diff != "" {
		t.Errorf("dot (-want +got):\n%s", diff)
	}
}
