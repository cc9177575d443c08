// Package mysink adds to each flow record its pauses: how often nothing was
// sent for a while, and for how long at most.
package mysink

import (
	//t2host:packages
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Settings of an opened plugin.
type Settings struct {
	Pause uint32
}

// The plugin's columns.
var (
	Pauses  = sdk.NewColumn[uint32]("mySinkPauses", "number of pauses between packets")
	Longest = sdk.NewColumn[int64]("mySinkLongest", "longest time between two packets", sdk.ShowDuration)
)

// Plugin is the declaration: all that t2host knows of the plugin before it opens it.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "mySink", Number: 900, Version: "0.1.0",
	Doc:      "counts the pauses of each flow",
	Defaults: Settings{Pause: 1000},
	Settings: func(s *Settings) []sdk.Setting {
		return []sdk.Setting{
			sdk.Uint32Setting("pause", &s.Pause, "ms, packet time", 1, 1<<31, "from how long on a silence is a pause"),
		}
	},
	//t2host:requires
	Packets: sdk.All(field.Time),
	Ends:    sdk.End(), //t2host:columns
	Columns: []sdk.AnyColumn{Pauses, Longest},
	State:   sdk.StateOf[flow](),
	Open:    open,
})

func open(env *sdk.Env, s Settings) (sdk.Stage, error) {
	t := &mysink{Settings: s, pausesColumn: Pauses.Writer(env), longestColumn: Longest.Writer(env)}
	//t2host:open
	return &sdk.Loop{Packet: t.packet, EndFlow: t.endFlow, Report: t.report}, nil
}

// mysink is an opened plugin.
type mysink struct {
	Settings
	flows  sdk.PerFlow[flow]
	pauses uint64 // of all flows

	pausesColumn  *sdk.ColumnWriter[uint32]
	longestColumn *sdk.ColumnWriter[int64]
	//t2host:state
}

// flow is the state of one direction; the host takes care that it begins as zeros.
type flow struct {
	last    int64 // time of the last packet, 0 before the first
	longest int64 // nanoseconds
	pauses  uint32
}

func (t *mysink) packet(p sdk.PacketRow) {
	f := t.flows.At(p.Flow())
	if silence := p.Time() - f.last; f.last != 0 && silence > 0 {
		f.longest = max(f.longest, silence)
		if silence >= int64(t.Pause)*1e6 {
			f.pauses++
		}
	}
	f.last = p.Time()
}

// endFlow writes each column once.
func (t *mysink) endFlow(end sdk.EndRow) error {
	f := t.flows.Take(end.Flow())
	t.pausesColumn.Put(end, f.pauses)
	t.longestColumn.Put(end, f.longest)
	t.pauses += uint64(f.pauses)
	//t2host:use
	return nil
}

// report adds the plugin's lines to the end report.
func (t *mysink) report(r *sdk.Report) {
	r.Summary("Number of pauses: " + sdk.Count(t.pauses))
	//t2host:report
}
