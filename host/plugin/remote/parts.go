package remote

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/wire"
)

// parts splits a batch that is too large for a message and joins the answers. The
// host bounds rows, and ends without columns that differ in width; changes of
// imported tables and texts of ends can be many, so a part ends when they fill it.
// This is correct because a batch's size never changes a result.
type parts struct {
	plugin *sdk.Plugin
	whole  *sdk.Batch
	part   sdk.Batch
	// How much of the whole the parts so far contain.
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

// next makes the next part, and reports whether there is one.
func (s *parts) next() bool {
	if s.last {
		return false
	}
	w := s.whole
	bytes, end, n := 0, s.ends, s.deltas
	full := func(more int) bool { // a part is never empty
		bytes += more
		return bytes > maxExtra && (end > s.ends || n > s.deltas)
	}
	for ; ; end++ {
		for n < len(w.Imports) && int(w.Imports[n].At) <= end {
			if full(wire.DeltaSize(&w.Imports[n])) {
				// The changes of this end that are in the part come after all ends of it.
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

// upTo ends the part before this flow end and this change.
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

// pass hands on the rest of the part's answer; its changes belong to flow ends of the whole.
func (s *parts) pass(out *answer.Answer) error {
	before := uint32(s.ends - s.part.Ends.N)
	for i := range out.Deltas {
		out.Deltas[i].At += before
	}
	return s.whole.Out.Pass(out)
}
