// Package netflowsink sends flow records to a collector, as NetFlow version 9 or IPFIX.
package netflowsink

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Settings of an opened plugin.
type Settings struct{ To string }

// typeCode is a column of the rows' own: collectors read it of ICMP's flows, and no record has it.
var typeCode = sdk.NewColumn[uint16]("icmpTypeCode", "256 times the type and the code of its first ICMP message", sdk.IPFIX(0, 32))

// Plugin is the declaration. It passes all records on; t2host encodes them and sends them.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "netflowsink", Number: 904, Version: "1.0.0",
	Doc:      "sends each flow's record to a collector, as NetFlow or IPFIX",
	Defaults: Settings{To: "netflow9+udp://127.0.0.1:9995"},
	Settings: func(s *Settings) []sdk.Setting {
		return []sdk.Setting{sdk.TargetSetting("to", &s.To, "where the records go: netflow9+ or ipfix+, and udp://HOST:PORT, tcp://HOST:PORT, or any other target of --to")}
	},
	Ends:    sdk.End(field.ICMP),
	Outlets: []sdk.Outlet{sdk.RowsOf("flows", []field.Flow{field.FlowEndReason}).WithRecord().Own(typeCode).To("to")},
	Open: func(env *sdk.Env, _ Settings) (sdk.Stage, error) {
		flows := env.Rows("flows")
		typeCode := typeCode.RowWriter(flows)
		return &sdk.Loop{EndFlow: func(end sdk.EndRow) error {
			var first uint16
			if list := end.Vec(field.ICMP); len(list) >= 2 {
				first = uint16(list[0]) | uint16(list[1])<<8
			}
			typeCode.Put(first)
			flows.Pass(end)
			return nil
		}}, nil
	},
})
