package aside

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/t2host/t2host/host/internal/disk"
)

// WriteFile writes a file, whatever the umask, in one step: a reader has the old bytes or the
// new ones.
func WriteFile(path string, data []byte, mode fs.FileMode) error {
	return put(path, data, mode, os.Rename)
}

// CreateFile is WriteFile for a file that must not exist: it returns fs.ErrExist if there is
// something at path.
func CreateFile(path string, data []byte, mode fs.FileMode) error {
	return put(path, data, mode, func(from, to string) error {
		err := os.Link(from, to)
		if err == nil || errors.Is(err, fs.ErrExist) {
			return err
		}
		// The file system has no hard links. Nothing but an empty file is replaced.
		f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if err == nil {
			err = errors.Join(f.Close(), os.Rename(from, to))
		}
		return err
	})
}

// put writes a file beside path, and moves it there when all of it is on the disk.
func put(path string, data []byte, mode fs.FileMode, move func(from, to string) error) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, prefix)
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // in vain if it was renamed
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), disk.Sync(f), f.Close())
	if err != nil {
		return err
	}
	if err := move(f.Name(), path); err != nil {
		return err
	}
	return disk.SyncPath(dir)
}
