package sdk

import (
	"errors"
	"slices"
	"strconv"

	"github.com/t2host/t2host/sdk/value"
)

// Bounds of what a plugin answers. All but the first are for one batch.
const (
	MaxLine    = 4 << 10  // bytes of a line of the report or the log; the rest of it is cut
	MaxFrame   = 16 << 20 // bytes of a frame
	MaxChanges = 16 << 20 // bytes of keys and rows that change in its tables
	MaxColumns = 16 << 20 // bytes of its columns
)

// MaxPiece is how many bytes an answer gathers, columns apart, before they leave.
const MaxPiece = 256 << 10

// Out is a stage's answer to a batch. Its memory is reused for the next one.
//
// Columns leave with the end of the batch. Everything else leaves in pieces while the
// batch is worked on, so that an answer needs a bounded amount of memory.
type Out struct {
	Columns []value.Vec // the plugin's columns, a value for each flow end
	Deltas  []Delta     // changes of its exports, ordered by At
	Frames  []Frame     // what leaves through its outlets, in order
	Summary []string    // lines of the end report that answer the user's question
	Report  []string    // other lines of the end report, on the final batch
	Logs    []string    // lines for the user

	// Leave is called when MaxPiece bytes have gathered. It hands on everything but
	// the columns, which is valid during the call. Nil: all of it is kept.
	Leave func(*Out) error

	arena []byte // of the deltas and frames
	held  int    // bytes gathered
}

// Frame is bytes that leave through an outlet whole: a report, a datagram, a
// piece of a file.
type Frame struct {
	Outlet uint16 // index in the plugin's Outlets
	Next   bool   // instead of bytes: the file of records ends, another one begins
	Data   []byte
}

// Reset empties the answer for a plugin with these columns.
func (o *Out) Reset(columns []Column) {
	if len(o.Columns) != len(columns) {
		o.Columns = make([]value.Vec, len(columns))
	}
	for i := range columns {
		o.Columns[i].Reset(columns[i].Type)
	}
	o.clear()
}

// clear empties everything but the columns.
func (o *Out) clear() {
	o.Deltas, o.Frames = o.Deltas[:0], o.Frames[:0]
	o.Summary, o.Report, o.Logs = o.Summary[:0], o.Report[:0], o.Logs[:0]
	o.arena, o.held = o.arena[:0], 0
}

// AddFrame adds a copy of data.
func (o *Out) AddFrame(outlet uint16, data []byte) {
	o.Frames = append(o.Frames, Frame{Outlet: outlet, Data: o.keep(data)})
}

// AddNext ends a file of records and begins another one.
func (o *Out) AddNext(outlet uint16) { o.Frames = append(o.Frames, Frame{Outlet: outlet, Next: true}) }

// keep returns a copy of b that is valid as long as the answer.
func (o *Out) keep(b []byte) []byte {
	start := len(o.arena)
	o.arena = append(o.arena, b...)
	return o.arena[start:len(o.arena):len(o.arena)]
}

// Pass hands on what from holds beside its columns: through Leave if it is set, else
// copies are added to o.
func (o *Out) Pass(from *Out) error {
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
	o.Summary = append(o.Summary, from.Summary...)
	o.Report = append(o.Report, from.Report...)
	o.Logs = append(o.Logs, from.Logs...)
	return nil
}

// itemCost is what a frame, a change or a line takes beside its bytes.
const itemCost = 64

// gathered notes n more bytes, and lets all leave that has gathered if it is much.
func (o *Out) gathered(n int) error {
	o.held += n + itemCost
	if o.held < MaxPiece || o.Leave == nil {
		return nil
	}
	return o.leave()
}

func (o *Out) leave() error {
	err := o.Leave(o)
	o.clear()
	return err
}

// send adds a frame, or the end of a file of records where data is nil. A large one
// leaves at once and is not copied.
func (o *Out) send(outlet uint16, data []byte) error {
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

// line adds a line to one of the answer's lists.
func (o *Out) line(to *[]string, s string) error {
	s = CutLine(s)
	*to = append(*to, s)
	return o.gathered(len(s))
}

// CutLine returns s, or its first MaxLine bytes and an ellipsis.
func CutLine(s string) string {
	if len(s) > MaxLine {
		return s[:MaxLine] + "…"
	}
	return s
}

// addDelta adds a change whose key and row (nil: deleted) are appended by the
// functions.
func (o *Out) addDelta(at uint32, table uint16, deleted bool, key, row func([]byte) []byte) error {
	start := len(o.arena)
	o.arena = key(o.arena)
	mid := len(o.arena)
	if row != nil {
		o.arena = row(o.arena)
	}
	end := len(o.arena)
	o.Deltas = append(o.Deltas, Delta{at, table, deleted, o.arena[start:mid:mid], o.arena[mid:end:end]})
	return o.gathered(end - start)
}
