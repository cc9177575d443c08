//go:build !unix

package process

import (
	"os"
	"os/exec"
	"syscall"
)

// attributes: nothing that all systems have.
func attributes() *syscall.SysProcAttr { return nil }

func startPath(_ *os.File, path string) string { return path }

// await waits for the end of the process, then says that it is gone.
func await(cmd *exec.Cmd, gone func()) {
	_ = cmd.Wait() // how it went is in its state
	gone()
}

func killGroup(int) {}
