// Package owned reports whether anybody but the user and root can change a
// file or folder.
package owned

import (
	"fmt"
	"io/fs"
	"os"
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

// Path is Check for the file at a path; it follows symbolic links. Its other errors are those
// of [os.Stat].
func Path(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return Check(path, info)
}
