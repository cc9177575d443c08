package sdk

import (
	"errors"
	"strconv"

	"github.com/t2host/t2host/sdk/field"
)

// PacketRow is one packet of a batch. Asking for a field that was not declared
// panics.
type PacketRow struct {
	p *Packets
	i int
}

// Flow is the slot of the packet's flow.
func (r PacketRow) Flow() uint32 { return r.p.Flow[r.i] }

// EndRow is the end of one flow: what was declared can be read, every column of
// the plugin is to be written once. Asking for a field that was not declared
// panics.
type EndRow struct {
	b *Batch
	i int
}

// End goes on to flow end i: imported tables now stand as at this end, and
// changes of exported ones belong to it. Ends are taken in their order, each
// once.
func (b *Batch) End(i int) EndRow {
	e := b.env
	if i != e.next {
		e.fail(errors.New("flow end " + strconv.Itoa(i) + " is taken out of order"))
	}
	if e.puts != i*len(e.cells) && e.err == nil {
		e.err = e.complete(i)
	}
	if b.applied < len(b.Imports) {
		b.advance(i)
	}
	e.next, e.atEnd = i+1, true
	return EndRow{b, i}
}

// advance applies the changes of imported tables up to and with flow end i.
func (b *Batch) advance(i int) {
	for b.applied < len(b.Imports) && int(b.Imports[b.applied].At) <= i {
		d := &b.Imports[b.applied]
		b.applied++
		if int(d.Table) >= len(b.env.views) {
			b.env.fail(errors.New("change of a table that is not imported"))
		} else if apply := b.env.views[d.Table]; apply != nil {
			if err := apply(d); err != nil {
				b.env.fail(err)
			}
		}
	}
}

// Flow is the slot of the flow.
func (r EndRow) Flow() uint32 { return r.b.Ends.Flow[r.i] }

// Vec is the value of one of [field.EndLists] as on the wire: a list. It is valid during
// the call of the stage.
func (r EndRow) Vec(f field.End) []byte { return r.b.Ends.Vec(f).Bytes(r.i) }

// Bytes is the value of the declared column n of another plugin as on the wire,
// valid during the call of the stage.
func (r EndRow) Bytes(n int) []byte { return r.b.Ends.Columns[n].Bytes(r.i) }

// IP is the value of the declared column n, an address, of another plugin.
func (r EndRow) IP(n int) IP { return ipFromWire(r.Bytes(n)) }

// Uint is the value of the declared column n of another plugin.
func (r EndRow) Uint(n int) uint64 { return r.b.Ends.Columns[n].Uint(r.i) }

// Int is the value of the declared column n, a signed number, of another plugin.
func (r EndRow) Int(n int) int64 { return r.b.Ends.Columns[n].Int(r.i) }

// Float is the value of the declared column n, a float, of another plugin.
func (r EndRow) Float(n int) float64 { return r.b.Ends.Columns[n].Float(r.i) }
