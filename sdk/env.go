package sdk

import (
	"errors"

	"github.com/t2host/t2host/sdk/answer"
)

// Env is a plugin's way to the host during a run. Open gets it, and callbacks may use it. It
// must not be used by two goroutines at the same time, nor after Close.
type Env struct {
	Opening // of this run

	plugin *Plugin
	views  []func(*answer.Delta) error // by import
	logs   []string                    // until the next answer
	err    error                       // the first breach of the contract

	writers []writer       // by column of its own; nil before it is asked for
	packets []packetWriter // by column of packets of its own; as writers
	metrics []uint64       // as they are; nil: none has been asked for
	reads   []ColumnInfo   // of other plugins
	readers []reading
	rows    []*RowsWriter

	out    *answer.Answer // of the batch in work
	next   int            // flow end
	last   uint32         // place of the last change of a table
	packet int            // the first of those that Loop.Columns has got
}

func newEnv(p *Plugin, o Opening) *Env {
	e := &Env{Opening: o, plugin: p, views: make([]func(*answer.Delta) error, len(p.Imports)), writers: make([]writer, len(p.Columns)), packets: make([]packetWriter, len(p.Packets.Columns)), reads: p.Ends.Columns}
	if p.Ends.All {
		e.reads = o.Columns
	}
	return e
}

// fail notes the first error; nil is none.
func (e *Env) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

// Log shows the user a line, with the plugin's name, escaped. It is cut after 4 KiB
// (answer.MaxLine). Lines of Open are shown with those of the first batch.
func (e *Env) Log(line string) {
	if e.out == nil {
		e.logs = append(e.logs, answer.CutLine(line))
		return
	}
	e.fail(e.out.AddLine(&e.out.Logs, line))
}

// Outlet returns the writer of the outlet that the plugin declared under that name. Call it in
// Open, which fails if there is none.
func (e *Env) Outlet(name string) *OutletWriter {
	for i := range e.plugin.Outlets {
		if e.plugin.Outlets[i].Name == name {
			return &OutletWriter{e, uint16(i)}
		}
	}
	e.fail(errors.New("outlet " + name + " is used but not declared in Outlets"))
	return &OutletWriter{e, 0}
}

// OutletWriter sends frames through an outlet. It must be used in callbacks only.
type OutletWriter struct {
	env   *Env
	index uint16
}

// Send sends a frame: bytes that leave whole, as one datagram over UDP. The caller may reuse
// frame. An empty frame is not sent. The run ends with an error if it has more than 16 MiB
// (answer.MaxFrame).
func (o *OutletWriter) Send(frame []byte) {
	if len(frame) > 0 {
		o.send(frame)
	}
}

// Next ends the file of a record outlet. Later frames go to another one.
func (o *OutletWriter) Next() { o.send(nil) }

func (o *OutletWriter) send(frame []byte) {
	e := o.env
	switch {
	case e.plugin.Outlets[o.index].HasRows():
		e.fail(errors.New("outlet " + e.plugin.Outlets[o.index].Name + " has rows: call Rows"))
	case e.out == nil:
		e.fail(errors.New("outlet " + e.plugin.Outlets[o.index].Name + " is used outside a batch"))
	case e.err == nil: // else nothing leaves any more
		e.fail(e.out.Send(o.index, frame))
	}
}

func (e *Env) begin(b *Batch) {
	b.env, b.applied = e, 0
	e.out, e.next, e.last, e.packet = &b.Out, 0, 0, 0
	b.Out.Reset(e.plugin.Columns)
	for i, w := range e.writers {
		if w != nil {
			w.begin(b.Ends.N, &b.Out.Columns[i])
		}
	}
	if b.Ends.N > 0 { // otherwise the batch has no columns
		for _, r := range e.readers {
			r.reader.begin(&b.Ends.Columns[r.column])
		}
	}
	e.beginPackets(b.Packets.N)
	for _, w := range e.rows {
		w.begin()
	}
	b.Out.Logs = append(b.Out.Logs, e.logs...)
	e.logs = e.logs[:0]
}
