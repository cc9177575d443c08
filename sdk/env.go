package sdk

import (
	"errors"
	"slices"

	"github.com/t2host/t2host/sdk/answer"
)

// Env is what a plugin gets at Open, beside its settings.
type Env struct {
	// Opening is the run that the plugin is opened for.
	Opening

	plugin *Plugin
	views  []func(*answer.Delta) error // by import
	logs   []string                    // until the next answer
	err    error                       // the first breach of the contract

	out   *answer.Answer // of the batch in work
	cells []cell
	puts  int  // values that were written at its flow ends
	next  int  // flow end
	atEnd bool // the one before it is in work
}

func newEnv(p *Plugin, o Opening) *Env {
	return &Env{Opening: o, plugin: p, views: make([]func(*answer.Delta) error, len(p.Imports)), cells: cellsOf(p.Columns)}
}

// fail notes the first error; nil is none.
func (e *Env) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

// Log gives the user a line. The host shows it with the plugin's name.
func (e *Env) Log(line string) {
	if e.out == nil {
		e.logs = append(e.logs, answer.CutLine(line))
		return
	}
	e.fail(e.out.AddLine(&e.out.Logs, line))
}

// Outlet is the way out that the plugin declared under that name. Call it in
// Open.
func (e *Env) Outlet(name string) *OutletWriter {
	for i := range e.plugin.Outlets {
		if e.plugin.Outlets[i].Name == name {
			return &OutletWriter{e, uint16(i)}
		}
	}
	e.fail(errors.New("outlet " + name + " is used but not declared in Outlets"))
	return &OutletWriter{e, 0}
}

// OutletWriter sends frames through an outlet.
type OutletWriter struct {
	env   *Env
	index uint16
}

// Send hands frame to the host, which sends it whole; the caller may reuse it. A frame has at
// most 16 MiB. Send must be called while a batch is worked on.
func (o *OutletWriter) Send(frame []byte) {
	if len(frame) > 0 {
		o.send(frame)
	}
}

// Next ends the file of a record outlet: what is sent from now on goes to another one.
func (o *OutletWriter) Next() { o.send(nil) }

func (o *OutletWriter) send(frame []byte) {
	e := o.env
	switch {
	case e.out == nil:
		e.fail(errors.New("outlet " + e.plugin.Outlets[o.index].Name + " is used outside a batch"))
	case e.err == nil: // else nothing leaves any more
		e.fail(e.out.Send(o.index, frame))
	}
}

func (e *Env) begin(b *Batch) {
	b.env, b.applied = e, 0
	e.out, e.puts, e.next, e.atEnd = &b.Out, 0, 0, false
	b.Out.Reset(e.plugin.Columns)
	for i, c := range e.cells {
		v := &b.Out.Columns[i]
		v.Data = slices.Grow(v.Data, b.Ends.N*c.size+8)
	}
	b.Out.Logs = append(b.Out.Logs, e.logs...)
	e.logs = e.logs[:0]
}
