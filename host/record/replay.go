package record

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/guard"
	"github.com/t2host/t2host/sdk/value"
	"github.com/t2host/t2host/sdk/wire"
)

// Replayed is what a plugin did with a record.
type Replayed struct {
	Batches, Packets, Ends uint64
	Same                   uint64 // batches with the recorded answer
	Differs                string // how the first other one differs, in one line; empty: none does

	payload bool // the record has some
}

// Replay replays a record to a plugin and compares the answers. The plugin's declaration must
// be the recorded one.
func Replay(r *Record, p *sdk.Plugin) (*Replayed, error) {
	stage, err := p.Open(r.Opening)
	if err != nil {
		return nil, err
	}
	got := &Replayed{}
	err = got.run(r, p.For(r.Opening), stage)
	if closeErr := stage.Close(); err == nil {
		err = closeErr
	}
	if got.Differs != "" && !got.payload && p.Packets.Fields&field.Payload != 0 {
		got.Differs += ": the recording has no payload, which the plugin reads: record it with --record-payload"
	}
	return got, err
}

func (g *Replayed) run(r *Record, p *sdk.Plugin, stage sdk.Stage) error {
	var b sdk.Batch
	var all gathered
	b.Out.Leave = all.add
	for {
		msg, want, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := wire.ReadBatch(msg, p, &b); err != nil {
			return fmt.Errorf("record: batch: %w", err)
		}
		g.Batches++
		g.payload = g.payload || len(b.Packets.Payload.Data) > 0
		g.Packets += uint64(b.Packets.N)
		g.Ends += uint64(b.Ends.N)
		all.begin()
		err = guard.Call(func() error { return stage.Batch(&b) })
		if err == nil {
			err = all.add(&b.Out)
		}
		if all.beyond {
			return errLong
		}
		all.Columns, all.Packets, all.Metrics = b.Out.Columns, b.Out.Packets, b.Out.Metrics
		switch diff := how(p, &b, want, &all.Answer, err); {
		case want == nil:
			if err == nil {
				return nil // the recording ended here
			}
			g.differs(&b, "fails: "+err.Error()+"; the recording ended here")
		case diff == "":
			g.Same++
		default:
			g.differs(&b, diff)
		}
		if err != nil {
			return nil // as recorded, or noted
		}
	}
}

func (g *Replayed) differs(b *sdk.Batch, text string) {
	if g.Differs == "" {
		g.Differs = fmt.Sprintf("batch %d (packets %d to %d): %s", b.Number, b.First, b.Last, text)
	}
}

// how describes how an answer differs from the recorded one; empty: it does not.
func how(p *sdk.Plugin, batch *sdk.Batch, want [][]byte, b *answer.Answer, err error) string {
	if want == nil {
		return ""
	}
	var a answer.Answer
	recorded := read(p, batch, want, &a)
	switch {
	case err != nil && recorded != nil && err.Error() == recorded.Error():
		return ""
	case err != nil && recorded != nil:
		return "fails with " + err.Error() + ", recorded is " + recorded.Error()
	case err != nil:
		return "fails: " + err.Error()
	case recorded != nil:
		return "goes on, recorded is a failure: " + recorded.Error()
	}
	if text := columnsDiffer(p.Columns, a.Columns, b.Columns, "flow end"); text != "" {
		return text
	}
	if text := columnsDiffer(p.Packets.Columns, a.Packets, b.Packets, "packet"); text != "" {
		return text
	}
	if x, y := rows(&a), rows(b); !slices.Equal(x, y) {
		return fmt.Sprintf("rows are %.200q, recorded are %.200q", y, x)
	}
	if !slices.Equal(a.Metrics, b.Metrics) {
		return fmt.Sprintf("metrics are %d, recorded are %d", b.Metrics, a.Metrics)
	}
	for i := range max(len(a.Frames), len(b.Frames)) {
		x, y := frameAt(&a, i), frameAt(b, i)
		if x != y {
			return fmt.Sprintf("frame %d is %.80s, recorded is %.80s", i, y, x)
		}
	}
	if x, y := lines(&a), lines(b); !slices.Equal(x, y) {
		return fmt.Sprintf("lines are %.200q, recorded are %.200q", y, x)
	}
	if !slices.EqualFunc(a.Deltas, b.Deltas, sameDelta) {
		return "changes of its tables differ"
	}
	return ""
}

// columnsDiffer describes how columns, of flow ends or packets, differ from the recorded ones; empty: they do not.
func columnsDiffer(columns []sdk.ColumnInfo, recorded, is []value.Vec, of string) string {
	for i := range recorded {
		if x, y := recorded[i].Len(), is[i].Len(); x != y {
			return fmt.Sprintf("column %s has %d values, recorded are %d", columns[i].Name, y, x)
		}
		for k := range recorded[i].Len() {
			if x, y := recorded[i].Bytes(k), is[i].Bytes(k); !bytes.Equal(x, y) {
				t := recorded[i].Type
				return fmt.Sprintf("column %s of %s %d is %s, recorded is %s", columns[i].Name, of, k, t.AppendText(nil, y), t.AppendText(nil, x))
			}
		}
	}
	return ""
}

// rows returns the rows of an answer, one by one: in how many pieces they leave may differ.
func rows(o *answer.Answer) (list []string) {
	for i := range o.Rows {
		r := &o.Rows[i]
		for k := range r.N {
			text := fmt.Sprintf("outlet %d", r.Outlet)
			switch {
			case r.Ends != nil:
				text += fmt.Sprintf(", flow end %d", r.Ends[k])
			case r.OfEnds:
				text += fmt.Sprintf(", flow end %d", k)
			}
			for c := range r.Columns {
				text += fmt.Sprintf(", %q", r.Columns[c].Bytes(k))
			}
			list = append(list, text)
		}
	}
	return list
}

// maxGathered bounds the answer to one batch, in bytes: both answers are in memory to be
// compared.
const maxGathered = 64 << 20

var errLong = fmt.Errorf("record: a batch is answered with more than %d MiB, too much to compare: record with a smaller batch.rows", maxGathered>>20)

// gathered is a whole answer, put together from its pieces.
type gathered struct {
	answer.Answer
	size   int
	beyond bool
}

func (g *gathered) begin() { g.Answer, g.size = answer.Answer{}, 0 }

func (g *gathered) add(out *answer.Answer) error {
	for _, f := range out.Frames {
		g.size += len(f.Data)
	}
	if g.size > maxGathered {
		g.beyond = true
		return errLong
	}
	return g.Pass(out)
}

// read reads a recorded answer: its pieces, then its end.
func read(p *sdk.Plugin, batch *sdk.Batch, msgs [][]byte, out *answer.Answer) error {
	out.Reset(p.Columns)
	var a wire.Answer
	a.Begin(p, batch, out)
	for _, msg := range msgs[:len(msgs)-1] {
		if err := a.Piece(msg); err != nil {
			return err
		}
	}
	return a.End(msgs[len(msgs)-1])
}

func lines(o *answer.Answer) []string { return slices.Concat(o.Summary, o.Report, o.Logs) }

func sameDelta(x, y answer.Delta) bool {
	return x.At == y.At && x.Table == y.Table && x.Deleted == y.Deleted && bytes.Equal(x.Key, y.Key) && bytes.Equal(x.Row, y.Row)
}

func frameAt(o *answer.Answer, i int) string {
	if i >= len(o.Frames) {
		return "none"
	}
	f := &o.Frames[i]
	if f.Next {
		return "another file"
	}
	return fmt.Sprintf("%q", f.Data)
}
