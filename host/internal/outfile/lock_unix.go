//go:build unix

package outfile

import (
	"os"

	"golang.org/x/sys/unix"
)

const (
	locks    = true
	noFollow = unix.O_NOFOLLOW | unix.O_NONBLOCK // must not wait for a FIFO that was put there
)

// tryLock reports whether f is locked now, or its file system has no locks.
func tryLock(f *os.File, shared bool) bool {
	how := unix.LOCK_EX
	if shared {
		how = unix.LOCK_SH
	}
	return unix.Flock(int(f.Fd()), how|unix.LOCK_NB) != unix.EWOULDBLOCK
}

// share returns another descriptor of the open file, or nil if there are no more.
func share(f *os.File) *os.File {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	return os.NewFile(uintptr(fd), f.Name())
}
