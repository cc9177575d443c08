package sdk

import "errors"

// Moment is an event of a batch: a flow's begin or end, a packet, a tick, the report. What it
// came with has it, and methods of tables want it: a table is read as it was then, and its
// changes belong to then. It is valid during the callback.
type Moment struct {
	b     *Batch
	order uint32
}

// noOrder is the place of a packet in a batch that does not tell it.
const noOrder = ^uint32(0)

// at goes on to the event with that place in the batch: imported tables are now as they were at
// it.
func (b *Batch) at(order uint32) Moment {
	if b.applied < len(b.Imports) {
		b.advance(order)
	}
	return Moment{b, order}
}

// advance applies the changes of imported tables up to and with the event of that place.
func (b *Batch) advance(order uint32) {
	for b.applied < len(b.Imports) && b.Imports[b.applied].At <= order {
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

// usable reports whether tables can be used at m, and fails the run if not.
func (m Moment) usable(e *Env, table string) bool {
	switch {
	case m.b == nil || m.b.env != e || e.out == nil:
		e.fail(errors.New("table " + table + " is used outside a callback"))
	case m.order == noOrder:
		e.fail(errors.New("table " + table + " is used at a packet: declare Packets with WithTables"))
	default:
		return true
	}
	return false
}
