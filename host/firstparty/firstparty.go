// Package firstparty builds the module of t2host's own plugins for the
// sandbox, from the source that every t2host contains, and keeps it in the
// user's cache. A t2host from a plain go build needs it, as it does not
// contain the module.
package firstparty

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/internal/checksum"
	"github.com/t2host/t2host/host/internal/owned"
)

// Config is what the module is built from, and where it is kept.
type Config struct {
	Source fs.FS  // t2host's own; nil: nothing is built
	Dir    string // created when a module is built; empty: none
}

// Module is a module that was built.
type Module struct {
	Path string // its name is its checksum
	Code []byte
}

// Find returns the module that was built from these sources before, or nil. It returns an
// error if others than the user could have put a module there.
func (c Config) Find() (*Module, error) {
	dir, err := c.folder()
	if err != nil {
		return nil, err
	}
	if err := c.private(dir); err != nil {
		return nil, err
	}
	list, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("folder %s: %w", dir, cause.Of(err))
	}
	for _, e := range list {
		if path.Ext(e.Name()) != extension {
			continue
		}
		if m, err := read(filepath.Join(dir, e.Name())); m != nil || err != nil {
			return m, err
		}
	}
	return nil, nil
}

// extension is the extension of a finished module.
const extension = ".wasm"

// folder returns the folder of modules of these sources.
func (c Config) folder() (string, error) {
	if c.Dir == "" {
		return "", errors.New("no folder to keep it in: set HOME or XDG_CACHE_HOME")
	}
	sum, err := Sum(c.Source)
	return filepath.Join(c.Dir, sum), err
}

// private returns an error if others can write in a folder of modules, or in a folder of
// t2host's above it. A folder that does not exist is private.
func (c Config) private(dir string) error {
	for _, d := range []string{filepath.Dir(c.Dir), c.Dir, dir} {
		info, err := os.Lstat(d)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return fmt.Errorf("folder %s: %w", d, cause.Of(err))
		case !info.IsDir():
			return fmt.Errorf("%s is not a folder: remove it, or set XDG_CACHE_HOME to another folder", d)
		}
		if err := check(d, info); err != nil {
			return err
		}
	}
	return nil
}

// check returns an error if others can change a file or folder.
func check(path string, info fs.FileInfo) error {
	if err := owned.Check(path, info); err != nil {
		return fmt.Errorf("%w, or set XDG_CACHE_HOME to a folder of your own", err)
	}
	return nil
}

// read returns the module in a file whose name is its checksum, or nil if it is not.
func read(path string) (*Module, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("module %s: %w", path, cause.Of(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("module %s: %w", path, cause.Of(err))
	}
	if err := check(path, info); err != nil {
		return nil, err
	}
	var code bytes.Buffer
	if _, err := code.ReadFrom(f); err != nil {
		return nil, fmt.Errorf("module %s: %w", path, cause.Of(err))
	}
	if nameOf(code.Bytes()) != filepath.Base(path) {
		return nil, nil
	}
	return &Module{path, code.Bytes()}, nil
}

func nameOf(code []byte) string { return checksum.Of(code) + extension }
