package remote

import (
	"errors"
	"math"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/guard"
	"github.com/t2host/t2host/sdk/value"
	"github.com/t2host/t2host/sdk/wire"
)

// parts splits a batch that is too large for a message and joins the answers. The
// host bounds rows, and begins and ends without columns that differ in width; changes of
// imported tables and texts of ends can be many, so a part ends when they fill it.
// This is correct because a batch's size never changes a result.
type parts struct {
	plugin *sdk.Plugin
	whole  *sdk.Batch
	part   sdk.Batch
	done   position // how much of the whole the parts so far contain
	last   bool
}

// position is how far parts are in a batch: the next of each.
type position struct{ rows, starts, ends, ticks, deltas int }

// maxExtra bounds the changes and texts of a part in bytes; the other half is for
// rows, begins, ends and ticks.
const maxExtra = wire.MaxBatch/2 - 4096

func (s *parts) split(p *sdk.Plugin, whole *sdk.Batch) {
	s.plugin, s.whole = p, whole
	s.done, s.last = position{}, false
	s.part.Out.Leave = s.pass
}

// next makes the next part, and reports whether there is one.
func (s *parts) next() bool {
	if s.last {
		return false
	}
	w, to, bytes := s.whole, s.done, 0
	full := func(more int) bool { // a part is never empty
		bytes += more
		return bytes > maxExtra && to != s.done
	}
	for {
		order := s.order(to)
		for to.deltas < len(w.Imports) && w.Imports[to.deltas].At <= order {
			if full(wire.DeltaSize(&w.Imports[to.deltas])) {
				return s.upTo(to) // what is in the part of this event's changes comes before its next events
			}
			to.deltas++
		}
		switch {
		case order == math.MaxUint32:
			s.last = true
			to.rows = w.Packets.N
			return s.upTo(to)
		case to.starts < w.Starts.N && w.Starts.Order[to.starts] == order:
			to.rows = max(to.rows, int(w.Starts.Before[to.starts]))
			to.starts++
		case to.ticks < w.Ticks.N && w.Ticks.Order[to.ticks] == order:
			to.rows = max(to.rows, int(w.Ticks.Before[to.ticks]))
			to.ticks++
		default:
			if full(s.width(to.ends)) {
				return s.upTo(to)
			}
			to.rows = max(to.rows, int(w.Ends.Before[to.ends]))
			to.ends++
		}
	}
}

// order returns the place of the next begin, end or tick, or MaxUint32 if there is none.
func (s *parts) order(p position) uint32 {
	order := uint32(math.MaxUint32)
	for _, next := range [][]uint32{s.whole.Starts.Order[p.starts:], s.whole.Ends.Order[p.ends:], s.whole.Ticks.Order[p.ticks:]} {
		if len(next) > 0 {
			order = min(order, next[0])
		}
	}
	return order
}

// width returns the bytes of flow end i in columns whose values differ in width.
func (s *parts) width(i int) int {
	n := 0
	for _, f := range field.EndLists {
		if s.plugin.Ends.Fields&f != 0 {
			n += len(s.whole.Ends.Vec(f).Bytes(i))
		}
	}
	for k := range s.whole.Ends.Columns {
		if v := &s.whole.Ends.Columns[k]; v.Type.Size() == 0 {
			n += len(v.Bytes(i))
		}
	}
	return n
}

// upTo ends the part there.
func (s *parts) upTo(to position) bool {
	w, b, from := s.whole, &s.part, s.done
	b.Number, b.First, b.Last, b.Time, b.Events = w.Number, w.First, w.Last, w.Time, w.Events
	b.Final, b.Totals = w.Final && s.last, w.Totals
	b.Packets = w.Packets.Slice(from.rows, to.rows)
	b.Starts = w.Starts.Slice(from.starts, to.starts, from.rows)
	b.Ends = w.Ends.Slice(from.ends, to.ends, from.rows)
	b.Ticks = w.Ticks.Slice(from.ticks, to.ticks, from.rows)
	b.Imports = w.Imports[from.deltas:to.deltas]
	s.done = to
	return true
}

// merge adds the columns of the part's answer to the whole's.
func (s *parts) merge() {
	out, part := &s.whole.Out, &s.part.Out
	if part.Metrics != nil {
		out.Metrics = part.Metrics
	}
	mergeColumns(out.Columns, part.Columns)
	if len(out.Packets) == 0 {
		out.Packets = answer.Cleared(out.Packets, s.plugin.Packets.Columns)
	}
	mergeColumns(out.Packets, part.Packets)
}

// mergeColumns appends the values of a part's columns.
func mergeColumns(columns, part []value.Vec) {
	for i := range part {
		to, from := &columns[i], &part[i]
		before := uint32(len(to.Data))
		to.Data = append(to.Data, from.Data...)
		for _, end := range from.Ends {
			to.Ends = append(to.Ends, before+end)
		}
	}
}

// pass hands on the rest of the part's answer. Rows of its flow ends are rows of the whole's.
func (s *parts) pass(out *answer.Answer) error {
	first := uint32(s.done.ends - s.part.Ends.N)
	for i := range out.Rows {
		r := &out.Rows[i]
		if !r.OfEnds {
			continue
		}
		ends := make([]uint32, r.N)
		for k := range ends {
			if ends[k] = first + uint32(k); r.Ends != nil {
				ends[k] = first + r.Ends[k]
			}
		}
		r.Ends = ends
	}
	return s.whole.Out.Pass(out)
}

// inWhole returns an error of the part with its event as one of the whole batch.
func (s *parts) inWhole(err error) error {
	var at *guard.At
	if !errors.As(err, &at) {
		return err
	}
	row, end := at.Event.Row()
	if end {
		at.Event = guard.EndEvent(row + s.done.ends - s.part.Ends.N)
	} else {
		at.Event = guard.PacketEvent(row + s.done.rows - s.part.Packets.N)
	}
	return err
}
