//go:build unix

package process

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// lockFolder locks a folder of ours. It returns nil if another process holds the lock, or if
// the folder is another user's.
func lockFolder(path string) *os.File {
	if info, err := os.Lstat(path); err != nil || !info.IsDir() || !ours(info) {
		return nil
	}
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

func ours(info os.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}

func alive(pid int) bool { return unix.Kill(pid, 0) != unix.ESRCH }
