package sdk

import (
	"errors"

	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/guard"
)

// Loop is a Stage that walks each batch in capture order and calls back. A nil callback is not
// called. An error or a panic of a callback ends the run, see [Stage].
type Loop struct {
	// StartFlow is called for each flow that begins, if the plugin declares Starts: before the
	// flow's first packet. With Columns all begins of a batch come first.
	StartFlow func(StartRow)
	// Packet is called for each packet that the plugin selects.
	Packet func(PacketRow)
	// Columns is called instead of Packet, with all packets of a batch as columns, after its begins
	// and before its flow ends; where there are ticks with all up to the next tick, so that a tick
	// comes after the packets before it, and no others. It is faster. A packet must change only the
	// state of its own flow: here packets come before flow ends that they came after.
	Columns func(*Packets)
	// EndFlow is called for each flow end. It writes the plugin's columns.
	EndFlow func(EndRow) error
	// Ends is called instead of EndFlow, with all flow ends of a batch, after Columns; where there are ticks with all
	// up to the next tick. It is faster. There must be no Packet.
	Ends func(EndRows) error
	// Tick is called for each tick of packet time, if the plugin declares Ticks. A tick comes
	// before everything that the first frame with its time or a later one causes: ends, begins,
	// packets. Of several that one frame passes only the last is called.
	Tick func(TickRow) error
	// Report is called once, after all else of the final batch. It may send last frames.
	Report func(*Report)
	// Done is called by Close, also after an error. It cannot send anything.
	Done func() error

	walk walk // through the batch in work
}

// Batch walks b and calls back.
func (l *Loop) Batch(b *Batch) error {
	l.walk = walk{loop: l, b: b}
	w := &l.walk
	if l.Columns != nil {
		if l.Packet != nil {
			return errors.New("loop has both Packet and Columns")
		}
		w.starts(b.Starts.N)
		if l.Tick == nil || b.Ticks.N == 0 {
			w.columns(b.Packets.N)
		} else {
			w.columns(int(b.Ticks.Before[0]))
		}
	}
	if l.Ends != nil {
		if l.EndFlow != nil || l.Packet != nil {
			return errors.New("loop has Ends, and EndFlow or Packet")
		}
		w.starts(b.Starts.N)
	}
	if err := w.events(); err != nil {
		return err
	}
	w.packets(b.Packets.N)
	if b.Final && l.Report != nil {
		l.Report(&Report{Moment: b.at(b.Events), Totals: b.Totals, env: b.env, out: &b.Out})
	}
	return nil
}

// walk is how far a loop is in a batch.
type walk struct {
	loop                  *Loop
	b                     *Batch
	start, row, end, tick int // the next of each
	in                    uint8
}

// What a walk is in.
const (
	inPacket = iota + 1
	inEnd
)

// event returns the event in which the walk is, 0 if it is in none.
func (w *walk) event() guard.Event {
	switch w.in {
	case inPacket:
		return guard.PacketEvent(w.row)
	case inEnd:
		return guard.EndEvent(w.end)
	}
	return 0
}

// events calls back for begins, ends and ticks in order, each after the packets before it.
func (w *walk) events() error {
	b, l := w.b, w.loop
	for {
		start, end, tick := next(b.Starts.Order, w.start), next(b.Ends.Order, w.end), next(b.Ticks.Order, w.tick)
		switch {
		case start < min(end, tick):
			w.packets(int(b.Starts.Before[w.start]))
			w.starts(w.start + 1)
		case end < tick:
			if err := w.ends(min(start, tick)); err != nil {
				return err
			}
		case tick != noOrder:
			w.packets(int(b.Ticks.Before[w.tick]))
			row := b.Tick(w.tick)
			w.tick++
			if l.Tick != nil {
				if err := l.Tick(row); err != nil {
					return err
				}
			}
			if l.Columns != nil && l.Tick != nil {
				w.columns(int(next(b.Ticks.Before, w.tick)))
			}
		default:
			return nil
		}
	}
}

// ends calls back for the ends before an event's place.
func (w *walk) ends(before uint32) error {
	e := &w.b.Ends
	if w.loop.Ends != nil {
		from := w.end
		for w.end < e.N && e.Order[w.end] < before {
			w.end++
		}
		return w.loop.Ends(w.b.stretch(from, w.end))
	}
	for ; w.end < e.N && e.Order[w.end] < before; w.end++ {
		w.packets(int(e.Before[w.end]))
		row := w.b.End(w.end)
		if w.loop.EndFlow != nil {
			w.in = inEnd
			if err := w.loop.EndFlow(row); err != nil {
				return err
			}
			w.in = 0
		}
	}
	return nil
}

// next returns the place of event i, or noOrder if there is none.
func next(order []uint32, i int) uint32 {
	if i < len(order) {
		return order[i]
	}
	return noOrder
}

// columns calls back for the packets up to that one, of all that there are.
func (w *walk) columns(upTo int) {
	p := &w.b.Packets
	upTo = min(upTo, p.N)
	switch {
	case upTo == w.row:
	case w.row == 0 && upTo == p.N:
		w.loop.Columns(p)
	default:
		if w.b.env != nil {
			w.b.env.packet = w.row
		}
		part := p.Slice(w.row, upTo)
		w.loop.Columns(&part)
	}
	w.row = upTo
}

func (w *walk) starts(upTo int) {
	for ; w.start < upTo; w.start++ {
		if row := w.b.Start(w.start); w.loop.StartFlow != nil {
			w.loop.StartFlow(row)
		}
	}
}

func (w *walk) packets(upTo int) {
	if w.loop.Packet == nil {
		return
	}
	w.in = inPacket
	for ; w.row < upTo; w.row++ {
		w.loop.Packet(w.b.Packet(w.row))
	}
	w.in = 0
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
	Moment // after all events of the run
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
