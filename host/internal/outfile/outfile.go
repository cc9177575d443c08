// Package outfile creates the files that a run writes: never through a symbolic
// link, and never one that another run is writing.
package outfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/t2host/t2host/host/internal/disk"
)

// ErrBusy is the error for a file that another run is writing.
var ErrBusy = errors.New("another run is writing it: wait for its end, or choose another file")

// LinkError is the error for a symbolic link where a file was to be created.
type LinkError struct{ Path, To string }

func (e *LinkError) Error() string {
	text := fmt.Sprintf("is a symbolic link to %s, which is not followed: remove it", e.To)
	if strings.HasSuffix(e.Path, ".part") {
		return text
	}
	return text + ", or write to " + e.To
}

// attempts bounds how often another run may be faster.
const attempts = 10

var descriptor = regexp.MustCompile(`^/dev/(stdout|stderr|stdin|fd/\d+)$|^/proc/(self|thread-self|\d+)/fd/\d+$`)

// Special reports whether path names an open file of a process. It may lead to a regular file,
// and must nevertheless be written in place.
func Special(path string) bool { return descriptor.MatchString(filepath.Clean(path)) }

// Check returns an error if no file can be created at path, as far as can be told without
// changing anything: because of a symbolic link, a directory, or a file that another run is
// writing.
func Check(path string) error {
	if path == "" || Special(path) {
		return nil
	}
	if os.IsPathSeparator(path[len(path)-1]) {
		return failure(path, errDirectory)
	}
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil // it does not exist, or creating it returns the error
	case info.Mode()&fs.ModeSymlink != 0:
		to, _ := os.Readlink(path)
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		return failure(path, &LinkError{path, to})
	case info.IsDir():
		return failure(path, errDirectory)
	case !info.Mode().IsRegular():
		return nil
	}
	f, err := openThere(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	if !tryLock(f, true) {
		return failure(path, ErrBusy)
	}
	return nil
}

var errDirectory = errors.New("is a directory: name a file in it")

func failure(path string, err error) error {
	return &fs.PathError{Op: "open", Path: path, Err: err}
}

// File is a new file, locked until Close.
type File struct {
	*os.File
	lock *os.File // shares the lock, which so outlives File.Close; nil if there are no locks
	made bool     // by Create
}

// Create creates path for reading and writing. An existing regular file is removed first,
// never truncated: it may have other names.
func Create(path string, perm fs.FileMode) (*File, error) {
	if err := Check(path); err != nil {
		return nil, err
	}
	for range attempts {
		f, err := New(path, perm)
		switch {
		case errors.Is(err, fs.ErrExist):
			if err := remove(path); err != nil {
				return nil, err
			}
		case !errors.Is(err, ErrBusy):
			return f, err
		}
	}
	return nil, failure(path, ErrBusy)
}

// New is Create for a path at which there must be nothing: else it returns fs.ErrExist.
func New(path string, perm fs.FileMode) (*File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return nil, err
	}
	if !tryLock(f, false) || !at(f, path) {
		f.Close() // another run removed it as a leftover
		return nil, failure(path, ErrBusy)
	}
	return &File{f, share(f), true}, nil
}

// Existing opens the regular file at path for reading and locks it until Close. It returns
// ErrBusy if another process is writing it or has locked it.
func Existing(path string) (*File, error) {
	if err := Check(path); err != nil {
		return nil, err
	}
	f, err := openThere(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = failure(path, errors.New("is not a regular file"))
	case !tryLock(f, false) || !at(f, path):
		err = failure(path, ErrBusy)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &File{f, share(f), false}, nil
}

// Open is Create for a path that need not end in .part: an existing FIFO or device is opened
// as it is.
func Open(path string) (*File, error) {
	if err := Check(path); err != nil {
		return nil, err
	}
	perm := fs.FileMode(0o666)
	if info, err := os.Stat(path); err == nil {
		if Special(path) || !info.Mode().IsRegular() {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return nil, err
			}
			return &File{File: f}, nil
		}
		perm = info.Mode().Perm() | 0o200 // a private file remains private
	}
	return Create(path, perm)
}

// Close closes the file and releases its lock. It may be called again.
func (f *File) Close() error {
	err := f.File.Close()
	if f.lock != nil {
		_ = f.lock.Close()
	}
	return err
}

// Moved reports whether the file's path leads to it no more: somebody has renamed or removed it.
func (f *File) Moved() bool { return !at(f.File, f.Name()) }

// Sync writes the file through to the disk.
func (f *File) Sync() error { return disk.Sync(f.File) }

// SyncName writes the file's name through to the disk.
func (f *File) SyncName() error { return disk.SyncPath(filepath.Dir(f.Name())) }

// Finish closes a file that has its name and all its bytes, which are on the disk then.
func (f *File) Finish() error {
	err := f.Sync()
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil && f.made {
		err = f.SyncName()
	}
	return err
}

// Rename closes a file that has all its bytes, and renames it. Its bytes are on the disk before
// the new name is, and both are after Rename. The file remains locked until Close.
func (f *File) Rename(to string) error {
	err := f.Sync()
	if e := f.File.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), to); err != nil {
		return fmt.Errorf("rename %s to %s: %w", f.Name(), to, errors.Unwrap(err))
	}
	return disk.SyncPath(filepath.Dir(to))
}

// remove removes the regular file at path unless another run is writing it.
func remove(path string) error {
	f, err := openThere(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return failure(path, errors.New("is not a regular file: remove it, or choose another name"))
	case !tryLock(f, false):
		return failure(path, ErrBusy)
	case !at(f, path):
		return nil // another run was faster
	}
	if !locks {
		f.Close() // some systems cannot remove an open file
	}
	return os.Remove(path)
}

// openThere opens the existing file at path, but no link. A lock needs no more than reading,
// but writing is tried first: network file systems require it.
func openThere(path string) (f *os.File, err error) {
	for _, mode := range []int{os.O_RDWR, os.O_RDONLY, os.O_WRONLY} {
		f, err = os.OpenFile(path, mode|noFollow, 0)
		if !errors.Is(err, fs.ErrPermission) {
			break
		}
	}
	return f, err
}

// at reports whether path still leads to the open file.
func at(f *os.File, path string) bool {
	is, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(is, there)
}
