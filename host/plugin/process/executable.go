package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"syscall"

	"github.com/t2host/t2host/host/internal/checksum"
	"github.com/t2host/t2host/host/internal/owned"
)

// executable is a file that was opened once, so that the file that is checked is the one that
// runs.
type executable struct {
	*os.File
	path string // as given, for messages
}

func openExecutable(c *Command) (*executable, error) {
	path := c.Path
	info, err := os.Stat(path)
	if err == nil {
		err = runnable(path, info) // before it is opened: opening a named pipe would wait
	}
	if err != nil {
		return nil, fileError(path, err)
	}
	open := owned.Open
	if c.Own {
		open = os.Open
	}
	f, err := open(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	e := &executable{f, path}
	if err := e.check(c.SHA256); err != nil {
		f.Close()
		return nil, fileError(path, err)
	}
	return e, nil
}

func (e *executable) check(sum string) error {
	info, err := e.Stat()
	if err == nil {
		err = runnable(e.path, info)
	}
	if err != nil || sum == "" {
		return err
	}
	is, err := checksum.Read(e)
	if err != nil {
		return err
	}
	return checksum.Check("executable "+e.path, is, sum, checksum.ManifestOrPin)
}

func runnable(path string, info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return fmt.Errorf("executable %s is a folder: use the path of the plugin's program", path)
	case !info.Mode().IsRegular():
		return fmt.Errorf("executable %s is not a file: use the path of the plugin's program", path)
	case runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return fmt.Errorf("executable %s may not be executed: chmod +x it", path)
	}
	return nil
}

// fileError replaces the path in a file error by the executable's own.
func fileError(path string, err error) error {
	var e *fs.PathError
	var others *owned.Error
	switch {
	case errors.As(err, &others):
		return fmt.Errorf("executable %s: %w", path, err)
	case !errors.As(err, &e):
		return err
	case errors.Is(e.Err, fs.ErrNotExist):
		return fmt.Errorf("executable %s: %w: build it (t2host build DIR), or correct the path", path, e.Err)
	}
	return fmt.Errorf("executable %s: %w", path, e.Err)
}

// startError returns why an existing, executable file does not start.
func startError(path string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOEXEC):
		return fmt.Errorf("executable %s is not a program for %s/%s: build it for this machine", path, runtime.GOOS, runtime.GOARCH)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("executable %s needs an interpreter or loader that is not here: build it for this machine, without cgo or a script's first line", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("executable %s: permission denied: move it to a file system that is not mounted noexec", path)
	}
	return fileError(path, err)
}
