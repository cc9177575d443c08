package sdk

import (
	"errors"
	"strconv"

	"github.com/t2host/t2host/sdk/field"
)

// PacketRow is a packet of a batch. It is valid during the callback. A method of a field that
// the plugin did not declare panics.
type PacketRow struct {
	p *Packets
	i int
}

// Flow returns the slot of the packet's flow.
func (r PacketRow) Flow() uint32 { return r.p.Flow[r.i] }

// EndRow is the end of a flow. It is valid during the callback, in which each of the plugin's
// columns must be written once, by its index in Spec.Columns. A method of a field or column
// that the plugin did not declare to read panics.
type EndRow struct {
	b *Batch
	i int
}

// End goes on to flow end i and returns it. Imported tables are now as they were at this end,
// and changes of exported tables belong to it. A stage must call it for each i in ascending
// order; [Loop] does.
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

// Flow returns the slot of the flow. It is free for another flow in a later batch.
func (r EndRow) Flow() uint32 { return r.b.Ends.Flow[r.i] }

// Vec returns the value of one of [field.EndLists]: the bytes of a list, of which the Next of
// its type returns the first element. It is valid during the callback.
func (r EndRow) Vec(f field.Flow) []byte { return r.b.Ends.Vec(f).Bytes(r.i) }

// Bytes returns the value of column n of other plugins, of any type, as its bytes on the wire.
// It is valid during the callback.
func (r EndRow) Bytes(n int) []byte { return r.b.Ends.Columns[n].Bytes(r.i) }

// IP returns the value of column n of other plugins, an address.
func (r EndRow) IP(n int) IP { return ipFromWire(r.Bytes(n)) }

// Uint returns the value of column n of other plugins, an unsigned number of any width.
func (r EndRow) Uint(n int) uint64 { return r.b.Ends.Columns[n].Uint(r.i) }

// Int returns the value of column n of other plugins, a signed number, time or duration.
func (r EndRow) Int(n int) int64 { return r.b.Ends.Columns[n].Int(r.i) }

// Float returns the value of column n of other plugins, a float of either width.
func (r EndRow) Float(n int) float64 { return r.b.Ends.Columns[n].Float(r.i) }
