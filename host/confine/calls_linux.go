//go:build linux && (amd64 || arm64)

package confine

import (
	"slices"

	"golang.org/x/sys/unix"

	"github.com/t2host/t2host/host/confine/launcher"
)

// always are the calls that every program may make: on its own memory, threads, timers and
// signals, on descriptors that it has, and on files, as far as Landlock's rules allow. What
// changes the owner, mode, times or attributes of a file is not among them, since Landlock has
// no rule for it.
var always = append([]uintptr{
	unix.SYS_FUTEX, unix.SYS_READ, unix.SYS_WRITE, unix.SYS_EPOLL_PWAIT, unix.SYS_NANOSLEEP, unix.SYS_SCHED_YIELD,
	unix.SYS_MADVISE, unix.SYS_RT_SIGRETURN, unix.SYS_GETPID, unix.SYS_CLOCK_GETTIME,

	// Memory.
	unix.SYS_BRK, unix.SYS_MUNMAP, unix.SYS_MREMAP, unix.SYS_MPROTECT, unix.SYS_MSYNC, unix.SYS_MINCORE,
	unix.SYS_MEMBARRIER, unix.SYS_GET_MEMPOLICY,

	// Threads, signals and time.
	unix.SYS_EXIT, unix.SYS_EXIT_GROUP, unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_WAIT4, unix.SYS_WAITID,
	unix.SYS_SET_TID_ADDRESS, unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ, unix.SYS_GETTID, unix.SYS_FUTEX_WAITV, sysFutexWake, sysFutexWait, sysFutexRequeue,
	unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGPENDING, unix.SYS_RT_SIGSUSPEND, unix.SYS_RT_SIGTIMEDWAIT,
	unix.SYS_SIGALTSTACK, unix.SYS_SIGNALFD4, unix.SYS_RESTART_SYSCALL,
	unix.SYS_CLOCK_NANOSLEEP, unix.SYS_CLOCK_GETRES, unix.SYS_GETTIMEOFDAY,
	unix.SYS_SETITIMER, unix.SYS_GETITIMER, unix.SYS_TIMER_CREATE, unix.SYS_TIMER_SETTIME, unix.SYS_TIMER_GETTIME,
	unix.SYS_TIMER_GETOVERRUN, unix.SYS_TIMER_DELETE, unix.SYS_TIMERFD_CREATE, unix.SYS_TIMERFD_SETTIME, unix.SYS_TIMERFD_GETTIME,

	// What it is, and what the system is.
	unix.SYS_GETPPID, unix.SYS_GETPGID, unix.SYS_GETSID, unix.SYS_GETUID, unix.SYS_GETEUID, unix.SYS_GETGID, unix.SYS_GETEGID,
	unix.SYS_GETRESUID, unix.SYS_GETRESGID, unix.SYS_GETGROUPS, unix.SYS_CAPGET, unix.SYS_GETRUSAGE, unix.SYS_TIMES,
	unix.SYS_SCHED_GETAFFINITY, unix.SYS_SCHED_GETPARAM, unix.SYS_SCHED_GETSCHEDULER, unix.SYS_GETPRIORITY, unix.SYS_GETCPU,
	unix.SYS_UNAME, unix.SYS_SYSINFO, unix.SYS_GETRANDOM,

	// Descriptors.
	unix.SYS_CLOSE, unix.SYS_CLOSE_RANGE, unix.SYS_DUP, unix.SYS_DUP3, unix.SYS_PIPE2, unix.SYS_EVENTFD2,
	unix.SYS_READV, unix.SYS_WRITEV, unix.SYS_PREAD64, unix.SYS_PWRITE64, unix.SYS_PREADV, unix.SYS_PWRITEV, unix.SYS_PREADV2, unix.SYS_PWRITEV2,
	unix.SYS_LSEEK, unix.SYS_FSTAT, unix.SYS_FTRUNCATE, unix.SYS_FALLOCATE, unix.SYS_FSYNC, unix.SYS_FDATASYNC, unix.SYS_FADVISE64, unix.SYS_FLOCK,
	unix.SYS_EPOLL_CREATE1, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT2, unix.SYS_PPOLL, unix.SYS_PSELECT6,

	// Files.
	sysFstatat, unix.SYS_STATX, unix.SYS_STATFS, unix.SYS_FSTATFS, unix.SYS_FACCESSAT, unix.SYS_FACCESSAT2, unix.SYS_READLINKAT,
	unix.SYS_GETCWD, unix.SYS_CHDIR, unix.SYS_FCHDIR, unix.SYS_GETDENTS64, unix.SYS_UMASK,
	unix.SYS_MKDIRAT, unix.SYS_UNLINKAT, unix.SYS_RENAMEAT2, sysRenameat,

	// Its own socket, and connections to it.
	unix.SYS_BIND, unix.SYS_ACCEPT, unix.SYS_ACCEPT4, unix.SYS_GETSOCKNAME, unix.SYS_GETPEERNAME,
	unix.SYS_GETSOCKOPT, unix.SYS_SETSOCKOPT, unix.SYS_SHUTDOWN, unix.SYS_RECVMSG, unix.SYS_RECVFROM,
}, older...)

