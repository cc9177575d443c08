// Package keep writes frames of a run to pcapng files.
package keep

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/version"
	"github.com/t2host/t2host/sdk"
)

// Target is where frames go: one file, or files with numbers of which the last ones are kept.
type Target struct {
	Path  string
	Size  uint64 // bytes from which on a file is full; 0: one file
	Files int    // that are kept; 0: all
}

// Parse parses FILE[:SIZE][,N]; SIZE is in bytes, with K, M or G for powers of 1000.
func Parse(text string) (Target, error) {
	t := Target{Path: text}
	if i := strings.LastIndexByte(t.Path, ','); i >= 0 {
		n, err := strconv.Atoi(t.Path[i+1:])
		if err != nil || n < 1 {
			return t, fmt.Errorf("%q: %q is not a number of files", text, t.Path[i+1:])
		}
		t.Path, t.Files = t.Path[:i], n
	}
	if i := strings.LastIndexByte(t.Path, ':'); i >= 0 {
		split := sdk.RecordSettings{Split: t.Path[i+1:]}
		n, flows, err := split.SplitSize()
		if err != nil || n == 0 || flows {
			return t, fmt.Errorf("%q: %q is not a size such as 100M", text, split.Split)
		}
		t.Path, t.Size = t.Path[:i], n
	}
	switch {
	case t.Path == "":
		return t, fmt.Errorf("%q: names no file", text)
	case t.Files > 0 && t.Size == 0:
		return t, fmt.Errorf("%q: a number of files needs the size of one: FILE:SIZE,N", text)
	}
	return t, nil
}

// Writer writes frames. After an error it writes nothing more.
type Writer struct {
	target  Target
	snaplen uint32
	out     *outlet.Outlet
	number  int // of the current file
	removed int // the number of files that were removed
	size    uint64
	links   []capture.LinkType // of the interfaces that the current file describes
	block   []byte
	err     error
	again   atomic.Bool // see Reopen

	Frames, Files uint64 // that were written
}

// Open makes the first file. An existing file is replaced when the new one is complete. warn tells the user what goes wrong
// meanwhile.
func Open(ctx context.Context, t Target, snaplen uint32, live bool, warn func(string)) (*Writer, error) {
	w := &Writer{target: t, snaplen: snaplen}
	var err error
	w.out, err = outlet.Open(ctx, outlet.Config{Name: "--write-pcap", Target: outlet.File(t.Path), Numbered: t.Size > 0, Live: live, Log: warn})
	if err != nil {
		return nil, err
	}
	return w, w.begin()
}

// Path returns the name of the file, or of numbered ones with a * for the number.
func (w *Writer) Path() string {
	if w.target.Size == 0 {
		return w.target.Path
	}
	return w.target.Path + "*"
}

const (
	sectionBlock, interfaceBlock, statisticsBlock, packetBlock    = 0x0a0d0d0a, 1, 5, 6
	optionEnd, optionComment, optionApplication, optionResolution = 0, 1, 4, 9
	nanoseconds                                                   = 9 // if_tsresol
)

// begin writes a file's section header (draft-ietf-opsawg-pcapng, 4.1).
func (w *Writer) begin() error {
	w.links, w.size = w.links[:0], 0
	w.Files++
	b := binary.LittleEndian.AppendUint32(w.start(sectionBlock), 0x1a2b3c4d)
	b = append(b, 1, 0, 0, 0)                           // the version
	b = binary.LittleEndian.AppendUint64(b, ^uint64(0)) // the section's length is not known
	b = option(b, optionApplication, []byte(version.Product()))
	return w.end(option(b, optionEnd, nil))
}

// Part ends the name of a file that is not complete.
const Part = ".part"

// start begins a block; end completes and writes it.
func (w *Writer) start(kind uint32) []byte {
	b := binary.LittleEndian.AppendUint32(w.block[:0], kind)
	return append(b, 0, 0, 0, 0)
}

func (w *Writer) end(b []byte) error {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(b)+4))
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)))
	w.block = b
	w.size += uint64(len(b))
	w.err = w.out.Send(b)
	return w.err
}

// option appends an option, with its value padded to 32 bits.
func option(b []byte, code uint16, data []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(data)))
	return pad(append(b, data...), len(data))
}

func pad(b []byte, n int) []byte { return append(b, make([]byte, -n&3)...) }

// link returns the number of an interface with a link type, which it describes first if the file has none.
func (w *Writer) link(link capture.LinkType) (uint32, error) {
	for i, l := range w.links {
		if l == link {
			return uint32(i), nil
		}
	}
	b := binary.LittleEndian.AppendUint16(w.start(interfaceBlock), uint16(link))
	b = binary.LittleEndian.AppendUint32(append(b, 0, 0), w.snaplen)
	b = option(b, optionResolution, []byte{nanoseconds})
	w.links = append(w.links, link)
	return uint32(len(w.links) - 1), w.end(option(b, optionEnd, nil))
}

// Reopen begins the file anew before the next frame, if somebody has moved it away. It may be called by any goroutine.
func (w *Writer) Reopen() { w.again.Store(true) }

func (w *Writer) reopen() error {
	moved, err := w.out.Reopen()
	if err == nil && moved {
		err = w.begin()
	}
	w.err = err
	return err
}

// Frame writes a frame.
func (w *Writer) Frame(f *capture.Frame) error {
	if w.err != nil {
		return w.err
	}
	if w.again.Swap(false) {
		if err := w.reopen(); err != nil {
			return err
		}
	}
	if w.target.Size > 0 && w.size >= w.target.Size {
		if err := w.next(); err != nil {
			return err
		}
	}
	id, err := w.link(f.Link)
	if err != nil {
		return err
	}
	b := stamp(binary.LittleEndian.AppendUint32(w.start(packetBlock), id), f.Time)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(f.Data)))
	b = binary.LittleEndian.AppendUint32(b, f.WireLen)
	w.Frames++
	return w.end(pad(append(b, f.Data...), len(f.Data)))
}

func stamp(b []byte, time int64) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(uint64(time)>>32))
	return binary.LittleEndian.AppendUint32(b, uint32(time))
}

// Quiet writes that no frame comes up to a time.
func (w *Writer) Quiet(time int64) error {
	if w.err != nil || len(w.links) == 0 {
		return w.err
	}
	b := stamp(binary.LittleEndian.AppendUint32(w.start(statisticsBlock), 0), time)
	b = option(b, optionComment, []byte(capture.QuietMark))
	return w.end(option(b, optionEnd, nil))
}

// next completes a file and begins another, and removes the one that is too many.
func (w *Writer) next() error {
	if w.err = w.out.Next(); w.err != nil {
		return w.err
	}
	w.number++
	if w.err = w.remove(); w.err != nil {
		return w.err
	}
	return w.begin()
}

// remove removes files that are too many. One that is still being written through to the disk is removed later.
func (w *Writer) remove() error {
	for n := w.target.Files; n > 0 && w.removed <= w.number-n; w.removed++ {
		old := w.target.Path + strconv.Itoa(w.removed)
		err := os.Remove(old)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("remove %s: %w", old, cause.Of(err))
		}
	}
	return nil
}

// Discard removes the file, of a run that never began.
func (w *Writer) Discard() { w.out.Discard() }

// Close completes the file. Its error is also that of a frame before.
func (w *Writer) Close() error {
	if w.err != nil {
		w.out.Abort()
		return w.err
	}
	_, err := w.out.Close()
	return errors.Join(err, w.remove())
}
