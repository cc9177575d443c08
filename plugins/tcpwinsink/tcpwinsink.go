// Package tcpwinsink sends tcpwin's table of low windows to a socket, as a
// report every five seconds of packet time.
package tcpwinsink

import (
	"bytes"
	"errors"
	"time"

	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Settings of an opened plugin.
type Settings struct {
	sdk.StreamSettings
	When        string
	Interval    uint32
	FinalReport bool
	Time        string
	Format      string
	Terminator  string
	MaxDatagram uint32
}

// Plugin is the declaration.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "tcpwinsink", Number: 950, Version: "1.0.0",
	Doc: "sends tcpwin's table of low windows to a socket, every five seconds of packet time",
	Defaults: Settings{
		StreamSettings: sdk.StreamDefaults("tcp://127.0.0.1:5555"),
		When:           "clock", Interval: 5, FinalReport: true, Time: "local", Format: "t2", Terminator: "nul", MaxDatagram: 65507,
	},
	Settings: func(s *Settings) []sdk.Setting {
		return append(s.StreamSettings.Settings(),
			sdk.ChoiceSetting("when", &s.When, "clock sends at each multiple of the interval of packet time, if there is something new or a window is still shut; flow_end at flow ends, the whole table again and again (T2)", "clock", "flow_end"),
			sdk.Uint32Setting("interval", &s.Interval, "s, packet time", 0, 86400, "time between two reports, at flow ends the shortest one, where 0 is none and whole seconds are compared"),
			sdk.BoolSetting("final_report", &s.FinalReport, "send the last table at the end of the run if it changed since the last report (T2 does not)"),
			sdk.ChoiceSetting("time", &s.Time, "zone of a report's time", "local", "utc"),
			sdk.ChoiceSetting("format", &s.Format, "t2 is the tutorial's text, jsonl one JSON object a report", "t2", "jsonl"),
			sdk.ChoiceSetting("terminator", &s.Terminator, "what ends a report in the format t2: a NUL byte, or nothing", "nul", "none"),
			sdk.Uint32Setting("max_datagram", &s.MaxDatagram, "bytes", 512, 65507, "over UDP a longer report is split between rows"),
		)
	},
	Requires: []sdk.Requirement{{Name: "tcpwin", Versions: "^1"}},
	Imports:  []sdk.AnyTable{tcpwin.LowWindows},
	Ends:     sdk.End(field.At, field.UTCOffset),
	Ticks:    sdk.EverySetting("interval"),
	Outlets:  []sdk.Outlet{{Name: "reports", Kind: sdk.StreamOutlet, Setting: "to"}},
	Open:     open,
})

func open(env *sdk.Env, s Settings) (sdk.Stage, error) {
	k := &sink{Settings: s, table: tcpwin.LowWindows.View(env), reports: env.Outlet("reports")}
	if s.When == "clock" && s.Interval == 0 {
		return nil, errors.New("setting interval is 0: when=clock needs 1 or more, or set when to flow_end")
	}
	return &sdk.Loop{Ends: k.ends, Tick: k.tick, Report: k.final}, nil
}

// sink is an opened plugin.
type sink struct {
	Settings
	table   *sdk.TableView[sdk.IP, tcpwin.Row]
	reports *sdk.OutletWriter

	mark   int64  // seconds: packet time of the last report, 0 before the first (so it is due at once)
	now    int64  // nanoseconds: packet time of the last flow end or tick
	offset int32  // of the local zone then
	sent   uint64 // reports
	buf    []byte

	rows    []byte // the rows of the last report
	rowEnds []int  // where each ends
}

// ends sends a report at each flow end at which one is due: between the ends of A and B, as T2's sinks do.
func (k *sink) ends(e sdk.EndRows) error {
	if k.When != "flow_end" {
		k.now, k.offset = e.At[e.N-1], e.UTCOffset[e.N-1]
		return nil
	}
	for i, at := range e.At {
		k.now, k.offset = at, e.UTCOffset[i]
		sec := time.Unix(0, at).Unix()
		if sec-k.mark < int64(k.Interval) {
			continue
		}
		if moment := e.Moment(i); k.table.Len(moment) > 0 {
			k.mark = sec
			k.send(moment)
		}
	}
	return nil
}

// tick sends a report if one is due: a row is new or another, or a window is still shut.
func (k *sink) tick(tick sdk.TickRow) error {
	k.now, k.offset = tick.Time(), tick.UTCOffset()
	if k.When == "clock" && k.table.Len(tick.Moment) > 0 && (k.shut(tick.Moment) || k.changed(tick.Moment)) {
		k.send(tick.Moment)
	}
	return nil
}

// shut reports whether a window is still shut.
func (k *sink) shut(at sdk.Moment) bool {
	for _, row := range k.table.All(at) {
		if row.Since != 0 {
			return true
		}
	}
	return false
}

// final sends the rows that the last report did not have.
func (k *sink) final(r *sdk.Report) {
	if k.FinalReport && k.table.Len(r.Moment) > 0 && k.changed(r.Moment) {
		k.send(r.Moment)
	}
	r.Line("Number of reports: " + sdk.Count(k.sent))
}

// changed reports whether the table differs from what the last report showed.
func (k *sink) changed(at sdk.Moment) bool {
	rows, _ := k.tableRows(at, nil, nil)
	return !bytes.Equal(rows, k.rows)
}
