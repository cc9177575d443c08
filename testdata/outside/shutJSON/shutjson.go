// Package shutjson sends tcpwin's table of low windows as an object in JSON each
// time a host has stopped a peer for longer than ever before.
package shutjson

import (
	"strconv"

	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Settings of an opened plugin.
type Settings struct {
	sdk.StreamSettings
	Least uint32
}

// Plugin is the declaration: all that t2host knows of the plugin before it opens it.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "shutJSON", Number: 905, Version: "0.1.0",
	Doc:      "sends an object in JSON each time a host has stopped a peer for longer than before",
	Defaults: Settings{StreamSettings: sdk.StreamDefaults(""), Least: 1},
	Settings: func(s *Settings) []sdk.Setting {
		return append(s.StreamSettings.Settings(),
			sdk.Uint32Setting("least", &s.Least, "ms, packet time", 0, 1<<31, "shorter times are not sent"),
		)
	},
	Requires: []sdk.Requirement{{Name: "tcpwin", Versions: "^1.0.0"}},
	Imports:  []sdk.AnyTable{tcpwin.LowWindows},
	Ends:     sdk.End(field.SrcIP),
	Outlets:  []sdk.Outlet{{Name: "objects", Kind: sdk.StreamOutlet, Setting: "to"}},
	Open:     open,
})

func open(env *sdk.Env, s Settings) (sdk.Stage, error) {
	k := &sink{Settings: s, table: tcpwin.LowWindows.View(env), objects: env.Outlet("objects"), longest: map[sdk.IP]int64{}}
	return &sdk.Loop{EndFlow: k.endFlow, Report: k.report}, nil
}

// sink is an opened plugin.
type sink struct {
	Settings
	table   *sdk.TableView[sdk.IP, tcpwin.Row]
	objects *sdk.OutletWriter
	longest map[sdk.IP]int64 // what was sent of a host, nanoseconds
	buf     []byte
	sent    uint64
}

// endFlow looks at the row of the flow's source: nobody else's changes at this end.
func (k *sink) endFlow(end sdk.EndRow) error {
	src := end.SrcIP()
	row, ok := k.table.Get(end.Moment, src)
	if !ok || row.ShutMax <= k.longest[src] || row.ShutMax < int64(k.Least)*1e6 {
		return nil
	}
	k.longest[src] = row.ShutMax
	b := append(k.buf[:0], `{"host":"`...)
	b = src.Append(b)
	b = append(b, `","peer":"`...)
	b = row.Peer.Append(b)
	b = append(b, `","since":`...)
	b = sdk.AppendSeconds(b, row.When)
	b = append(b, `,"seconds":`...)
	b = strconv.AppendFloat(b, float64(row.ShutMax)/1e9, 'f', 3, 64)
	k.buf = append(b, '}', '\n')
	k.objects.Send(k.buf)
	k.sent++
	return nil
}

// report adds the plugin's lines to the end report.
func (k *sink) report(r *sdk.Report) { r.Summary("Objects sent: " + sdk.Count(k.sent)) }
