//go:build !unix

package process

import (
	"os/exec"
	"syscall"
)

// attributes returns nothing that all systems have.
func attributes() *syscall.SysProcAttr { return nil }

// await waits for the end of the process, then calls gone.
func await(cmd *exec.Cmd, gone func()) {
	_ = cmd.Wait() // its state tells how it ended
	gone()
}

func killGroup(int) {}
