package plugin

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/internal/owned"
)

// IsModule reports whether a file begins like a WebAssembly module.
func IsModule(f io.ReaderAt) (bool, error) {
	const magic = "\x00asm"
	head := make([]byte, len(magic))
	n, err := f.ReadAt(head, 0)
	if err == io.EOF {
		err = nil
	}
	return string(head[:n]) == magic, err
}

// CheckPath returns an error if no plugin can be at a path. It runs nothing.
func CheckPath(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return noFile(path)
	case err != nil:
		return fmt.Errorf("plugin %s: %w", path, cause.Of(err))
	case info.IsDir():
		return fmt.Errorf("plugin %s is a folder: -P %s -p NAME loads a plugin from it", path, path)
	case !info.Mode().IsRegular():
		return fmt.Errorf("plugin %s is not a file: use the path of a module or an executable", path)
	case info.Size() == 0:
		return fmt.Errorf("plugin %s is an empty file: build it again (t2host build DIR)", path)
	}
	var others *owned.Error
	if errors.As(owned.All(path), &others) {
		return fmt.Errorf("plugin %s: %w", path, others)
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("plugin %s: %w: t2host must be able to read it", path, cause.Of(err))
	}
	defer f.Close()
	switch is, _ := IsModule(f); { // what cannot be read is said when it is opened
	case is:
		return nil
	case strings.HasSuffix(path, ".wasm"):
		return fmt.Errorf("plugin %s is not a WebAssembly module: build it again (t2host build DIR)", path)
	case runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return fmt.Errorf("plugin %s is neither a WebAssembly module nor executable: chmod +x it if it is a program", path)
	}
	return nil
}

// noFile tells a path that leads nowhere from one with a runtime that is none.
func noFile(path string) error {
	if i := strings.LastIndexByte(path, ':'); i >= 0 {
		if _, err := os.Stat(path[:i]); err == nil {
			_, err := RuntimeNamed(path[i+1:])
			return fmt.Errorf("plugin %s: %w", path[:i], err)
		}
	}
	return fmt.Errorf("plugin %s: no such file: correct the path, or build it (t2host build DIR)", path)
}
