package capture

import (
	"errors"
	"fmt"
	"io"
)

// Damage is a place where a file ends too early or cannot be read on.
type Damage struct {
	File    string
	Packet  uint64 // number of the damaged packet in this file, from 1
	Offset  int64  // byte offset of its record or block in the uncompressed file
	Corrupt bool   // false: cut, the file ends in the middle of a record
	What    string
}

// String returns one line: file, packet number, byte offset, and what is wrong.
func (d Damage) String() string {
	if d.Corrupt {
		return fmt.Sprintf("%s: corrupt at packet %d, byte %d: %s", d.File, d.Packet, d.Offset, d.What)
	}
	return fmt.Sprintf("%s: cut in packet %d at byte %d: %s", d.File, d.Packet, d.Offset, d.What)
}

// damaged carries a Damage, without its file's name, from a reader to the Source.
type damaged struct{ Damage }

func (d *damaged) Error() string { return d.String() }

// streamError is an error of a decompressor about its input.
type streamError struct {
	codec string
	err   error
}

func (e *streamError) Error() string {
	if e.cut() {
		return e.codec + " stream ends early"
	}
	return e.codec + " stream: " + e.err.Error()
}
func (e *streamError) Unwrap() error { return e.err }
func (e *streamError) cut() bool     { return errors.Is(e.err, io.ErrUnexpectedEOF) }

// corrupt returns the error for an impossible record at the first unread byte.
func (w *window) corrupt(packet uint64, format string, a ...any) error {
	return &damaged{Damage{Packet: packet, Offset: w.offset(), Corrupt: true, What: fmt.Sprintf(format, a...)}}
}

// short returns the error for a record at the first unread byte that could not be read in full
// (want bytes), from the error of need: io.EOF at a clean end, a cut, a corrupt compressed
// stream, or the error of the read.
func (w *window) short(err error, packet uint64, want int) error {
	var stream *streamError
	have := len(w.unread())
	d := Damage{Packet: packet, Offset: w.offset()}
	switch {
	case err == io.EOF && have == 0:
		return io.EOF
	case err == io.EOF:
		d.What = fmt.Sprintf("%d of %d bytes are present", have, want)
	case errors.As(err, &stream) && stream.cut():
		d.What = fmt.Sprintf("%d of %d bytes are present, the %s stream ends early", have, want, stream.codec)
	case errors.As(err, &stream):
		d.Corrupt, d.What = true, stream.Error()
	default:
		return err // ErrIdle, errStopped, or the read's own error
	}
	return &damaged{d}
}
