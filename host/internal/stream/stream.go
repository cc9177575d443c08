// Package stream turns what a run knows into streams of typed rows on their way out: flow
// records, conversations, the tables of plugins, and the rows that plugins send.
package stream

import (
	"strings"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

// Names of the streams that every run has.
const (
	Flows         = "flows"
	Conversations = "conversations"
	Packets       = "packets"
)

// Stream describes the rows of one name.
type Stream struct {
	Name    string // flows, conversations, packets, "plugin.table" or "plugin.outlet"
	Columns []value.Column
	Owners  []string // of the columns: the plugin of each, empty for the host's own

	// Record is the number of columns, from the first on, that T2's record has.
	Record int
	// Key is the number of columns, from the first on, that tell the rows of a table from each other.
	Key int
	// Frames is set if the rows are frames of a plugin: bytes in a form of its own.
	Frames bool
	// Passed are the first columns of the rows of a plugin, whose values are the host's.
	Passed []Passed
}

// Named reports whether a word of the user names column i: NAME, PLUGIN.NAME, PLUGIN.* or *.
func (s *Stream) Named(i int, word string) bool {
	name, owner := s.Columns[i].Name, s.Owners[i]
	if word == "*" || word == name {
		return true
	}
	bare := strings.TrimPrefix(name, owner+".")
	return owner != "" && (word == bare || word == owner+"."+bare || word == owner+".*")
}

// Rows are rows of a stream, one column for each of its schema. They are valid during the call
// that they are an argument of, and must not be written.
type Rows struct {
	N       int
	Columns []*value.Vec
	At      []int64 // the packet time of each row, nanoseconds since 1970 UTC
}

// Put receives rows.
type Put func(*Rows) error

// Of returns the streams of a run with these plugins: flows, conversations, and the tables and
// outlets, in the plugins' order.
func Of(plugins []*sdk.Plugin) []Stream {
	list := []Stream{flowsOf(plugins)}
	list = append(list, conversationsOf(&list[0]), packetsOf(plugins))
	for _, p := range plugins {
		for i := range p.Exports {
			list = append(list, tableOf(&p.Exports[i]))
		}
		for i := range p.Outlets {
			switch {
			case p.Outlets[i].HasRows():
				list = append(list, outletOf(p, &p.Outlets[i], plugins))
			case p.Outlets[i].Kind == sdk.StreamOutlet:
				list = append(list, framesOf(p, &p.Outlets[i]))
			}
		}
	}
	return list
}

// unique puts the plugin's name before the name of a column that is there twice.
func (s *Stream) unique() {
	times := map[string]int{}
	for i := range s.Columns {
		times[s.Columns[i].Name]++
	}
	for i := range s.Columns {
		if c := &s.Columns[i]; s.Owners[i] != "" && times[c.Name] > 1 {
			c.Name = s.Owners[i] + "." + c.Name
		}
	}
}
