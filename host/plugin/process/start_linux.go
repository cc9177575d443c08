package process

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// attributes put the process into a group of its own, so that a Ctrl-C at the
// terminal reaches the host only, and let it die with the host.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// startPath names the open file itself, whatever its path leads to by now.
func startPath(f *os.File, _ string) string {
	return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), f.Fd())
}

// await waits for the end of the process. It says that it is gone while its
// number is still taken, so that no other process can be meant by it.
func await(cmd *exec.Cmd, gone func()) {
	for unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
	gone()
	_ = cmd.Wait() // how it went is in its state
}

// killGroup kills what is left of the process's group.
func killGroup(pid int) { _ = unix.Kill(-pid, unix.SIGKILL) }
