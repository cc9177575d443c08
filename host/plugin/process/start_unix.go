//go:build unix && !linux

package process

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// attributes put the process into a group of its own, so that a Ctrl-C at the
// terminal reaches the host only. The lifeline lets it end with the host.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// startPath is the path itself: an open file cannot be named here.
func startPath(_ *os.File, path string) string { return path }

// await waits for the end of the process, then says that it is gone.
func await(cmd *exec.Cmd, gone func()) {
	_ = cmd.Wait() // how it went is in its state
	gone()
}

// killGroup kills what is left of the process's group.
func killGroup(pid int) { _ = unix.Kill(-pid, unix.SIGKILL) }
