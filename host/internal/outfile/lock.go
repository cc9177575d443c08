package outfile

import (
	"errors"
	"io/fs"
	"os"
)

// Lock is a lock on a name.
type Lock struct {
	path string
	f    *os.File // nil if the file system has no locks
}

// NewLock locks the name path for this process, with an empty file that exists while the lock
// is held. A process that is killed leaves the file without the lock, and the next one locks
// it. The error is ErrBusy if another process holds the lock.
func NewLock(path string) (*Lock, error) {
	if !locks {
		return &Lock{}, nil
	}
	for range attempts {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			if err := Check(path); err != nil {
				return nil, err
			}
			f, err = openThere(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
		}
		if err != nil {
			return nil, err
		}
		if !tryLock(f, false) {
			f.Close()
			return nil, failure(path, ErrBusy)
		}
		info, err := f.Stat()
		if err == nil && (!info.Mode().IsRegular() || info.Size() > 0) {
			err = failure(path, errInTheWay)
		}
		if err != nil {
			f.Close()
			return nil, err
		}
		if at(f, path) {
			return &Lock{path, f}, nil
		}
		f.Close() // its holder has removed it meanwhile
	}
	return nil, failure(path, ErrBusy)
}

var errInTheWay = errors.New("is in the way of a lock: remove it")

// InTheWay reports whether NewLock failed because of something at the path, and not because no
// file can be created there.
func InTheWay(err error) bool {
	var link *LinkError
	return errors.Is(err, errInTheWay) || errors.Is(err, errDirectory) || errors.As(err, &link)
}

// Unlock removes the file, and then the lock.
func (l *Lock) Unlock() {
	if l.f == nil {
		return
	}
	if at(l.f, l.path) {
		_ = os.Remove(l.path) // if that fails, an unlocked file remains
	}
	_ = l.f.Close()
}
