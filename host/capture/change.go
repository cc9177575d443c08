package capture

import "fmt"

// Change is a file whose size changed between Open and the end of its reading.
type Change struct {
	File     string
	From, To int64 // its size, as stored
	Read     int64 // bytes of it that were read, as stored
}

// String returns one line: file, sizes, and how much was read.
func (c Change) String() string {
	return fmt.Sprintf("%s: %s: %d bytes were read", c.File, c.what(), c.Read)
}

func (c Change) what() string {
	verb := "grew"
	if c.To < c.From {
		verb = "shrank"
	}
	return fmt.Sprintf("the file %s from %d to %d bytes during the run", verb, c.From, c.To)
}

// cut reports whether bytes of the file were lost with its end.
func (c Change) cut() bool { return c.To < c.From && c.Read < c.From }

// change returns what has changed in a file since Open; ok is false if nothing has, and for
// what has no size.
func (in *input) change() (c Change, ok bool) {
	if in.file == nil {
		return c, false
	}
	st, err := in.file.Stat()
	if err != nil {
		return c, false
	}
	return Change{in.info.Path, in.info.Size, st.Size(), in.tap.n}, st.Size() != in.info.Size
}
