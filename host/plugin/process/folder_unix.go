//go:build unix

package process

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockFolder locks a folder of ours; nil if another process holds it, or it is
// another user's.
func lockFolder(path string) *os.File {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		f.Close()
		return nil
	}
	return f
}

func alive(pid int) bool { return unix.Kill(pid, 0) != unix.ESRCH }
