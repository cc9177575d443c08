package undelivered

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"
)

const magic = "t2host undelivered 1\n"

// MaxFrame is the largest frame that a file holds.
const MaxFrame = 16 << 20

// maxText bounds the name and the target of an outlet.
const maxText = 4 << 10

// The kinds of record.
const (
	outletRecord = iota + 1
	frameRecord
	endRecord
)

// The bits of an outlet's last byte.
const (
	flagNamed = 1 << iota
	flagBatches
)

// Outlet is where frames were to go.
type Outlet struct {
	Name   string // "tcpwinsink.reports"
	Target string // "tcp://127.0.0.1:5555"
	Named  bool   // the user named the target; else it is the default of a plugin
	// Batches is set if the frames are batches of rows for a driver (drive.Parcel).
	Batches bool
}

var checksum = crc32.MakeTable(crc32.Castagnoli)

// Writer writes a file.
type Writer struct {
	out    *bufio.Writer
	sum    hash.Hash32
	frames uint64
	err    error
}

// NewWriter returns a writer that has written the beginning of a file.
func NewWriter(out io.Writer) *Writer {
	w := &Writer{out: bufio.NewWriterSize(out, 64<<10), sum: crc32.New(checksum)}
	w.write([]byte(magic))
	return w
}

// Outlet begins the frames of an outlet.
func (w *Writer) Outlet(o Outlet) {
	var data []byte
	for _, text := range []string{o.Name, o.Target} {
		if len(text) > maxText {
			w.fail(fmt.Errorf("name or target of %d bytes, more than %d", len(text), maxText))
		}
		data = binary.LittleEndian.AppendUint16(data, uint16(len(text)))
		data = append(data, text...)
	}
	flags := byte(0)
	if o.Named {
		flags = flagNamed
	}
	if o.Batches {
		flags |= flagBatches
	}
	w.record(outletRecord, append(data, flags))
}

// Frame adds a frame of the outlet.
func (w *Writer) Frame(frame []byte) {
	if len(frame) > MaxFrame {
		w.fail(fmt.Errorf("frame of %d bytes, more than %d", len(frame), MaxFrame))
	}
	w.frames++
	w.record(frameRecord, frame)
}

// End ends the file, and returns the first error of writing it.
func (w *Writer) End() error {
	data := binary.LittleEndian.AppendUint64(nil, w.frames)
	w.record(endRecord, binary.LittleEndian.AppendUint32(data, w.sum.Sum32()))
	if err := w.out.Flush(); err != nil {
		w.fail(err)
	}
	return w.err
}

// copy writes all that another file holds; none if name is empty.
func (w *Writer) copy(name string) error {
	if name == "" {
		return nil
	}
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	r, err := NewReader(in)
	if err != nil {
		return err
	}
	for {
		kind, data, err := r.next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case kind == frameRecord:
			w.Frame(data)
		default:
			w.Outlet(r.outlet)
		}
	}
}

func (w *Writer) record(kind byte, data []byte) {
	w.write(binary.LittleEndian.AppendUint32([]byte{kind}, uint32(len(data))))
	w.write(data)
}

func (w *Writer) write(data []byte) {
	_, _ = w.sum.Write(data) // has no errors
	if _, err := w.out.Write(data); err != nil {
		w.fail(err)
	}
}

func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// ErrForeign is the error for a file that does not begin as one of undelivered frames.
var ErrForeign = errors.New("not a file of undelivered frames")

// ErrCut is the error for a file that ends early.
var ErrCut = errors.New("file is cut: its end is missing")

// Reader reads a file. It needs memory for one frame.
type Reader struct {
	in     *bufio.Reader
	sum    hash.Hash32
	outlet Outlet
	begun  bool // outlet is one of the file
	frames uint64
}

// NewReader reads the beginning of a file.
func NewReader(in io.Reader) (*Reader, error) {
	r := &Reader{in: bufio.NewReaderSize(in, 64<<10), sum: crc32.New(checksum)}
	head := make([]byte, len(magic))
	_, err := r.full(head)
	if err == nil && string(head) != magic || err == io.EOF || err == ErrCut {
		return nil, ErrForeign
	}
	return r, err
}

// Next returns the next frame, and the outlet that it is of. Its error is io.EOF at the end of a
// file that is whole.
func (r *Reader) Next() (Outlet, []byte, error) {
	for {
		kind, data, err := r.next()
		if err != nil || kind == frameRecord {
			return r.outlet, data, err
		}
	}
}

// next returns the next frame, or begins another outlet.
func (r *Reader) next() (kind byte, data []byte, err error) {
	before := r.sum.Sum32()
	kind, data, err = r.record()
	if err == io.EOF {
		err = ErrCut
	}
	if err != nil {
		return 0, nil, err
	}
	switch kind {
	case outletRecord:
		r.outlet, r.begun = Outlet{}, true
		if !r.outlet.read(data) {
			return 0, nil, errors.New("file is damaged: malformed record of an outlet")
		}
	case frameRecord:
		if !r.begun {
			return 0, nil, errors.New("file is damaged: a frame without an outlet")
		}
		r.frames++
	case endRecord:
		if len(data) != 12 || binary.LittleEndian.Uint64(data) != r.frames || binary.LittleEndian.Uint32(data[8:]) != before {
			return 0, nil, errors.New("file is damaged: wrong checksum")
		}
		if _, err := r.in.ReadByte(); err != io.EOF {
			return 0, nil, errors.New("file is damaged: trailing data")
		}
		return 0, nil, io.EOF
	default:
		return 0, nil, fmt.Errorf("file is damaged: unknown record of kind %d", kind)
	}
	return kind, data, nil
}

// read reads the record of an outlet, and reports whether it is well-formed.
func (o *Outlet) read(data []byte) bool {
	for _, text := range []*string{&o.Name, &o.Target} {
		if len(data) < 2 {
			return false
		}
		n := int(binary.LittleEndian.Uint16(data))
		if data = data[2:]; n > maxText || n > len(data) {
			return false
		}
		*text, data = string(data[:n]), data[n:]
	}
	if len(data) != 1 || data[0] > flagNamed|flagBatches {
		return false
	}
	o.Named, o.Batches = data[0]&flagNamed != 0, data[0]&flagBatches != 0
	return true
}

// record reads a record. It reads what there is, not what the length claims.
func (r *Reader) record() (kind byte, data []byte, err error) {
	var head [5]byte
	if _, err := r.full(head[:]); err != nil {
		return 0, nil, err
	}
	size := binary.LittleEndian.Uint32(head[1:])
	if size > MaxFrame {
		return 0, nil, fmt.Errorf("file is damaged: a record of %d bytes", size)
	}
	data, err = io.ReadAll(io.LimitReader(r.in, int64(size)))
	if err == nil && len(data) < int(size) {
		err = ErrCut
	}
	_, _ = r.sum.Write(data)
	return head[0], data, err
}

// full fills p; it returns io.EOF if there is nothing to read, and ErrCut if there is too little.
func (r *Reader) full(p []byte) (int, error) {
	n, err := io.ReadFull(r.in, p)
	if err == io.ErrUnexpectedEOF {
		err = ErrCut
	}
	_, _ = r.sum.Write(p[:n])
	return n, err
}
