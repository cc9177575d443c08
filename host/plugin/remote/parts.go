package remote

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/wire"
)

// parts cuts a batch that is too large for a message into several that are not,
// and puts their answers together. Rows and ends are bounded by the host; it is
// the changes of imported tables that can be many, so a part ends where they
// fill it. That a batch's size never changes a result makes this right.
type parts struct {
	plugin *sdk.Plugin
	whole  *sdk.Batch
	part   sdk.Batch
	// What the parts so far have taken of the whole.
	rows, ends, deltas int
	last               bool
}

// maxDeltas bounds the changes of a part in bytes; the other half is for rows
// and ends.
const maxDeltas = wire.MaxBatch/2 - 4096

func (s *parts) split(p *sdk.Plugin, whole *sdk.Batch) {
	s.plugin, s.whole = p, whole
	s.rows, s.ends, s.deltas, s.last = 0, 0, 0, false
}

// next makes the next part, if there is one.
func (s *parts) next() bool {
	if s.last {
		return false
	}
	w := s.whole
	bytes, n := 0, s.deltas
	for n < len(w.Imports) {
		bytes += wire.DeltaSize(&w.Imports[n])
		if bytes > maxDeltas && n > s.deltas {
			break
		}
		n++
	}
	s.last = n == len(w.Imports)
	ends, rows := w.Ends.N, w.Packets.N
	if !s.last {
		// The end that caused the first change left over is not in this part: the
		// changes of its own that are stand behind all ends of the part.
		ends = int(w.Imports[n].At)
		rows = s.rows
		if ends > 0 {
			rows = max(rows, int(w.Ends.Before[ends-1]))
		}
	}
	s.cut(rows, ends, n)
	return true
}

func (s *parts) cut(rows, ends, deltas int) {
	w, b := s.whole, &s.part
	b.Number, b.First, b.Last, b.Time = w.Number, w.First, w.Last, w.Time
	b.Final = w.Final && s.last
	b.Packets = w.Packets.Slice(s.rows, rows)
	b.Ends = w.Ends.Slice(s.ends, ends, s.rows)
	b.Imports = b.Imports[:0]
	for _, d := range w.Imports[s.deltas:deltas] {
		d.At -= uint32(s.ends)
		b.Imports = append(b.Imports, d)
	}
	s.rows, s.ends, s.deltas = rows, ends, deltas
}

// merge adds the part's answer to the whole's.
func (s *parts) merge() {
	out, part := &s.whole.Out, &s.part.Out
	for i := range out.Columns {
		out.Columns[i].Data = append(out.Columns[i].Data, part.Columns[i].Data...)
	}
	for _, d := range part.Deltas {
		d.At += uint32(s.ends - s.part.Ends.N)
		out.Deltas = append(out.Deltas, d)
	}
	for _, f := range part.Frames {
		out.AddFrame(f.Outlet, f.Data)
	}
	out.Report = append(out.Report, part.Report...)
	out.Logs = append(out.Logs, part.Logs...)
}
