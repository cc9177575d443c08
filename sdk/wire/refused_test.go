package wire

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/internal/little"
	"github.com/t2host/t2host/sdk/value"
)

// Where the parts of an answer's first section begin.
const (
	atTag    = head
	atLength = head + 4
	atCount  = head + sectionHead
	atZero   = atCount + 4
	atFirst  = atCount + 8 // the first thing in it
)

const unknownSection = "message has a section that is unknown, twice, out of order or not declared"

// TestRefusedAnswers: what an answer and its pieces must not hold, each with its reason.
func TestRefusedAnswers(t *testing.T) {
	frames := func(data ...string) func(*answer.Answer) {
		return func(out *answer.Answer) {
			for _, d := range data {
				out.AddFrame(0, []byte(d))
			}
		}
	}
	// A frame's outlet, flags and length are its first bytes.
	flags := func(to uint16) func([]byte) {
		return func(msg []byte) { little.PutUint16(msg[atFirst+2:], to) }
	}
	to := func(outlet uint16, then func([]byte)) func([]byte) {
		return func(msg []byte) { little.PutUint16(msg[atFirst:], outlet); then(msg) }
	}
	put := func(at int, n uint32) func([]byte) { return func(msg []byte) { little.PutUint32(msg[at:], n) } }
	change := func(d answer.Delta) func(*answer.Answer) {
		return func(out *answer.Answer) { out.Deltas = append(out.Deltas, d) }
	}
	rows := func(r answer.Rows) func(*answer.Answer) {
		return func(out *answer.Answer) { out.Rows = append(out.Rows, r) }
	}
	own := func(n int) []value.Vec {
		return []value.Vec{{Type: value.Uint16, Data: make([]byte, 2*n)}, {Type: value.Text, Ends: make([]uint32, n)}}
	}
	good := answer.Delta{At: 1, Key: make([]byte, 4), Row: make([]byte, 22)}
	late, deleted := good, good
	late.At, deleted.Deleted = 0, true
	for _, c := range []struct {
		name  string
		fill  func(*answer.Answer)
		alter func(msg []byte)
		want  string
	}{
		{"another version", nil, func(msg []byte) { little.PutUint16(msg[4:], Version+1) }, "message has another ABI version"},
		{"another kind", nil, func(msg []byte) { little.PutUint16(msg[6:], kindBatch) }, "message has another kind"},
		{"another length", nil, put(0, 41), "message length is wrong"},
		{"more frames than bytes", frames("abcd"), put(atCount, 1000), "section 3: it counts more than it holds"},
		{"more changes than bytes", change(good), put(atCount, 1<<31), "section 2: it counts more than it holds"},
		{"a number in the reserved place", frames("abcd"), put(atZero, 1), "section 3: its number of things is malformed, or 0"},
		{"another in the section's head", frames("abcd"), func(msg []byte) { msg[atTag+2] = 1 }, "section 3: its head is malformed, or it ends after the message"},
		{"a section longer than the message", frames("abcd"), put(atLength, 1<<20), "section 3: its head is malformed, or it ends after the message"},
		{"a section shorter than what is in it", frames("abcd"), put(atLength, 12), "section 3: the message ends too early"},
		{"an unknown section", frames("abcd"), func(msg []byte) { msg[atTag] = 99 }, unknownSection},
		{"a section twice", func(out *answer.Answer) { out.Report, out.Logs = []string{"a"}, []string{"b"} }, func(msg []byte) { msg[atFirst+8] = tagReport }, unknownSection},
		{"sections out of order", func(out *answer.Answer) { out.Report, out.Logs = []string{"a"}, []string{"b"} }, func(msg []byte) { msg[atFirst+8] = tagSummary }, unknownSection},
		{"a frame that is not there", frames("abcd"), put(atCount, 2), "section 3: the message ends too early"},
		{"a frame longer than the message", frames("abcd"), put(atFirst+4, 1<<20), "section 3: the message ends too early"},
		{"padding that is not zero", frames("abc"), func(msg []byte) { msg[len(msg)-1] = 1 }, "bytes where padding should be"},
		{"bytes after the end", frames("abcd", "efgh"), put(atCount, 1), "section 3: trailing bytes"},

		{"another file of records", frames(""), to(1, flags(flagNext)), ""},
		{"another file of no records", frames(""), flags(flagNext), "section 3: frame that begins another file, where none can"},
		{"another file with bytes", frames("abcd"), to(1, flags(flagNext)), "section 3: frame that begins another file, where none can"},
		{"an unknown flag", frames("abcd"), flags(4), "section 3: frame that begins another file, where none can"},
		{"both flags", frames("abcd"), to(1, flags(flagNext|flagMore)), "section 3: frame that begins another file, where none can"},
		{"another file in a frame", func(out *answer.Answer) { out.AddFrame(1, []byte("abcd")); out.AddNext(1) }, flags(flagMore), "section 3: file of records ends in the middle of a frame"},
		{"an outlet too many", frames("abcd"), to(3, func([]byte) {}), "section 3: frame for an outlet that is not declared"},
		{"an outlet of rows", frames("abcd"), to(2, func([]byte) {}), "section 3: frame for an outlet of rows"},

		{"rows", rows(answer.Rows{Outlet: 2, N: 1, Columns: own(1)}), nil, ""},
		{"rows of all flow ends", rows(answer.Rows{Outlet: 2, N: 2, OfEnds: true, Columns: own(2)}), nil, ""},
		{"rows of some", rows(answer.Rows{Outlet: 2, N: 1, OfEnds: true, Ends: []uint32{1}, Columns: own(1)}), nil, ""},
		{"rows for a file", rows(answer.Rows{Outlet: 1, N: 1}), nil, "section 8: rows for an outlet that has none"},
		{"rows for no outlet", rows(answer.Rows{Outlet: 9, N: 1}), nil, "section 8: rows for an outlet that has none"},
		{"no rows", rows(answer.Rows{Outlet: 2, N: 0, Columns: own(0)}), nil, "section 8: rows are malformed"},
		{"rows with an unknown flag", rows(answer.Rows{Outlet: 2, N: 1, Columns: own(1)}), flags(4), "section 8: rows are malformed"},
		{"rows that are picked of nothing", rows(answer.Rows{Outlet: 2, N: 1, Columns: own(1)}), flags(flagPicked), "section 8: rows are malformed"},
		{"rows of more flow ends than there are", rows(answer.Rows{Outlet: 2, N: 3, OfEnds: true, Columns: own(3)}), nil, "section 8: rows are of another number of flow ends"},
		{"rows of another flow end", rows(answer.Rows{Outlet: 2, N: 1, OfEnds: true, Ends: []uint32{2}, Columns: own(1)}), nil, "section 8: rows are of flow ends that do not ascend"},
		{"rows of one flow end twice", rows(answer.Rows{Outlet: 2, N: 2, OfEnds: true, Ends: []uint32{1, 1}, Columns: own(2)}), nil, "section 8: rows are of flow ends that do not ascend"},
		{"more rows than bytes", rows(answer.Rows{Outlet: 2, N: 1, Columns: own(1)}), put(atFirst+4, 1<<31), "section 8: rows without a value"},
		{"rows without their columns", rows(answer.Rows{Outlet: 2, N: 9}), nil, "section 8: the message ends too early"},

		{"a change", change(good), nil, ""},
		{"a change at no event", change(answer.Delta{At: 3, Key: good.Key, Row: good.Row}), nil, "section 2: table is changed outside an event, or out of order"},
		{"changes in another order", func(out *answer.Answer) { out.Deltas = []answer.Delta{good, late} }, nil, "section 2: table is changed outside an event, or out of order"},
		{"a change of another kind", change(good), func(msg []byte) { little.PutUint16(msg[atFirst+6:], 2) }, "section 2: table is changed outside an event, or out of order"},
		{"another table", change(answer.Delta{Table: 1}), nil, "section 2: change of a table that is not declared"},
		{"a deleted row", change(deleted), nil, "section 2: change of table a.t has a key or row of a wrong length"},
		{"a text that is cut", change(answer.Delta{Key: good.Key, Row: append(make([]byte, 18), 9, 0, 0, 0)}), nil, "section 2: change of table a.t has a key or row of a wrong length"},
		{"a short key", change(answer.Delta{Key: make([]byte, 3), Row: good.Row}), nil, "section 2: change of table a.t has a key or row of a wrong length"},
	} {
		p := &sdk.Plugin{Outlets: everything().Outlets, Exports: everything().Exports}
		out := &answer.Answer{}
		if c.fill != nil {
			c.fill(out)
		}
		alter := func(msg []byte) []byte {
			if c.alter != nil {
				c.alter(msg)
			}
			return msg
		}
		check := func(what string, err error) {
			text := ""
			if err != nil {
				text = err.Error()
			}
			if text != c.want {
				t.Errorf("%s, %s: %s, want %s", c.name, what, text, c.want)
			}
		}
		var got answer.Answer
		check("end", ReadAnswer(alter(AppendAnswer(nil, out, 2, "")), p, batchOf(2), &got))
		piece := finish(appendRest(make([]byte, head), 0, out, out.Frames, 0), 0, kindPiece)
		var a Answer
		a.Begin(p, batchOf(2), &got)
		check("piece", a.Piece(alter(piece)))
	}
}

