package outlet

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/t2host/t2host/host/internal/disk"
)

// Undelivered is the file that keeps what the outlets of a run could not deliver.
// It is made when there is something to keep. Files of earlier runs remain as they
// are: the name gets the first number that is free, x.bin, x1.bin, x2.bin.
type Undelivered struct {
	path string

	mu   sync.Mutex
	name string // with the number; empty before the first frame
}

// NewUndelivered returns the file of a run; path is its name without a number.
func NewUndelivered(path string) *Undelivered { return &Undelivered{path: path} }

// add adds frames and returns the file's name, also with an error.
func (u *Undelivered) add(frames [][]byte) (name string, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.name != "" {
		part, err := create(u.name + ".part")
		if err != nil {
			return u.name, err
		}
		return u.name, finish(part, u.name, u.name, frames)
	}
	for n := 0; ; n++ {
		name := u.numbered(n)
		if taken(name) {
			continue
		}
		part, err := create(name + ".part")
		switch {
		case errors.Is(err, fs.ErrExist):
			continue // an earlier run was killed, or another one is writing
		case err != nil:
			return name, err
		}
		if taken(name) { // by another run, which had the .part before
			part.Close()
			_ = os.Remove(part.Name())
			continue
		}
		if err := finish(part, name, "", frames); err != nil {
			return name, err
		}
		u.name = name
		return name, nil
	}
}

func (u *Undelivered) numbered(n int) string {
	if n == 0 {
		return u.path
	}
	ext := filepath.Ext(u.path)
	return strings.TrimSuffix(u.path, ext) + strconv.Itoa(n) + ext
}

func taken(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func create(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

// finish writes what is in the file old, if one is named, and frames to part and
// renames it, so that the file never holds half a frame.
func finish(part *os.File, name, old string, frames [][]byte) (err error) {
	defer func() {
		if err == nil {
			err = disk.Sync(part)
		}
		if cerr := part.Close(); err == nil {
			err = cerr
		}
		if err == nil {
			err = os.Rename(part.Name(), name)
		}
		if err == nil {
			err = disk.SyncPath(filepath.Dir(name))
		}
		if err != nil {
			_ = os.Remove(part.Name())
		}
	}()
	if old != "" {
		from, err := os.Open(old)
		if err != nil {
			return err
		}
		_, err = io.Copy(part, from)
		if err = errors.Join(err, from.Close()); err != nil {
			return err
		}
	}
	w := bufio.NewWriterSize(part, fileBuffer)
	for _, frame := range frames {
		_, _ = w.Write(frame) // Flush returns the error
	}
	return w.Flush()
}
