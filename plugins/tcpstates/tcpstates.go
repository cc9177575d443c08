// Package tcpstates adds to each flow record what was unusual about the states
// of its TCP connection, as the host's flow table saw it.
package tcpstates

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Flags are the anomalies of the flow's TCP connection.
var Flags = sdk.NewColumn[uint8]("tcpStatesAFlags", "TCP state machine anomalies", sdk.ShowHex)

// Plugin is the declaration.
var Plugin = sdk.Define(sdk.Spec[struct{}]{
	Name: "tcpstates", Number: 132, Version: "1.0.0",
	Doc:     "adds the anomalies of the TCP connection to each record",
	Ends:    sdk.End(field.TCPStates),
	Columns: []sdk.AnyColumn{Flags},
	Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
		all, out := uint8(0), Flags.Writer(env)
		return &sdk.Loop{
			Ends: func(e sdk.EndRows) error {
				for _, flags := range e.TCPStates {
					all |= flags
				}
				copy(out.All(e), e.TCPStates)
				return nil
			},
			Report: func(r *sdk.Report) {
				if all != 0 {
					r.Line("Aggregated tcpStatesAFlags=" + sdk.Hex8(all))
				}
			},
		}, nil
	},
})
