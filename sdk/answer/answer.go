// Package answer holds what a stage answers to a batch: columns, changes of tables, frames for
// outlets and lines, with their limits.
//
// A guest links it, so it imports neither fmt nor reflect nor encoding.
package answer

import (
	"errors"
	"slices"
	"strconv"

	"github.com/t2host/t2host/sdk/value"
)

// Limits of what a plugin answers. All but MaxLine and MaxFrame are of one batch.
const (
	MaxLine    = 4 << 10  // bytes of a line of the report or the log; CutLine cuts the rest
	MaxFrame   = 16 << 20 // bytes of a frame
	MaxChanges = 16 << 20 // bytes of keys and rows that change in the plugin's tables
	MaxColumns = 16 << 20 // bytes of the plugin's columns
)

// MaxPiece is the number of bytes that an answer gathers, without columns, before they leave.
const MaxPiece = 256 << 10

// Answer is a stage's answer to a batch. Its memory is reused for the next batch.
//
// Columns and metrics leave with the end of the batch. Everything else leaves in pieces while the stage
// works on the batch, so that an answer needs a bounded amount of memory.
type Answer struct {
	Columns []value.Vec // the plugin's columns, with a value for each flow end
	Packets []value.Vec // the plugin's columns of packets, with a value for each packet row
	Metrics []uint64    // what the plugin's metrics are after the batch, in the order of their declaration; nil: as before
	Rows    []Rows      // for its outlets of rows, in order
	Deltas  []Delta     // changes of its exports, in ascending order of At
	Frames  []Frame     // bytes for its outlets, in order
	Summary []string    // lines of the end report's short form
	Report  []string    // other lines of the end report, in the final batch
	Logs    []string    // lines for the user

	// Leave is called when MaxPiece bytes have gathered. It must hand on all but the
	// columns, and must not keep any of it after it returns. If Leave is nil, the
	// answer keeps everything.
	Leave func(*Answer) error

	arena []byte // of the deltas and frames
	held  int    // bytes gathered
}

// Rows are rows for an outlet of rows: each passes columns of a flow end of the batch on, or none, and
// has values of the outlet's own columns.
type Rows struct {
	Outlet  uint16      // index in the plugin's Outlets
	N       int         // of rows
	OfEnds  bool        // they are flow ends of the batch: all, or those in Ends
	Ends    []uint32    // indexes of the flow ends, which ascend
	Columns []value.Vec // the outlet's own columns, with a value for each row
}

// Frame is bytes that leave through an outlet whole: a report, a datagram, a piece of a file.
type Frame struct {
	Outlet uint16 // index in the plugin's Outlets
	Next   bool   // no bytes: the outlet's file of records ends, and another begins
	Data   []byte
}

// Delta is a change of a table: a row that was set or deleted.
type Delta struct {
	At       uint32 // index of the flow end, in its batch, that caused it
	Table    uint16 // index in the Exports of the plugin that wrote it, in the Imports of one that reads it
	Deleted  bool   // the row of Key is deleted; otherwise it is set to Row
	Key, Row []byte
}

// Reset empties the answer for a plugin with these columns. It keeps the memory.
func (o *Answer) Reset(columns []value.Column) {
	o.Columns = Cleared(o.Columns, columns)
	o.Packets, o.Metrics = o.Packets[:0], nil
	o.clear()
}

// Cleared returns empty columns of these types, in the memory of vecs.
func Cleared(vecs []value.Vec, columns []value.Column) []value.Vec {
	if cap(vecs) < len(columns) {
		vecs = make([]value.Vec, len(columns))
	}
	vecs = vecs[:len(columns)]
	for i := range columns {
		vecs[i].Reset(columns[i].Type)
	}
	return vecs
}

// clear empties everything but the columns.
func (o *Answer) clear() {
	o.Deltas, o.Frames, o.Rows = o.Deltas[:0], o.Frames[:0], o.Rows[:0]
	o.Summary, o.Report, o.Logs = o.Summary[:0], o.Report[:0], o.Logs[:0]
	o.arena, o.held = o.arena[:0], 0
}

// AddFrame adds a frame with a copy of data.
func (o *Answer) AddFrame(outlet uint16, data []byte) {
	o.Frames = append(o.Frames, Frame{Outlet: outlet, Data: o.keep(data)})
}

