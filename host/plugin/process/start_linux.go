package process

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// attributes put the process into a group of its own, so that a Ctrl-C at the
// terminal reaches the host only, and let it die with the host.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// killGroup kills what is left of the process's group.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

// startPath names the open file itself, whatever its path leads to by now.
func startPath(f *os.File, _ string) string {
	return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), f.Fd())
}

func startError(path string, err error) error {
	if errors.Is(err, syscall.ENOEXEC) {
		return fmt.Errorf("executable %s is no program for %s/%s: build it for this machine", path, runtime.GOOS, runtime.GOARCH)
	}
	var e *os.PathError
	if errors.As(err, &e) {
		err = e.Err
	}
	return fmt.Errorf("executable %s: %w", path, err)
}
