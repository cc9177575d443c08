package process

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// attributes puts the process into a group of its own, so that a Ctrl-C at the terminal
// reaches the host only, and makes it die with the host.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// await waits for the end of the process. It calls gone while the process number is still in
// use, so that it cannot be another process's.
func await(cmd *exec.Cmd, gone func()) {
	for unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
	gone()
	_ = cmd.Wait() // its state tells how it ended
}

// killGroup kills the rest of the process's group.
func killGroup(pid int) { _ = unix.Kill(-pid, unix.SIGKILL) }
