//go:build unix && !linux

package process

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// attributes puts the process into a group of its own, so that a Ctrl-C at the terminal
// reaches the host only. The lifeline makes it end with the host.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// await waits for the end of the process, then calls gone.
func await(cmd *exec.Cmd, gone func()) {
	_ = cmd.Wait() // its state tells how it ended
	gone()
}

// killGroup kills the rest of the process's group.
func killGroup(pid int) { _ = unix.Kill(-pid, unix.SIGKILL) }
