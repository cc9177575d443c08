package sdk

import (
	"errors"

	"github.com/t2host/t2host/sdk/answer"
)

// Loop is a Stage that walks each batch in capture order and calls back. A nil callback is not
// called. An error or a panic of a callback ends the run, see [Stage].
type Loop struct {
	// Packet is called for each packet that the plugin selects.
	Packet func(PacketRow)
	// Columns is called instead of Packet, once a batch with all packets as columns,
	// before the batch's flow ends. It is faster. A packet must change only the state of
	// its own flow: here packets come before flow ends that they came after.
	Columns func(*Packets)
	// EndFlow is called for each flow end. It writes the plugin's columns.
	EndFlow func(EndRow) error
	// Ends is called instead of EndFlow, once a batch with all flow ends, after Columns.
	// It is faster. It must not read or change tables, and there must be no Packet.
	Ends func(EndRows) error
	// Report is called once, after all else of the final batch. It may send last frames.
	Report func(*Report)
	// Done is called by Close, also after an error. It cannot send anything.
	Done func() error
}

// Batch walks b and calls back.
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

// Report collects the plugin's lines of the end report. Each is shown with the plugin's name,
// escaped, and cut after 4 KiB (answer.MaxLine). Of each plugin 1000 lines of a kind are shown.
type Report struct {
	Totals // of the run
	env    *Env
	out    *answer.Answer
}

// Summary adds a line that answers what the user wants to know. The first few are shown at the
// terminal. The long form shows them after all others.
func (r *Report) Summary(s string) { r.add(&r.out.Summary, s) }

// Line adds a line to the long form.
func (r *Report) Line(s string) { r.add(&r.out.Report, s) }

func (r *Report) add(to *[]string, s string) {
	if err := r.out.AddLine(to, s); r.env != nil {
		r.env.fail(err)
	}
}
