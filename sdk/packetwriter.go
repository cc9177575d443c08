package sdk

import (
	"errors"

	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/guard"
	"github.com/t2host/t2host/sdk/value"
)

// PacketWriter writes a column of the packets that the plugin reads, see [PacketSelect.WithColumns].
// It is used in Loop.Packet and Loop.Columns. A packet that is not written has a zero or empty value.
type PacketWriter[T ColumnValue] struct {
	values []T // of the batch, one for each packet; nil if nobody reads them
	env    *Env
}

// PacketWriter returns the writer of the column at packets. Call it in Open, which fails if
// [PacketSelect.WithColumns] does not list the column.
func (c *Column[T]) PacketWriter(env *Env) *PacketWriter[T] {
	w := &PacketWriter[T]{env: env}
	for i, own := range env.plugin.Packets.Columns {
		if own.Name == c.info.Name && c.owner == env.plugin.Name {
			env.packets[i] = w
			return w
		}
	}
	env.fail(errors.New("column " + c.Info().Name + " is written at packets but not declared: add it to Packets with WithColumns (" + guard.Author() + ")"))
	return w
}

// On reports whether the run has a reader of packets' columns; otherwise what is written is dropped. It does not
// change during the run.
func (w *PacketWriter[T]) On() bool { return w.env.PacketColumns }

// Put writes the value at a packet.
func (w *PacketWriter[T]) Put(packet PacketRow, v T) {
	if w.On() {
		w.values[packet.i] = v
	}
}

// All returns the values at packets, those that Loop.Columns has got, zero so far, to be written by their index.
// They are nil if nobody reads them.
func (w *PacketWriter[T]) All(packets *Packets) []T {
	from := w.env.packet
	return slice(w.values, from, from+packets.N)
}

func (w *PacketWriter[T]) begin(packets int) {
	if cap(w.values) < packets || w.values == nil {
		w.values = make([]T, packets)
	}
	w.values = w.values[:packets]
	clear(w.values)
}

func (w *PacketWriter[T]) finish(v *value.Vec) { appendValues(v, &w.values) }

// packetWriter is the writer of a column of packets of any type.
type packetWriter interface {
	begin(packets int)   // before a batch with so many packets
	finish(v *value.Vec) // adds the values to v
}

// beginPackets prepares the writers for a batch with so many packets, if somebody reads what they write.
func (e *Env) beginPackets(packets int) {
	if !e.PacketColumns {
		return
	}
	for _, w := range e.packets {
		if w != nil {
			w.begin(packets)
		}
	}
}

// finishPackets passes on the values at the batch's packets, zeros of columns without a writer.
func (e *Env) finishPackets(packets int) {
	if !e.PacketColumns {
		return
	}
	e.out.Packets = answer.Cleared(e.out.Packets, e.plugin.Packets.Columns)
	for i := range e.out.Packets {
		v := &e.out.Packets[i]
		if w := e.packets[i]; w != nil {
			w.finish(v)
		} else {
			v.SetZeros(packets)
		}
	}
}
