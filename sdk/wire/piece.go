package wire

import (
	"errors"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/internal/little"
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
	if last := out.Frames[from:]; len(last)+len(out.Deltas)+len(out.Summary)+len(out.Report)+len(out.Logs) > 0 {
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
	events uint32
	out    *answer.Answer

	part  answer.Answer // of the message being read, in its memory
	last  uint32        // place of the last change so far
	begun [][]byte      // of each outlet: the bytes of a frame whose end has not come yet
	held  int           // bytes of all of them
	left  error         // of handing on
}

// Begin prepares for the answer of p to a batch with that number of flow ends and events. Columns
// are copied to out, and all else is handed to its Pass.
func (a *Answer) Begin(p *sdk.Plugin, ends int, events uint32, out *answer.Answer) {
	a.plugin, a.ends, a.events, a.out, a.last, a.left = p, ends, events, out, 0, nil
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
	return a.rest(c)
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
		refused, zero := c.u32(), c.u32()
		if refused > 1 || zero != 0 || c.at == c.limit {
			c.fail("error of an answer is malformed")
		}
		text := string(c.take(c.limit - c.at))
		c.leave()
		if err := c.end(); err != nil {
			return err
		}
		return &PluginError{text, refused == 1}
	}
	c.leave()
	if err := a.columns(c); err != nil {
		return err
	}
	if err := a.rest(c); err != nil {
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

// columns reads the plugin's columns, which are there if it has some and the batch has ends.
func (a *Answer) columns(c *cursor) error {
	there := c.list(tagColumns, 0)
	if want := a.ends > 0 && len(a.out.Columns) > 0; want && there != a.ends || !want && there > 0 {
		c.fail("answer is to another number of flow ends")
	}
	if there > 0 {
		for i := range a.out.Columns {
			v := &a.out.Columns[i]
			data := v.Data
			c.vec(v, v.Type, a.ends)
			v.Data = append(data, v.Data...)
		}
	}
	c.leave()
	return c.err
}

// rest reads changes, frames and lines, and hands them on.
func (a *Answer) rest(c *cursor) error {
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
	if err := c.end(); err != nil {
		return err
	}
	a.left = a.out.Pass(p)
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

// ReadAnswer reads an answer without pieces of p to a batch with that number of flow ends and events
// into out, as copies. Its errors are those of [Answer.End].
func ReadAnswer(msg []byte, p *sdk.Plugin, ends int, events uint32, out *answer.Answer) error {
	out.Reset(p.Columns)
	var a Answer
	a.Begin(p, ends, events, out)
	return a.End(msg)
}
