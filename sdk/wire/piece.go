package wire

import (
	"errors"
	"slices"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/guard"
	"github.com/t2host/t2host/sdk/internal/little"
	"github.com/t2host/t2host/sdk/value"
)

// SendPieces sends what out holds beside its columns, in pieces of an answer. It cuts frames
// of more than [answer.MaxPiece] bytes, so that a piece stays below MaxBatch if out has gathered
// no more than an [answer.Answer] does. SendPieces writes into buf and returns it for the next
// call; send must not keep its argument.
func SendPieces(buf []byte, out *answer.Answer, send func(piece []byte) error) ([]byte, error) {
	s := sender{buf: buf, send: send}
	none := &answer.Answer{}
	from := 0
	for i, f := range out.Frames {
		if len(f.Data) <= answer.MaxPiece {
			continue
		}
		if i > from {
			s.piece(none, out.Frames[from:i], 0)
		}
		for rest := f.Data; len(rest) > 0; {
			f.Data = rest[:min(len(rest), answer.MaxPiece)]
			rest = rest[len(f.Data):]
			flags := uint16(0)
			if len(rest) > 0 {
				flags = flagMore
			}
			s.piece(none, []answer.Frame{f}, flags)
		}
		from = i + 1
	}
	if last := out.Frames[from:]; len(last)+len(out.Rows)+len(out.Deltas)+len(out.Summary)+len(out.Report)+len(out.Logs) > 0 {
		s.piece(out, last, 0)
	}
	return s.buf, s.err
}

type sender struct {
	buf  []byte
	send func([]byte) error
	err  error // the first one; nothing is sent after it
}

// piece sends the frames, with the changes and lines of out.
func (s *sender) piece(out *answer.Answer, frames []answer.Frame, flags uint16) {
	if s.err != nil {
		return
	}
	s.buf = finish(appendRest(extend(s.buf[:0], head), 0, out, frames, flags), 0, kindPiece)
	s.err = s.send(s.buf)
}

// IsPiece reports whether msg is a piece of an answer, not its end.
func IsPiece(msg []byte) bool { return len(msg) >= 8 && little.Uint16(msg[6:]) == kindPiece }

// Answer reads the answer to a batch: any number of pieces, then the end. The zero value is ready
// for Begin.
type Answer struct {
	plugin *sdk.Plugin
	ends   int
	rows   int // of packets
	events uint32
	out    *answer.Answer

	part  answer.Answer // of the message being read, in its memory
	last  uint32        // place of the last change so far
	begun [][]byte      // of each outlet: the bytes of a frame whose end has not come yet
	held  int           // bytes of all of them
	left  error         // of handing on
}

// Begin prepares for the answer of p to a batch. Columns and metrics are copied to out, and all else
// is handed to its Pass.
func (a *Answer) Begin(p *sdk.Plugin, b *sdk.Batch, out *answer.Answer) {
	a.plugin, a.ends, a.rows, a.events, a.out, a.last, a.left = p, b.Ends.N, b.Packets.N, b.Events, out, 0, nil
	if len(a.begun) != len(p.Outlets) {
		a.begun = make([][]byte, len(p.Outlets))
	}
	for i := range a.begun {
		a.begun[i] = a.begun[i][:0]
	}
	a.held = 0
}

// Piece reads a piece. It returns an error if the piece is malformed, or that of Pass.
func (a *Answer) Piece(msg []byte) error {
	if len(msg) > MaxBatch {
		return errors.New("piece of an answer is too large")
	}
	c, err := open(msg, kindPiece)
	if err != nil {
		return err
	}
	a.rest(c)
	return a.pass(c)
}

// End reads the end of the answer. It returns a *[PluginError] if the plugin failed, or an error as
// Piece does.
func (a *Answer) End(msg []byte) error {
	if len(msg) > MaxAnswer {
		return errors.New("answer is too large")
	}
	c, err := open(msg, kindAnswer)
	if err != nil {
		return err
	}
	if c.section(tagError) {
		refused, event := c.u32(), guard.Event(c.u32())
		if refused > 1 || refused == 1 && event != 0 || c.at == c.limit {
			c.fail("error of an answer is malformed")
		}
		text := string(c.take(c.limit - c.at))
		c.leave()
		if err := c.end(); err != nil {
			return err
		}
		return &PluginError{text, refused == 1, event}
	}
	c.leave()
	c.columns(tagColumns, a.out.Columns, a.ends)
	a.rest(c)
	a.metrics(c)
	a.out.Packets = answer.Cleared(a.out.Packets, a.plugin.Packets.Columns)
	c.columns(tagOfPackets, a.out.Packets, a.rows)
	if err := a.pass(c); err != nil {
		return err
	}
	for i, b := range a.begun {
		if len(b) > 0 {
			return errors.New("answer ends in the middle of a frame for outlet " + a.plugin.Outlets[i].Name)
		}
	}
	return nil
}

