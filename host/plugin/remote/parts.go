package remote

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/wire"
)

// parts cuts a batch that is too large for a message into several that are not,
// and puts their answers together. Rows, and ends without what differs in width,
// are bounded by the host; changes of imported tables and texts of ends can be
// many, so a part ends where they fill it. That a batch's size never changes a
// result makes this right.
type parts struct {
	plugin *sdk.Plugin
	whole  *sdk.Batch
	part   sdk.Batch
	// What the parts so far have taken of the whole.
	rows, ends, deltas int
	last               bool
}

// maxExtra bounds the changes and texts of a part in bytes; the other half is for
// rows and ends.
const maxExtra = wire.MaxBatch/2 - 4096

func (s *parts) split(p *sdk.Plugin, whole *sdk.Batch) {
	s.plugin, s.whole = p, whole
	s.rows, s.ends, s.deltas, s.last = 0, 0, 0, false
	s.part.Out.Leave = s.pass
}

// next makes the next part, if there is one.
func (s *parts) next() bool {
	if s.last {
		return false
	}
	w := s.whole
	bytes, end, n := 0, s.ends, s.deltas
	full := func(more int) bool { // never without progress
		bytes += more
		return bytes > maxExtra && (end > s.ends || n > s.deltas)
	}
	for ; ; end++ {
		for n < len(w.Imports) && int(w.Imports[n].At) <= end {
			if full(wire.DeltaSize(&w.Imports[n])) {
				// The changes of this end that are in the part stand behind all ends
				// of it.
				return s.upTo(end, n)
			}
			n++
		}
		if end == w.Ends.N {
			s.last = true
			return s.upTo(end, n)
		}
		if full(s.width(end)) {
			return s.upTo(end, n)
		}
	}
}

// upTo ends the part before that flow end and that change.
func (s *parts) upTo(end, delta int) bool {
	w, rows := s.whole, s.rows
	switch {
	case s.last:
		rows = w.Packets.N
	case end > 0:
		rows = max(rows, int(w.Ends.Before[end-1]))
	}
	s.cut(rows, end, delta)
	return true
}

// width is what values of flow end i take that differ in width.
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

func (s *parts) cut(rows, ends, deltas int) {
	w, b := s.whole, &s.part
	b.Number, b.First, b.Last, b.Time = w.Number, w.First, w.Last, w.Time
	b.Final, b.Totals = w.Final && s.last, w.Totals
	b.Packets = w.Packets.Slice(s.rows, rows)
	b.Ends = w.Ends.Slice(s.ends, ends, s.rows)
	b.Imports = b.Imports[:0]
	for _, d := range w.Imports[s.deltas:deltas] {
		d.At -= uint32(s.ends)
		b.Imports = append(b.Imports, d)
	}
	s.rows, s.ends, s.deltas = rows, ends, deltas
}

// merge adds the columns of the part's answer to the whole's.
func (s *parts) merge() {
	out, part := &s.whole.Out, &s.part.Out
	for i := range out.Columns {
		to, from := &out.Columns[i], &part.Columns[i]
		before := uint32(len(to.Data))
		to.Data = append(to.Data, from.Data...)
		for _, end := range from.Ends {
			to.Ends = append(to.Ends, before+end)
		}
	}
}

// pass hands on what else the part's answer holds; its changes are of flow ends of the whole.
func (s *parts) pass(out *answer.Answer) error {
	before := uint32(s.ends - s.part.Ends.N)
	for i := range out.Deltas {
		out.Deltas[i].At += before
	}
	return s.whole.Out.Pass(out)
}
