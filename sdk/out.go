package sdk

// Out is a stage's answer to a batch. Its memory is used again for the next
// one.
type Out struct {
	Columns []Vec    // the plugin's columns, a value for each flow end
	Deltas  []Delta  // changes of its exports, ordered by At
	Frames  []Frame  // what leaves through its outlets, in order
	Report  []string // lines of the end report, on the final batch
	Logs    []string // lines for the user

	arena []byte // behind the deltas and frames
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
		o.Columns = make([]Vec, len(columns))
	}
	for i := range columns {
		o.Columns[i].Reset(columns[i].Type)
	}
	o.Deltas, o.Frames = o.Deltas[:0], o.Frames[:0]
	o.Report, o.Logs = o.Report[:0], o.Logs[:0]
	o.arena = o.arena[:0]
}

// AddFrame adds a copy of data.
func (o *Out) AddFrame(outlet uint16, data []byte) {
	start := len(o.arena)
	o.arena = append(o.arena, data...)
	o.Frames = append(o.Frames, Frame{Outlet: outlet, Data: o.arena[start:len(o.arena):len(o.arena)]})
}

// AddNext ends a file of records and begins another one.
func (o *Out) AddNext(outlet uint16) { o.Frames = append(o.Frames, Frame{Outlet: outlet, Next: true}) }

// addDelta adds a change whose key and row (nil: deleted) are appended by the
// functions.
func (o *Out) addDelta(at uint32, table uint16, deleted bool, key, row func([]byte) []byte) {
	start := len(o.arena)
	o.arena = key(o.arena)
	mid := len(o.arena)
	if row != nil {
		o.arena = row(o.arena)
	}
	end := len(o.arena)
	o.Deltas = append(o.Deltas, Delta{at, table, deleted, o.arena[start:mid:mid], o.arena[mid:end:end]})
}