// AddNext ends an outlet's file of records and begins another.
func (o *Answer) AddNext(outlet uint16) {
	o.Frames = append(o.Frames, Frame{Outlet: outlet, Next: true})
}

// keep returns a copy of b that is valid as long as the answer.
func (o *Answer) keep(b []byte) []byte {
	start := len(o.arena)
	o.arena = append(o.arena, b...)
	return o.arena[start:len(o.arena):len(o.arena)]
}

// Pass hands on all that from holds but its columns: through o.Leave if it is set, else by
// adding copies to o.
func (o *Answer) Pass(from *Answer) error {
	if o.Leave != nil {
		return o.Leave(from)
	}
	for _, d := range from.Deltas {
		d.Key, d.Row = slices.Clone(d.Key), slices.Clone(d.Row)
		o.Deltas = append(o.Deltas, d)
	}
	for _, f := range from.Frames {
		f.Data = slices.Clone(f.Data)
		o.Frames = append(o.Frames, f)
	}
	for _, r := range from.Rows {
		r.Ends, r.Columns = slices.Clone(r.Ends), slices.Clone(r.Columns)
		for i := range r.Columns {
			r.Columns[i].Data, r.Columns[i].Ends = slices.Clone(r.Columns[i].Data), slices.Clone(r.Columns[i].Ends)
		}
		o.Rows = append(o.Rows, r)
	}
	o.Summary = append(o.Summary, from.Summary...)
	o.Report = append(o.Report, from.Report...)
	o.Logs = append(o.Logs, from.Logs...)
	return nil
}

// itemCost is the memory of a frame, a change or a line without its bytes.
const itemCost = 64

// gathered counts n more bytes, and calls Leave if MaxPiece have gathered.
func (o *Answer) gathered(n int) error {
	o.held += n + itemCost
	if o.held < MaxPiece || o.Leave == nil {
		return nil
	}
	return o.leave()
}

func (o *Answer) leave() error {
	err := o.Leave(o)
	o.clear()
	return err
}

// Send adds a frame, or the end of a file of records if data is nil. A frame of MaxPiece bytes
// or more leaves at once, without a copy. Its error is that of Leave, or data is too large.
func (o *Answer) Send(outlet uint16, data []byte) error {
	switch {
	case len(data) > MaxFrame:
		return errors.New("a frame of " + strconv.Itoa(len(data)) + " bytes is sent: at most " + strconv.Itoa(MaxFrame) + " are possible")
	case o.Leave != nil && len(data) >= MaxPiece:
		if err := o.leave(); err != nil {
			return err
		}
		o.Frames = append(o.Frames, Frame{Outlet: outlet, Data: data})
		return o.leave()
	case data == nil:
		o.AddNext(outlet)
	default:
		o.AddFrame(outlet, data)
	}
	return o.gathered(len(data))
}

// AddRows adds rows whose own columns have so many bytes. Their memory is the answer's until it leaves. Its error is
// that of Leave.
func (o *Answer) AddRows(r Rows, bytes int) error {
	o.Rows = append(o.Rows, r)
	return o.gathered(bytes)
}

// AddLine adds a line to one of the answer's lists of lines. Its error is that of Leave.
func (o *Answer) AddLine(to *[]string, s string) error {
	s = CutLine(s)
	*to = append(*to, s)
	return o.gathered(len(s))
}

// CutLine returns s, or its first MaxLine bytes and an ellipsis if s is longer.
func CutLine(s string) string {
	if len(s) > MaxLine {
		return s[:MaxLine] + "…"
	}
	return s
}

// AddDelta adds a change whose key and row are appended by the functions; a nil row deletes.
// Its error is that of Leave.
func (o *Answer) AddDelta(at uint32, table uint16, key, row func([]byte) []byte) error {
	start := len(o.arena)
	o.arena = key(o.arena)
	mid := len(o.arena)
	if row != nil {
		o.arena = row(o.arena)
	}
	end := len(o.arena)
	o.Deltas = append(o.Deltas, Delta{at, table, row == nil, o.arena[start:mid:mid], o.arena[mid:end:end]})
	return o.gathered(end - start)
}
