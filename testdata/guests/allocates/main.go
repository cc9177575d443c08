// Command allocates is a plugin that makes garbage at each packet: what a long
// run of it must not do is grow.
package main

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/serve"
)

func init() { serve.Plugins(plugin) }

func main() { serve.Run() }

var plugin = sdk.Define(sdk.Spec[struct{}]{
	Name: "allocates", Version: "1.0.0", Doc: "makes garbage at each packet", Packets: sdk.TCP(field.Window),
	Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
		var kept [256][]byte
		n := 0
		return &sdk.Loop{
			Packet: func(p sdk.PacketRow) {
				kept[n%len(kept)] = make([]byte, 32+p.Window()%97)
				n++
			},
			Report: func(r *sdk.Report) { r.Line(sdk.Count(uint64(n))) },
		}, nil
	},
})
