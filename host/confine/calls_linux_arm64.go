package confine

import "golang.org/x/sys/unix"

const (
	auditArch    = unix.AUDIT_ARCH_AARCH64
	foreignCalls = 0 // there are none

	sysFstatat  = unix.SYS_FSTATAT
	sysRenameat = unix.SYS_RENAMEAT
)

var (
	older      = []uintptr{unix.SYS_GETRLIMIT, unix.SYS_SETRLIMIT}
	olderRules []rule
	forks      []uintptr
)
