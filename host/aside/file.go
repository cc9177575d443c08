package aside

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile writes a file, whatever the umask, in one step: a reader has the old bytes or the
// new ones.
func WriteFile(path string, data []byte, mode fs.FileMode) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, prefix)
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // in vain if all went well
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncPath(dir)
}
