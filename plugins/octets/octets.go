// Package octets adds to each flow record the octets of its IP packets, as IPFIX and NetFlow count
// them: with their headers.
package octets

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Octets is the plugin's column.
var Octets = sdk.NewColumn[uint64]("octets", "Octets of the IP packets, from their IP header on", sdk.Unit("bytes"), sdk.IPFIX(0, 1))

// Plugin is the declaration.
var Plugin = sdk.Define(sdk.Spec[struct{}]{
	Name: "octets", Number: 125, Version: "1.0.0",
	Doc:     "adds the octets of the IP packets to each record, as IPFIX and NetFlow count them",
	Packets: sdk.All(field.IPHdrLen, field.L4HdrLen, field.L7Len),
	Ends:    sdk.End(),
	Columns: []sdk.AnyColumn{Octets},
	State:   sdk.StateOf[uint64](),
	Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
		var flows sdk.PerFlow[uint64]
		out := Octets.Writer(env)
		return &sdk.Loop{
			Columns: func(p *sdk.Packets) {
				for i, slot := range p.Flow {
					if p.IPHdrLen[i] > 0 { // otherwise it is no IP packet
						*flows.At(slot) += uint64(p.IPHdrLen[i]) + uint64(p.L4HdrLen[i]) + uint64(p.L7Len[i])
					}
				}
			},
			EndFlow: func(end sdk.EndRow) error {
				out.Put(end, flows.Take(end.Flow()))
				return nil
			},
		}, nil
	},
})
