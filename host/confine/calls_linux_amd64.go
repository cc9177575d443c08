package confine

import "golang.org/x/sys/unix"

const (
	auditArch    = unix.AUDIT_ARCH_X86_64
	foreignCalls = 0x40000000 // from here on those of x32

	sysFstatat  = unix.SYS_NEWFSTATAT
	sysRenameat = unix.SYS_RENAMEAT
)

// older are calls that newer architectures do not have.
var older = []uintptr{
	unix.SYS_ARCH_PRCTL, unix.SYS_EPOLL_WAIT, unix.SYS_EPOLL_CREATE, unix.SYS_POLL, unix.SYS_SELECT, unix.SYS_PIPE, unix.SYS_EVENTFD, unix.SYS_DUP2,
	unix.SYS_STAT, unix.SYS_LSTAT, unix.SYS_ACCESS, unix.SYS_READLINK, unix.SYS_GETDENTS, unix.SYS_MKDIR, unix.SYS_RMDIR, unix.SYS_UNLINK, unix.SYS_RENAME,
	unix.SYS_TIME, unix.SYS_ALARM, unix.SYS_PAUSE, unix.SYS_GETPGRP, unix.SYS_GETRLIMIT, unix.SYS_SETRLIMIT,
}

var olderRules = []rule{noTruncation(unix.SYS_OPEN, 1)}

// forks make processes.
var forks = []uintptr{unix.SYS_FORK, unix.SYS_VFORK}