// System calls that package unix does not know.
const (
	sysFutexWake    = 454
	sysFutexWait    = 455
	sysFutexRequeue = 456
)

// The ioctls of every descriptor (asm-generic/ioctls.h).
const (
	fionread = 0x541b
	fionbio  = 0x5421
	fionclex = 0x5450
	fioclex  = 0x5451
)

// missing are calls that programs try first, and do without.
var missing = []uintptr{unix.SYS_CLONE3, unix.SYS_OPENAT2, unix.SYS_IO_URING_SETUP, unix.SYS_COPY_FILE_RANGE, unix.SYS_MEMFD_CREATE, unix.SYS_PIDFD_OPEN}

// namespaces are the flags of clone that make some.
const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET

// sometimes are the calls that are allowed with some arguments.
var sometimes = append([]rule{
	// Memory of its own only: shared memory, and stacks that grow, count towards no limit.
	when(unix.SYS_MMAP, condition{3, allClear, unix.MAP_ANONYMOUS | unix.MAP_GROWSDOWN}).
		or(condition{3, allClear, unix.MAP_SHARED | unix.MAP_GROWSDOWN}),

	when(unix.SYS_SOCKETPAIR, stream(unix.AF_UNIX)...),
	when(unix.SYS_SENDTO, condition{4, equal, 0}),                     // no address
	when(unix.SYS_SENDMSG, condition{2, allClear, unix.MSG_FASTOPEN}), // which connects

	// To cut a file short is to write it; Landlock sees that since Linux 6.2 only.
	noTruncation(unix.SYS_OPENAT, 2),

	oneOf(unix.SYS_FCNTL, 1, unix.F_DUPFD, unix.F_DUPFD_CLOEXEC, unix.F_GETFD, unix.F_SETFD, unix.F_GETFL, unix.F_SETFL,
		unix.F_GETLK, unix.F_SETLK, unix.F_SETLKW, unix.F_OFD_GETLK, unix.F_OFD_SETLK, unix.F_OFD_SETLKW, unix.F_GETPIPE_SZ),
	oneOf(unix.SYS_IOCTL, 1, unix.TCGETS, unix.TIOCGWINSZ, fionread, fionbio, fionclex, fioclex),
	oneOf(unix.SYS_PRCTL, 0, unix.PR_SET_NAME, unix.PR_GET_NAME, unix.PR_SET_VMA, unix.PR_GET_DUMPABLE, unix.PR_CAPBSET_READ, unix.PR_GET_NO_NEW_PRIVS),

	// Its own limits only, which it may lower.
	oneOf(unix.SYS_PRLIMIT64, 0, 0, launcher.PID),
}, olderRules...)

// alone are those of a process without children, which may signal itself only.
var alone = []rule{
	when(unix.SYS_CLONE, condition{0, anySet, unix.CLONE_THREAD}, condition{0, allClear, namespaces}),
	oneOf(unix.SYS_KILL, 0, launcher.PID),
	oneOf(unix.SYS_TGKILL, 0, launcher.PID),
}

// parental are those of a process with children, whose PID namespace holds nobody else.
var parental = []rule{
	when(unix.SYS_CLONE, condition{0, allClear, namespaces}),
	when(unix.SYS_KILL), when(unix.SYS_TGKILL), when(unix.SYS_TKILL), when(unix.SYS_SETPGID), when(unix.SYS_SETSID),
}

// stream returns the conditions of a stream socket: of the four bits of types only one is set.
func stream(family uint32) []condition {
	return []condition{{0, equal, family}, {1, anySet, unix.SOCK_STREAM}, {1, allClear, 0xe}}
}

// noTruncation allows opening with the given flags, but not O_TRUNC for reading.
func noTruncation(call uintptr, flags int) rule {
	return when(call, condition{flags, allClear, unix.O_TRUNC}).or(condition{flags, anySet, unix.O_WRONLY | unix.O_RDWR})
}

// filter returns the program for a process.
func (p *Policy) filter() []launcher.Instruction {
	calls, rules, socket := always, slices.Clone(sometimes), when(unix.SYS_SOCKET, stream(unix.AF_UNIX)...)
	if p.Children {
		calls, rules = slices.Concat(calls, forks), append(rules, parental...)
	} else {
		rules = append(rules, alone...)
	}
	var asked []uintptr
	if len(p.Peers) > 0 {
		socket = socket.or(stream(unix.AF_INET)...).or(stream(unix.AF_INET6)...)
		asked = []uintptr{unix.SYS_CONNECT, unix.SYS_LISTEN}
	} else {
		rules = append(rules, when(unix.SYS_LISTEN))
	}
	return assemble(calls, append(rules, socket), asked, missing)
}
