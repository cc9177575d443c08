package sdk

import (
	"errors"
	"strconv"

	"github.com/t2host/t2host/sdk/field"
)

// PacketRow is a packet of a batch. It is valid during the callback. A method of a field that
// the plugin did not declare panics.
type PacketRow struct {
	Moment
	i int
}

// Flow returns the slot of the packet's flow.
func (r PacketRow) Flow() uint32 { return r.b.Packets.Flow[r.i] }

// StartRow is the begin of a flow. It is valid during the callback. A method of a field that the
// plugin did not declare panics.
type StartRow struct {
	Moment
	i int
}

// Flow returns the slot of the flow. It is another flow's only in a batch after that in which the
// flow ends.
func (r StartRow) Flow() uint32 { return r.b.Starts.Flow[r.i] }

// TickRow is a tick of packet time. It is valid during the callback.
type TickRow struct {
	Moment
	i int
}

// Time returns the tick's packet time, a multiple of the interval, in nanoseconds since 1970 UTC.
func (r TickRow) Time() int64 { return r.b.Ticks.Time[r.i] }

// UTCOffset returns seconds east of UTC at Time, in the host's zone.
func (r TickRow) UTCOffset() int32 { return r.b.Ticks.UTCOffset[r.i] }

// Start goes on to begin i and returns it, see [Batch.End].
func (b *Batch) Start(i int) StartRow { return StartRow{b.at(b.Starts.Order[i]), i} }

// Tick goes on to tick i and returns it, see [Batch.End].
func (b *Batch) Tick(i int) TickRow { return TickRow{b.at(b.Ticks.Order[i]), i} }

// Packet goes on to packet i and returns it, see [Batch.End].
func (b *Batch) Packet(i int) PacketRow {
	if b.Packets.Order == nil {
		return PacketRow{Moment{b, noOrder}, i}
	}
	return PacketRow{b.at(b.Packets.Order[i]), i}
}

// EndRow is the end of a flow. It is valid during the callback, in which each of the plugin's
// columns must be written once, by Put of its writer. A method of a field that the plugin did not
// declare panics.
type EndRow struct {
	Moment
	i int
}

// End goes on to flow end i and returns it. Imported tables are now as they were at this end. A
// stage must call it for each i in ascending order, and for begins, packets, ends and ticks in
// ascending order of their places in the batch; [Loop] does.
func (b *Batch) End(i int) EndRow {
	e := b.env
	if i != e.next {
		e.fail(errors.New("flow end " + strconv.Itoa(i) + " is taken out of order"))
	}
	e.next = i + 1
	return EndRow{b.at(b.Ends.Order[i]), i}
}

// Flow returns the slot of the flow. It is free for another flow in a later batch.
func (r EndRow) Flow() uint32 { return r.b.Ends.Flow[r.i] }

// Vec returns the value of one of [field.EndLists]: the bytes of a list, of which the Next of
// its type returns the first element. It is valid during the callback.
func (r EndRow) Vec(f field.Flow) []byte { return r.b.Ends.Vec(f).Bytes(r.i) }

// Bytes returns the value of column n of other plugins, of any type, as its bytes on the wire:
// for plugins that read all columns, which a [Column] cannot name. It is valid during the callback.
func (r EndRow) Bytes(n int) []byte { return r.b.Ends.Columns[n].Bytes(r.i) }
