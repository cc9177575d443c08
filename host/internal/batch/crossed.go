package batch

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Crossed returns the bytes of what plugin p reads of a batch, with those of payloads, texts and lists.
func Crossed(p *sdk.Plugin, v *sdk.Batch) uint64 {
	n := v.Packets.N*p.Packets.Size() + v.Starts.N*p.Starts.Size() + v.Ends.N*p.Ends.Size() + v.Ticks.N*p.Ticks.Size()
	n += len(v.Packets.Payload.Data) + len(v.Packets.Header.Data)
	for _, f := range field.EndLists {
		n += len(v.Ends.Vec(f).Data)
	}
	for i := range v.Ends.Columns {
		if c := &v.Ends.Columns[i]; c.Type.Size() == 0 {
			n += len(c.Data)
		}
	}
	return uint64(n)
}
