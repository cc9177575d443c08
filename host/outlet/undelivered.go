package outlet

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
)

// appending keeps outlets that share a file, and are closed at once, apart.
var appending sync.Mutex

// appendWhole adds frames to a file through a copy that is renamed, so that the
// file never holds half a frame.
func appendWhole(path string, frames [][]byte) (err error) {
	appending.Lock()
	defer appending.Unlock()
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err == nil {
			err = os.Rename(part, path)
		}
	}()
	if old, err := os.Open(path); err == nil {
		_, err := io.Copy(f, old)
		if err = errors.Join(err, old.Close()); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	w := bufio.NewWriterSize(f, fileBuffer)
	for _, frame := range frames {
		_, _ = w.Write(frame) // Flush gives the error
	}
	return w.Flush()
}
