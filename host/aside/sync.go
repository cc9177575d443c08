package aside

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// syncTree writes a file, or a folder with all that is in it, to the disk: after a crash of
// the machine the name must not be there without the bytes.
func syncTree(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&^fs.ModeDir != 0 { // a link has no bytes of its own
			return err
		}
		return syncPath(path)
	})
}

// syncPath writes a file's bytes, or a folder's names, to the disk.
func syncPath(path string) error {
	if runtime.GOOS == "windows" { // which wants a handle that can write, and has none of folders
		return nil
	}
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		err = f.Sync()
	}
	for _, cannot := range []error{fs.ErrPermission, syscall.EINVAL, errors.ErrUnsupported} {
		if errors.Is(err, cannot) { // a folder may be writable and not readable; not every file system can
			return nil
		}
	}
	return err
}
