package plugin

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

// Edge is the requirement that orders two plugins of a run.
type Edge struct {
	From, To string   // names: To comes after From
	Columns  []string // of From that To reads
	Tables   []string // the same
	Optional bool
}

// Edges returns the requirements between plugins in the order in which they load.
func Edges(order []Loaded) []Edge {
	var list []Edge
	for i, l := range order {
		for _, r := range l.Requires {
			for _, k := range order[:i] { // an optional one may have given way
				if Key(k.Name) == Key(r.Name) {
					list = append(list, edge(k.Name, l.Plugin, r.Optional))
				}
			}
		}
	}
	return list
}

func edge(from string, p *sdk.Plugin, optional bool) Edge {
	e := Edge{From: from, To: p.Name, Optional: optional}
	for _, c := range p.Ends.Columns {
		if owner, name := value.Owner(c.Name); owner == from {
			e.Columns = append(e.Columns, name)
		}
	}
	for _, t := range p.Imports {
		if owner, name := value.Owner(t.Name); owner == from {
			e.Tables = append(e.Tables, name)
		}
	}
	return e
}
