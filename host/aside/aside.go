// Package aside writes files in a folder beside their place and then moves them there, so
// that all of them are there or none.
package aside

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/t2host/t2host/host/internal/disk"
)

// Folder is a folder beside the place of what is written in it. Nothing else looks into it:
// its name begins with a dot.
type Folder struct {
	path string
	mode fs.FileMode
}

const prefix = ".t2host-new-"

// leftover is the age from which on a folder is that of a process that was killed.
const leftover = 24 * time.Hour

// New makes a folder in parent, whatever the umask, with the permissions mode, which those
// of files follow. It makes parent if it does not exist, and removes what processes that were
// killed have left there. The caller must call Close.
func New(parent string, mode fs.FileMode) (*Folder, error) {
	if err := os.MkdirAll(parent, mode); err != nil {
		return nil, err
	}
	sweep(parent)
	path, err := os.MkdirTemp(parent, prefix)
	if err != nil {
		return nil, err
	}
	f := &Folder{path, mode}
	if err := os.Chmod(path, mode); err != nil {
		_ = f.Close() // the first error is the one to show
		return nil, err
	}
	return f, nil
}

// sweep removes folders of New that are older than leftover.
func sweep(parent string) {
	entries, _ := os.ReadDir(parent) // what cannot be read stays
	for _, e := range entries {
		number, ours := strings.CutPrefix(e.Name(), prefix)
		if !ours || !e.IsDir() || strings.Trim(number, "0123456789") != "" {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > leftover {
			_ = os.RemoveAll(filepath.Join(parent, e.Name())) // the next one tries again
		}
	}
}

// Path returns the path of a name in the folder, of the folder itself if name is empty.
func (f *Folder) Path(name string) string {
	return filepath.Join(f.path, filepath.FromSlash(name))
}

// Write writes files by their paths in the folder, with slashes, and the folders that they
// are in.
func (f *Folder) Write(files map[string][]byte) error {
	for name, data := range files {
		path := f.Path(name)
		if err := os.MkdirAll(filepath.Dir(path), f.mode); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, f.mode&^0o111); err != nil {
			return err
		}
	}
	return nil
}

// Replace moves a file or folder, or the whole folder if name is empty, to place. What is
// there is replaced, in one step where the system can swap the two, and stays as it is if
// Replace fails. Close removes it.
func (f *Folder) Replace(place, name string) error {
	with := f.Path(name)
	if err := disk.SyncTree(with); err != nil {
		return err
	}
	if swap(place, with) != nil { // nothing is there, or the system cannot
		if err := replaceInSteps(place, with); err != nil {
			return err
		}
	}
	return disk.SyncPath(filepath.Dir(place))
}

// replaceInSteps is Replace where the system cannot swap. A process that is killed between
// the steps leaves what was at place beside with.
func replaceInSteps(place, with string) error {
	old := with + ".old"
	err := os.Rename(place, old)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	moved := err == nil
	if err := os.Rename(with, place); err != nil {
		if moved {
			err = errors.Join(err, os.Rename(old, place))
		}
		return err
	}
	_ = os.RemoveAll(old) // place is replaced all the same
	return nil
}

// Create moves the folder to place. It returns fs.ErrExist if there is something other than
// an empty folder.
func (f *Folder) Create(place string) error {
	if err := disk.SyncTree(f.path); err != nil {
		return err
	}
	if info, err := os.Stat(place); err == nil && !info.IsDir() {
		return &fs.PathError{Op: "create", Path: place, Err: fs.ErrExist}
	}
	switch entries, err := os.ReadDir(place); {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	case len(entries) > 0:
		return &fs.PathError{Op: "create", Path: place, Err: fs.ErrExist}
	}
	if err := os.Remove(place); err != nil && !errors.Is(err, fs.ErrNotExist) { // os.Rename replaces no folder
		return err
	}
	if err := os.Rename(f.path, place); err != nil {
		return err
	}
	return disk.SyncPath(filepath.Dir(place))
}

// Close removes the folder with what is in it, unless it was moved.
func (f *Folder) Close() error { return os.RemoveAll(f.path) }
