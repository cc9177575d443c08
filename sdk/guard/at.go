package guard

// At is an error of a plugin that names the event of its batch in which it happened.
type At struct {
	Err   error
	Event Event
}

// Event is a packet row or a flow end of a batch. None is 0.
type Event uint32

// endEvent tells flow ends from packet rows.
const endEvent = 1 << 31

// PacketEvent returns the event of a packet row.
func PacketEvent(row int) Event { return Event(row + 1) }

// EndEvent returns the event of a flow end.
func EndEvent(row int) Event { return Event(row+1) | endEvent }

// Row returns the row that e is, and whether it is that of a flow end. There is none if row is -1.
func (e Event) Row() (row int, end bool) { return int(e&^endEvent) - 1, e&endEvent != 0 }

// Error returns the text of the error.
func (a *At) Error() string { return a.Err.Error() }

// Unwrap returns the error.
func (a *At) Unwrap() error { return a.Err }
