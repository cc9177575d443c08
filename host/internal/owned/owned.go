// Package owned reports whether anybody but the user and root can change a
// file or folder.
package owned

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Error is the error for a path that others can change. Its text ends with the cure.
type Error struct {
	Path string
	Mode fs.FileMode // permissions
	Owner
}

// Owner is the owner of a file.
type Owner struct {
	ID    int
	Other bool // neither the user nor root
}

func (e *Error) Error() string {
	if e.Other {
		return fmt.Sprintf("%s belongs to user %d, who is neither you nor root: use one of your own", e.Path, e.ID)
	}
	return fmt.Sprintf("%s can be written by others (mode %04o): chmod go-w %s", e.Path, e.Mode, e.Path)
}

// Check returns an [Error] if others can change the file at path, which info describes: if it
// belongs to neither the effective user nor root, or its group or others may write it. It
// returns nil on systems without such owners and permissions.
func Check(path string, info fs.FileInfo) error {
	owner, ok := ownerOf(info)
	if ok && (owner.Other || info.Mode().Perm()&0o022 != 0) {
		return &Error{path, info.Mode().Perm(), owner}
	}
	return nil
}

// Open opens the file at path for reading. It returns an [Error] if others can change the file,
// or can put another in its place: if they can change a folder above it, down from the root,
// after all symbolic links. In a folder with the sticky bit, such as /tmp, only the owner of a
// file can replace it. Its other errors are those of [os.Open] and [os.Stat].
func Open(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err := checkOpen(f, path); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// checkOpen checks the open file, and that path leads to it by the folders that are checked.
func checkOpen(f *os.File, path string) error {
	real, err := resolve(path)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	there, err := os.Lstat(real)
	if err != nil {
		return err
	}
	if !os.SameFile(info, there) {
		return &fs.PathError{Op: "open", Path: path, Err: errors.New("it was replaced meanwhile: try again")}
	}
	return checkFrom(path, real, info)
}

// All is Check for the file or folder at path and every folder above it, as [Open] does it.
func All(path string) error {
	real, err := resolve(path)
	if err != nil {
		return err
	}
	info, err := os.Lstat(real)
	if err != nil {
		return err
	}
	return checkFrom(path, real, info)
}

// resolve returns the absolute path without symbolic links.
func resolve(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	return filepath.Abs(real)
}

// checkFrom checks the file at path, which info describes, and the folders above real, its
// resolved path.
func checkFrom(path, real string, info fs.FileInfo) error {
	if err := Check(path, info); err != nil {
		return err
	}
	for dir := filepath.Dir(real); ; dir = filepath.Dir(dir) {
		info, err := os.Lstat(dir)
		if err != nil {
			return err
		}
		owner, ok := ownerOf(info)
		if ok && (owner.Other || info.Mode().Perm()&0o022 != 0 && info.Mode()&fs.ModeSticky == 0) {
			return &Error{dir, info.Mode().Perm(), owner}
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// Path is Check for the file at a path; it follows symbolic links. Its other errors are those
// of [os.Stat].
func Path(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return Check(path, info)
}
