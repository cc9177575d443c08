// Package shutrows sends a row for each flow whose window was shut for a part of its time.
package shutrows

import (
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Settings of an opened plugin.
type Settings struct{ Percent uint32 }

// share is a column of the rows' own.
var share = sdk.NewColumn[float32]("share", "the part of the flow's time for which its window was shut")

// Plugin is the declaration.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "shutRows", Number: 942, Version: "0.1.0", Doc: "sends a row for each flow whose window was shut for a part of its time",
	Defaults: Settings{Percent: 10},
	Settings: func(s *Settings) []sdk.Setting {
		return []sdk.Setting{sdk.Uint32Setting("percent", &s.Percent, "%", 1, 100, "of its time that make a flow a row")}
	},
	Requires: []sdk.Requirement{{Name: "tcpwin", Versions: "^1.0.0"}},
	Ends:     sdk.End(field.FirstSeen, field.LastSeen).With(tcpwin.ShutTime),
	Outlets: []sdk.Outlet{
		sdk.RowsOf("shut", []field.Flow{field.FlowInd, field.SrcIP, field.DstIP, field.DstPort}, tcpwin.ShutTime, tcpwin.Count).Own(share),
	},
	Open: func(env *sdk.Env, s Settings) (sdk.Stage, error) {
		shut, rows := tcpwin.ShutTime.Reader(env), env.Rows("shut")
		share := share.RowWriter(rows)
		return &sdk.Loop{EndFlow: func(end sdk.EndRow) error {
			part := float64(shut.Get(end)) / float64(max(end.LastSeen()-end.FirstSeen(), 1))
			if part >= float64(s.Percent)/100 {
				share.Put(float32(part))
				rows.Pass(end)
			}
			return nil
		}}, nil
	},
})
