package record

import (
	"bytes"
	"fmt"
	"io"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/wire"
)

// Replayed is what a plugin did with a record.
type Replayed struct {
	Batches, Packets, Ends uint64
	Same                   uint64 // batches with the recorded answer
	Differs                string // the first one without, in a line; empty: none
}

// Replay gives a record to a plugin and compares the answers. The plugin's declaration
// must be the recorded one.
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
	return got, err
}

func (g *Replayed) run(r *Record, p *sdk.Plugin, stage sdk.Stage) error {
	var b sdk.Batch
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
		g.Packets += uint64(b.Packets.N)
		g.Ends += uint64(b.Ends.N)
		err = sdk.Guard(func() error { return stage.Batch(&b) })
		switch answer := appendAnswer(nil, &b, err); {
		case want == nil:
			if err == nil {
				return nil // the recording ended here
			}
			g.differs(&b, "fails: "+err.Error()+"; the recording ended here")
		case bytes.Equal(answer, want):
			g.Same++
		default:
			g.differs(&b, how(p, b.Ends.N, want, answer))
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

// how says in what two answers differ.
func how(p *sdk.Plugin, ends int, want, got []byte) string {
	var a, b sdk.Out
	errA, errB := wire.ReadAnswer(want, p, ends, &a), wire.ReadAnswer(got, p, ends, &b)
	switch {
	case errA != nil && errB != nil:
		return "fails with " + errB.Error() + ", recorded is " + errA.Error()
	case errB != nil:
		return "fails: " + errB.Error()
	case errA != nil:
		return "goes on, recorded is a failure: " + errA.Error()
	}
	for i := range a.Columns {
		for k := range ends {
			if x, y := a.Columns[i].Bytes(k), b.Columns[i].Bytes(k); !bytes.Equal(x, y) {
				t := a.Columns[i].Type
				return fmt.Sprintf("column %s of flow end %d is %s, recorded is %s", p.Columns[i].Name, k, t.AppendText(nil, y), t.AppendText(nil, x))
			}
		}
	}
	for i := range max(len(a.Frames), len(b.Frames)) {
		x, y := frameAt(&a, i), frameAt(&b, i)
		if x != y {
			return fmt.Sprintf("frame %d is %.80s, recorded is %.80s", i, y, x)
		}
	}
	if fmt.Sprint(a.Report, a.Logs) != fmt.Sprint(b.Report, b.Logs) {
		return fmt.Sprintf("lines are %.200q, recorded are %.200q", append(b.Report, b.Logs...), append(a.Report, a.Logs...))
	}
	return "changes of its tables differ"
}

func frameAt(o *sdk.Out, i int) string {
	if i >= len(o.Frames) {
		return "none"
	}
	f := &o.Frames[i]
	if f.Next {
		return "another file"
	}
	return fmt.Sprintf("%q", f.Data)
}