// Left returns the error of Pass, if it was that which failed.
func (a *Answer) Left() error { return a.left }

// columns reads a section of columns with n values each, which is there if there are some and n is
// not 0, as copies.
func (c *cursor) columns(tag uint16, columns []value.Vec, n int) {
	there := c.list(tag, 0)
	if want := n > 0 && len(columns) > 0; want && there != n || !want && there > 0 {
		c.fail("answer is to another number of flow ends or packets")
	}
	for i := range columns {
		if v := &columns[i]; there > 0 && c.err == nil {
			data := v.Data
			c.vec(v, v.Type, n)
			v.Data = append(data, v.Data...)
		}
	}
	c.leave()
}

// metrics reads the plugin's metrics, if they are there.
func (a *Answer) metrics(c *cursor) {
	if n := c.list(tagMetrics, 8); n > 0 {
		if n != len(a.plugin.Metrics) {
			c.fail("answer has another number of metrics than the plugin")
		}
		a.out.Metrics = slices.Clone(readColumn[uint64](c, n))
	}
	c.leave()
}

// rest reads changes, frames, lines and rows.
func (a *Answer) rest(c *cursor) {
	p := &a.part
	p.Reset(nil)
	p.Deltas, a.last = readDeltas(c, p.Deltas, tagDeltas, a.events, a.last, a.plugin.Exports)
	for range c.list(tagFrames, frameHeader) {
		a.frame(c)
		if c.err != nil {
			break
		}
	}
	c.leave()
	p.Summary = readLines(c, p.Summary, tagSummary)
	p.Report = readLines(c, p.Report, tagReport)
	p.Logs = readLines(c, p.Logs, tagLog)
	p.Rows = c.rows(p.Rows, a.plugin.Outlets, a.ends)
}

// pass hands on what rest has read, if the message ends there and is not malformed.
func (a *Answer) pass(c *cursor) error {
	if err := c.end(); err != nil {
		return err
	}
	a.left = a.out.Pass(&a.part)
	return a.left
}

const frameHeader = 8

// frame reads a frame or a part of one.
func (a *Answer) frame(c *cursor) {
	outlet, flags := c.u16(), c.u16()
	data := c.text()
	if c.err != nil {
		return
	}
	if int(outlet) >= len(a.plugin.Outlets) {
		c.fail("frame for an outlet that is not declared")
		return
	}
	if a.plugin.Outlets[outlet].Kind == sdk.RowOutlet {
		c.fail("frame for an outlet of rows")
		return
	}
	begun := &a.begun[outlet]
	switch next := flags == flagNext; {
	case flags > flagMore || flags == flagNext|flagMore, next && (len(data) > 0 || a.plugin.Outlets[outlet].Kind != sdk.RecordOutlet):
		c.fail("frame that begins another file, where none can")
	case next && len(*begun) > 0:
		c.fail("file of records ends in the middle of a frame")
	case next:
		a.part.AddNext(outlet)
	case len(data) > answer.MaxFrame, (flags == flagMore || len(*begun) > 0) && a.held+len(data) > answer.MaxFrame:
		c.fail("frame is too large") // or all that have begun
	case flags == flagMore:
		*begun = append(*begun, data...)
		a.held += len(data)
	case len(*begun) > 0:
		a.held -= len(*begun)
		*begun = append(*begun, data...)
		a.part.Frames = append(a.part.Frames, answer.Frame{Outlet: outlet, Data: *begun})
		*begun = nil
	default:
		a.part.Frames = append(a.part.Frames, answer.Frame{Outlet: outlet, Data: data})
	}
}

func readLines(c *cursor, to []string, tag uint16) []string {
	for range c.list(tag, 4) {
		to = append(to, string(c.text()))
	}
	c.leave()
	return to
}

// ReadAnswer reads an answer without pieces of p to b into out, as copies. Its errors are those of
// [Answer.End].
func ReadAnswer(msg []byte, p *sdk.Plugin, b *sdk.Batch, out *answer.Answer) error {
	out.Reset(p.Columns)
	var a Answer
	a.Begin(p, b, out)
	return a.End(msg)
}