// TestRefusedEnds: what only the end of an answer may have, in another number.
func TestRefusedEnds(t *testing.T) {
	p := &sdk.Plugin{Metrics: everything().Metrics, Packets: everything().Packets}
	marks := func(n int) []value.Vec { return vecs(rand.New(rand.NewPCG(1, 1)), p.Packets.Columns, n) }
	for _, c := range []struct {
		name string
		out  answer.Answer
		want string
	}{
		{"good", answer.Answer{Metrics: []uint64{1, 2}, Packets: marks(4)}, ""},
		{"without metrics", answer.Answer{Packets: marks(4)}, ""},
		{"a metric too few", answer.Answer{Metrics: []uint64{1}, Packets: marks(4)}, "section 9: answer has another number of metrics than the plugin"},
		{"a packet too few", answer.Answer{Packets: marks(3)}, "section 10: answer is to another number of flow ends or packets"},
		{"no columns of packets", answer.Answer{}, "answer is to another number of flow ends or packets"},
	} {
		err := ReadAnswer(AppendAnswer(nil, &c.out, 2, ""), p, batchOf(2), &answer.Answer{})
		if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// TestRefusedPieces: what only an end may have, and what is too large.
func TestRefusedPieces(t *testing.T) {
	var a Answer
	var out answer.Answer
	begin := func() []byte {
		a.Begin(&sdk.Plugin{Outlets: everything().Outlets}, batchOf(1), &out)
		return finish(make([]byte, head), 0, kindPiece)
	}
	columns := &answer.Answer{Columns: []value.Vec{{Type: value.Uint8, Data: []byte{1}}}}
	for what, end := range map[string][]byte{"flow ends": AppendAnswer(nil, columns, 1, ""), "a problem": AppendAnswer(nil, nil, 0, "none")} {
		begin()
		little.PutUint16(end[6:], kindPiece)
		if err := a.Piece(end); err == nil || err.Error() != unknownSection {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := a.Piece(append(begin(), make([]byte, MaxBatch)...)); err == nil || err.Error() != "piece of an answer is too large" {
		t.Errorf("too large: %v", err)
	}
	if err := a.End(append(begin(), make([]byte, MaxAnswer)...)); err == nil || err.Error() != "answer is too large" {
		t.Errorf("end too large: %v", err)
	}
	// Parts of a frame, or of one for each outlet, which are too large with the last one. What has
	// ended does not count.
	part := func(outlet, flags int) []byte {
		part := &answer.Answer{}
		part.AddFrame(uint16(outlet), make([]byte, answer.MaxPiece))
		return finish(appendRest(make([]byte, head), 0, part, part.Frames, uint16(flags)), 0, kindPiece)
	}
	for outlets := 1; outlets <= 2; outlets++ {
		begin()
		a.out = &answer.Answer{Leave: func(*answer.Answer) error { return nil }}
		for range 100 {
			for _, msg := range [][]byte{part(0, flagMore), part(0, 0)} {
				if err := a.Piece(msg); err != nil {
					t.Fatal(err)
				}
			}
		}
		var err error
		parts := 0
		for ; err == nil && parts < 1000; parts++ {
			err = a.Piece(part(parts%outlets, flagMore))
		}
		if want := answer.MaxFrame/answer.MaxPiece + 1; err == nil || err.Error() != "section 3: frame is too large" || parts != want {
			t.Errorf("after %d parts for %d outlets: %v, want it too large after %d", parts, outlets, err, want)
		}
	}
}

// TestRefusedLists: a list holds whole values.
func TestRefusedLists(t *testing.T) {
	for _, c := range []struct {
		of         value.Type
		good, part string
	}{
		{value.Uint32 | value.List, "\x01\x00\x00\x00\x02\x00\x00\x00", "\x01\x00\x00\x00\x02\x00"},
		{value.IP | value.List, strings.Repeat("\x00", 34), strings.Repeat("\x00", 33)},
		{value.Text | value.List, "\x01\x00\x00\x00a\x00\x00\x00\x00", "\x02\x00\x00\x00a"},
		{value.String | value.List, "", "\x01\x00"},
		{value.Text | value.List, "", "\xff\xff\xff\xff"},
	} {
		p := &sdk.Plugin{Columns: []sdk.ColumnInfo{{Name: "l", Type: c.of}}}
		for text, want := range map[string]string{c.good: "", c.part: "section 1: a list holds part of a value"} {
			out := &answer.Answer{Columns: []value.Vec{{Type: c.of}}}
			out.Columns[0].Append([]byte(text))
			var got answer.Answer
			err := ReadAnswer(AppendAnswer(nil, out, 1, ""), p, batchOf(1), &got)
			if (err == nil) != (want == "") || err != nil && err.Error() != want {
				t.Errorf("%s of %q: %v, want %s", c.of, text, err, want)
			}
		}
	}
}
