// Package disk writes files and folders through to the disk, so that they survive a power cut.
package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// Sync writes f through to the disk. It returns nil if f cannot be synced: if it is a pipe or
// a device, or its file system has no such operation.
func Sync(f *os.File) error {
	err := f.Sync()
	for _, cannot := range []error{syscall.EINVAL, syscall.EROFS, errors.ErrUnsupported} {
		if errors.Is(err, cannot) {
			return nil
		}
	}
	return err
}

// SyncPath writes a file's bytes, or a folder's names, through to the disk. It returns nil if
// the file or folder cannot be opened for reading: a folder may be writable and not readable.
func SyncPath(path string) error {
	if runtime.GOOS == "windows" { // which syncs only what is open for writing, and no folders
		return nil
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return Sync(f)
}

// SyncTree is SyncPath for a file, or for a folder and all that is in it.
func SyncTree(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&^fs.ModeDir != 0 { // a link has no bytes of its own
			return err
		}
		return SyncPath(path)
	})
}
