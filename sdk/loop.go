package sdk

import (
	"errors"

	"github.com/t2host/t2host/sdk/answer"
)

// Loop is a Stage that walks each batch in capture order and calls back. What
// is nil is not called.
type Loop struct {
	// Packet is called for each packet row.
	Packet func(PacketRow)
	// Columns is called once a batch with all packet rows, before the batch's
	// flow ends: instead of Packet, for speed. A plugin that sets it promises
	// that a row touches only its own flow's state, for rows that came after a
	// flow end come before it here.
	Columns func(*Packets)
	// EndFlow is called for each flow end.
	EndFlow func(EndRow) error
	// Ends is called once a batch with all flow ends, after all packet rows: instead
	// of EndFlow, for speed, and not together with Packet. Tables can neither be read nor
	// changed in it.
	Ends func(EndRows) error
	// Report is called after everything else of the final batch.
	Report func(*Report)
	// Done is called at the stage's end, however the run ended.
	Done func() error
}

// Batch walks b.
func (l *Loop) Batch(b *Batch) error {
	row := 0
	if l.Columns != nil {
		if l.Packet != nil {
			return errors.New("loop has both Packet and Columns")
		}
		if b.Packets.N > 0 {
			l.Columns(&b.Packets)
		}
		row = b.Packets.N
	}
	switch {
	case l.Ends == nil:
		for i := range b.Ends.N {
			row = l.packets(b, row, int(b.Ends.Before[i]))
			end := b.End(i)
			if l.EndFlow != nil {
				if err := l.EndFlow(end); err != nil {
					return err
				}
			}
		}
	case l.EndFlow != nil || l.Packet != nil:
		return errors.New("loop has Ends, and EndFlow or Packet")
	case b.Ends.N > 0:
		if err := l.Ends(EndRows{&b.Ends, b.env}); err != nil {
			return err
		}
	}
	l.packets(b, row, b.Packets.N)
	if b.Final && l.Report != nil {
		b.advance(b.Ends.N)
		l.Report(&Report{Totals: b.Totals, env: b.env, out: &b.Out})
	}
	return nil
}

func (l *Loop) packets(b *Batch, row, upTo int) int {
	if l.Packet == nil {
		return row
	}
	for ; row < upTo; row++ {
		l.Packet(PacketRow{&b.Packets, row})
	}
	return row
}

// Close calls Done.
func (l *Loop) Close() error {
	if l.Done == nil {
		return nil
	}
	return l.Done()
}

// Report collects the plugin's lines of the end report. The host shows each with the
// plugin's name.
type Report struct {
	Totals
	env *Env
	out *answer.Answer
}

// Summary adds a line that answers the user's question. The first few are shown at the
// terminal; in the long form they come after all others.
func (r *Report) Summary(s string) { r.add(&r.out.Summary, s) }

// Line adds a line of the long form.
func (r *Report) Line(s string) { r.add(&r.out.Report, s) }

func (r *Report) add(to *[]string, s string) {
	if err := r.out.AddLine(to, s); r.env != nil {
		r.env.fail(err)
	}
}
