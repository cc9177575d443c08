package t2

import "strings"

// Sink is a sink of T2 and the word of --to that does the same here. PREFIX is the output prefix.
type Sink struct {
	Name string // as T2 has it
	To   string // empty: nothing does the same
}

// Sinks are T2's sinks that are no plugins here. Addresses are T2's defaults.
var Sinks = []Sink{
	{"jsonSink", "json:PREFIX_flows.json"},
	{"sqliteSink", "sqlite:PREFIX_flows.sqlite?table=flow"},
	{"psqlSink", "postgres://postgres@127.0.0.1:5432/tranalyzer?table=flow"},
	{"kafkaSink", "kafka://127.0.0.1:9092/tranalyzer.flows"},
	{"binSink", "bin:PREFIX_flows.bin"},
	{"mysqlSink", ""},
	{"mongoSink", ""},
	{"clickhouseSink", ""},
}

// SinkNamed returns T2's sink of a name, whatever its case; nil if there is none.
func SinkNamed(name string) *Sink {
	for i := range Sinks {
		if strings.EqualFold(Sinks[i].Name, name) {
			return &Sinks[i]
		}
	}
	return nil
}
