// Package undelivered keeps frames that a run could not deliver in a file, from which they are
// sent later.
//
// A file is a line of text, followed by records: a kind (a byte), a length (u32, little-endian),
// and that many bytes. A record of an outlet comes before its frames; the last record has the
// number of frames and a checksum of all before it.
package undelivered

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/t2host/t2host/host/internal/outfile"
)

// File is the file that keeps what the outlets of a run could not deliver. It is made when there
// is something to keep. Files of earlier runs remain as they are: the name gets the first number
// that is free, x.bin, x1.bin, x2.bin.
type File struct {
	path string

	mu   sync.Mutex
	name string        // with the number; empty before the first frame
	lock *outfile.File // keeps others from sending what is in it; nil before the first frame
}

// NewFile returns the file of a run; path is its name without a number.
func NewFile(path string) *File { return &File{path: path} }

// Add adds the frames of an outlet, and returns the file's name, also with an error. All that was
// added is in the file, and on the disk, when Add returns.
func (f *File) Add(o Outlet, frames [][]byte) (name string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.name != "" {
		part, err := outfile.New(f.name+".part", 0o666)
		if err != nil {
			return f.name, err
		}
		return f.name, f.finish(part, f.name, o, frames)
	}
	for n := 0; ; n++ {
		name := f.numbered(n)
		if taken(name) {
			continue
		}
		part, err := outfile.New(name+".part", 0o666)
		switch {
		case errors.Is(err, fs.ErrExist), errors.Is(err, outfile.ErrBusy):
			continue // an earlier run was killed, or another one is writing
		case err != nil:
			return name, err
		}
		if taken(name) { // by another run, which had the .part before
			part.Close()
			_ = os.Remove(part.Name())
			continue
		}
		return name, f.finish(part, name, o, frames)
	}
}

// Close ends the run's claim on the file: from then on its frames may be sent.
func (f *File) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lock != nil {
		_ = f.lock.Close()
		f.lock = nil
	}
}

func (f *File) numbered(n int) string {
	if n == 0 {
		return f.path
	}
	ext := filepath.Ext(f.path)
	return strings.TrimSuffix(f.path, ext) + strconv.Itoa(n) + ext
}

func taken(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// finish writes what is in the file and more frames to part and renames it, so that the file is
// always whole.
func (f *File) finish(part *outfile.File, name string, o Outlet, frames [][]byte) error {
	w := NewWriter(part)
	err := w.copy(f.name)
	if err == nil {
		w.Outlet(o)
		for _, frame := range frames {
			w.Frame(frame)
		}
		err = w.End()
	}
	if err == nil {
		err = part.Rename(name)
	}
	if err != nil {
		_ = part.Close()
		_ = os.Remove(part.Name())
		return err
	}
	if f.lock != nil {
		_ = f.lock.Close()
	}
	f.name, f.lock = name, part
	return nil
}
