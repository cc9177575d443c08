//go:build linux && (amd64 || arm64)

package confine

import (
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Probe returns what this kernel can confine.
var Probe = sync.OnceValue(func() Support {
	return Support{Landlock: landlock(), Seccomp: seccomp()}
})

// landlock returns the version of the kernel's interface.
func landlock() int {
	if withoutLandlock {
		return 0
	}
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(version)
}

// seccomp reports whether the kernel filters calls and can answer them with an error.
func seccomp() bool {
	action := uint32(unix.SECCOMP_RET_ERRNO)
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_GET_ACTION_AVAIL, 0, uintptr(unsafe.Pointer(&action)))
	return errno == 0
}
