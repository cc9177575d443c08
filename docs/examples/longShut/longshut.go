// Package longshut reads the times for which tcpwin saw windows shut and sends a line for
// each flow whose window was shut for long: who, whom it stopped, and for how long.
package longshut

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Settings of an opened plugin.
type Settings struct {
	sdk.StreamSettings
	Least uint32
}

// shutMax is the longest time with the window below the threshold.
var shutMax = sdk.NewColumn[int64]("tcpwin.tcpWinShutMax", "", sdk.ShowDuration)

// Plugin is the declaration: all that t2host knows of the plugin before it opens it.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "longShut", Number: 941, Version: "0.1.0",
	Doc:      "reports the hosts whose windows were shut for more than a second, a datagram each",
	Defaults: Settings{StreamSettings: sdk.StreamDefaults(""), Least: 1000},
	Settings: func(s *Settings) []sdk.Setting {
		return append(s.StreamSettings.Settings(),
			sdk.Uint32Setting("least", &s.Least, "ms, packet time", 0, 1<<31, "shorter times are not reported, nor is this one"),
		)
	},
	Requires: []sdk.Requirement{{Name: "tcpwin", Versions: "^1.0.0"}},
	Ends:     sdk.End(field.SrcIP, field.DstIP).With(shutMax),
	Outlets:  []sdk.Outlet{{Name: "hosts", Kind: sdk.StreamOutlet, Setting: "to"}},
	Open:     open,
})

func open(env *sdk.Env, s Settings) (sdk.Stage, error) {
	k := &sink{Settings: s, shut: shutMax.Reader(env), hosts: env.Outlet("hosts")}
	return &sdk.Loop{EndFlow: k.endFlow, Report: k.report}, nil
}

// sink is an opened plugin.
type sink struct {
	Settings
	shut  *sdk.ColumnReader[int64]
	hosts *sdk.OutletWriter
	sent  uint64
	buf   []byte
}

func (k *sink) endFlow(end sdk.EndRow) error {
	shut := k.shut.Get(end) // nanoseconds
	if shut <= int64(k.Least)*1e6 {
		return nil
	}
	k.buf = end.SrcIP().Append(k.buf[:0])
	k.buf = append(k.buf, " stopped "...)
	k.buf = end.DstIP().Append(k.buf)
	k.buf = append(k.buf, " for "+sdk.Seconds(shut, 3)+" s\n"...)
	k.hosts.Send(k.buf)
	k.sent++
	return nil
}

// report adds the plugin's lines to the end report.
func (k *sink) report(r *sdk.Report) { r.Summary("Hosts reported: " + sdk.Count(k.sent)) }
