// Package tcpwinsink reads flow ends and sends bytes to an outlet.
package tcpwinsink

import (
	"time"

	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Settings of an opened plugin.
type Settings struct {
	sdk.StreamSettings
	Interval uint32
}

// Plugin is the declaration: all that t2host knows of the plugin before it opens it.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "tcpWinSink", Number: 950, Version: "0.1.0",
	Doc:      "sends tcpwin's table to a socket, every five seconds of packet time",
	Defaults: Settings{StreamSettings: sdk.StreamDefaults(""), Interval: 5},
	Settings: func(s *Settings) []sdk.Setting {
		return append(s.StreamSettings.Settings(),
			sdk.Uint32Setting("interval", &s.Interval, "s, packet time", 0, 86400, "shortest time between two reports"),
		)
	},
	Requires: []sdk.Requirement{{Name: "tcpwin", Versions: "^1"}},
	Imports:  []sdk.AnyTable{tcpwin.LowWindows},
	Ends:     sdk.End(field.At, field.UTCOffset),
	Outlets:  []sdk.Outlet{{Name: "reports", Kind: sdk.StreamOutlet, Setting: "to"}},
	Open:     open,
})

func open(env *sdk.Env, s Settings) (sdk.Stage, error) {
	k := &sink{Settings: s, table: tcpwin.LowWindows.View(env), reports: env.Outlet("reports")}
	return &sdk.Loop{EndFlow: k.endFlow, Report: k.report}, nil
}

// sink is an opened plugin.
type sink struct {
	Settings
	table   *sdk.TableView[sdk.IP, tcpwin.Row]
	reports *sdk.OutletWriter
	last    int64 // seconds: packet time of the last report, 0 before the first
	now     int64 // nanoseconds: packet time of the last flow end
	offset  int32 // seconds east of UTC, in the host's zone
	shown   int   // where the rows begin in buf, which holds the last report
	sent    uint64
	buf     []byte
}

// endFlow sends a report if one is due.
func (k *sink) endFlow(end sdk.EndRow) error {
	k.now, k.offset = end.At(), end.UTCOffset()
	if sec := k.now / 1e9; sec-k.last >= int64(k.Interval) && k.table.Len(end.Moment) > 0 {
		k.last = sec
		k.send(end.Moment)
	}
	return nil
}

// report sends what the last report did not show, and adds the plugin's lines to the end
// report.
func (k *sink) report(r *sdk.Report) {
	if rows := string(k.rows(r.Moment, nil)); rows != "" && (k.sent == 0 || rows != string(k.buf[k.shown:len(k.buf)-2])) {
		k.send(r.Moment)
	}
	r.Summary("Reports sent: " + sdk.Count(k.sent))
}

// send sends the whole table, as it is at a moment, as one report.
func (k *sink) send(at sdk.Moment) {
	zone := time.FixedZone("", int(k.offset))
	k.buf = time.Unix(0, k.now).In(zone).AppendFormat(append(k.buf[:0], "# "...), "Mon 02 Jan 2006 15:04:05")
	k.buf = append(k.buf, "\n"+tcpwin.Header...)
	k.shown = len(k.buf)
	k.buf = append(k.rows(at, k.buf), '\n', 0)
	k.reports.Send(k.buf)
	k.sent++
}

// rows appends the table's rows at a moment.
func (k *sink) rows(at sdk.Moment, b []byte) []byte {
	for src, row := range k.table.All(at) {
		b = tcpwin.AppendRow(b, src, row)
	}
	return b
}
