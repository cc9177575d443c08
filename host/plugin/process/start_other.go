//go:build !linux

package process

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// attributes: nothing that all systems have. The lifeline ends the process.
func attributes() *syscall.SysProcAttr { return nil }

func killGroup(int) {}

func startPath(_ *os.File, path string) string { return path }

func startError(path string, err error) error {
	var e *os.PathError
	if errors.As(err, &e) {
		err = e.Err
	}
	return fmt.Errorf("executable %s: %w", path, err)
}
