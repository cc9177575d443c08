package launcher

import (
	"syscall"
	"unsafe"
)

// System calls and constants that package syscall lacks; the numbers are those of all
// architectures but for execveat and seccomp.
const (
	sysCloseRange   = 436
	sysRestrictSelf = 446 // landlock_restrict_self

	closeRangeCloexec = 4
	atEmptyPath       = 0x1000

	prCapbsetDrop    = 24
	prSetNoNewPrivs  = 38
	prCapAmbient     = 47
	prClearAll       = 4
	capabilities     = 64 // more than there are
	setModeFilter    = 1
	newListener      = 8
	signals          = 64
	sigSetmask       = 2
	capabilityV3     = 0x20080522
	closedIfNoRange  = 1 << 16
	failureExitCode  = 126
	decimalDigitsMax = 9
)

// init runs the launcher if a host asks for it.
func init() {
	text, ok := syscall.Getenv(Variable)
	if !ok {
		return
	}
	fd, ok := number(text)
	if !ok {
		return // not a host's
	}
	step, errno := launch(fd)
	_, _ = syscall.Write(fd, Failure{step, uint32(errno)}.Append(nil)) // if it fails, the host sees that this process ended
	syscall.Exit(failureExitCode)
}

// number reads a decimal number, without package strconv.
func number(s string) (n int, ok bool) {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, s != "" && len(s) <= decimalDigitsMax
}

// launch does the job that it reads from fd. It returns only if a step fails.
func launch(fd int) (Step, syscall.Errno) {
	j, errno := receive(fd)
	if errno != 0 {
		return ReadJob, errno
	}
	argv, envp, errno := arguments(&j)
	if errno != 0 {
		return ReadJob, errno
	}
	for _, l := range j.Limits {
		both := [2]uint64{l.Max, l.Max}
		if errno := call(syscall.SYS_PRLIMIT64, 0, uintptr(l.Resource), uintptr(unsafe.Pointer(&both))); errno != 0 {
			return SetLimits, errno
		}
	}
	resetSignals()
	if errno := dropPrivileges(); errno != 0 {
		return DropPrivileges, errno
	}
	if errno := closeFrom(j.Close); errno != 0 {
		return CloseFiles, errno
	}
	if j.Script {
		if errno := call(syscall.SYS_FCNTL, uintptr(j.Program), syscall.F_SETFD, 0); errno != 0 {
			return CloseFiles, errno
		}
	}
	if j.Ruleset != None {
		if errno := call(sysRestrictSelf, uintptr(j.Ruleset), 0, 0); errno != 0 {
			return RestrictFiles, errno
		}
	}
	if len(j.Filter) > 0 {
		if errno := restrictCalls(&j, fd); errno != 0 {
			return RestrictCalls, errno
		}
	}
	var empty byte
	_, _, errno = syscall.RawSyscall6(sysExecveat, uintptr(j.Program), uintptr(unsafe.Pointer(&empty)),
		uintptr(unsafe.Pointer(&argv[0])), uintptr(unsafe.Pointer(&envp[0])), atEmptyPath, 0)
	return Execute, errno
}

func call(number, a, b, c uintptr) syscall.Errno {
	_, _, errno := syscall.RawSyscall6(number, a, b, c, 0, 0, 0)
	return errno
}

func receive(fd int) (Job, syscall.Errno) {
	b := make([]byte, MaxJob)
	n := 0
	for n < len(b) {
		k, err := syscall.Read(fd, b[n:])
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil:
			errno, _ := err.(syscall.Errno)
			return Job{}, errno
		case k == 0:
			j, ok := read(b[:n])
			if !ok {
				return Job{}, syscall.EBADMSG
			}
			return j, 0
		}
		n += k
	}
	return Job{}, syscall.E2BIG
}

// arguments returns the program's arguments and environment: that of this process without
// Variable.
func arguments(j *Job) (argv, envp []*byte, _ syscall.Errno) {
	name, err := syscall.BytePtrFromString(j.Name)
	if err != nil {
		return nil, nil, syscall.EBADMSG
	}
	for _, v := range syscall.Environ() {
		if len(v) > len(Variable) && v[:len(Variable)] == Variable && v[len(Variable)] == '=' {
			continue
		}
		p, err := syscall.BytePtrFromString(v)
		if err != nil {
			return nil, nil, syscall.EBADMSG
		}
		envp = append(envp, p)
	}
	return []*byte{name, nil}, append(envp, nil), 0
}

// resetSignals makes all signals do what they do by default: a program inherits which are
// ignored, as by nohup, and which are blocked.
func resetSignals() {
	var byDefault [4]uintptr // struct sigaction: SIG_DFL, no flags, no restorer, no mask
	for s := uintptr(1); s <= signals; s++ {
		// Two signals have no action; the kernel refuses them.
		_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, s, uintptr(unsafe.Pointer(&byDefault)), 0, 8, 0, 0)
	}
	var none uint64
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, sigSetmask, uintptr(unsafe.Pointer(&none)), 0, 8, 0, 0)
}

// dropPrivileges drops all capabilities, for good: root's as well.
func dropPrivileges() syscall.Errno {
	if errno := call(syscall.SYS_PRCTL, prSetNoNewPrivs, 1, 0); errno != 0 {
		return errno
	}
	// Who may not change the bounding set has no capability that it could bound.
	for c := uintptr(0); c < capabilities; c++ {
		if call(syscall.SYS_PRCTL, prCapbsetDrop, c, 0) != 0 {
			break
		}
	}
	_ = call(syscall.SYS_PRCTL, prCapAmbient, prClearAll, 0) // there are none before Linux 4.3
	header := [2]uint32{capabilityV3, 0}
	var none [6]uint32
	return call(syscall.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none)), 0)
}

// closeFrom makes the kernel close all descriptors from first on when the program is executed.
func closeFrom(first uint32) syscall.Errno {
	errno := call(sysCloseRange, uintptr(first), uintptr(^uint32(0)), closeRangeCloexec)
	if errno != syscall.ENOSYS && errno != syscall.EINVAL {
		return errno
	}
	for fd := uintptr(first); fd < closedIfNoRange; fd++ { // before Linux 5.11
		_ = call(syscall.SYS_FCNTL, fd, syscall.F_SETFD, syscall.FD_CLOEXEC) // most are not open
	}
	return 0
}

// restrictCalls applies the filter, with this process's number for PID, and sends its listener.
func restrictCalls(j *Job, host int) syscall.Errno {
	pid := uint32(syscall.Getpid())
	for i := range j.Filter {
		if j.Filter[i].K == PID {
			j.Filter[i].K = pid
		}
	}
	program := struct {
		n     uint16
		first *Instruction
	}{uint16(len(j.Filter)), &j.Filter[0]}
	var flags uintptr
	if j.Listen {
		flags = newListener
	}
	listener, _, errno := syscall.RawSyscall6(sysSeccomp, setModeFilter, flags, uintptr(unsafe.Pointer(&program)), 0, 0, 0)
	if errno != 0 || !j.Listen {
		return errno
	}
	if err := syscall.Sendmsg(host, []byte{Listener}, syscall.UnixRights(int(listener)), nil, 0); err != nil {
		errno, _ := err.(syscall.Errno)
		return errno
	}
	return 0
}
