package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// try does one thing, at a place if it needs one, and returns "it can" or why it cannot.
func try(act, at string) string {
	number, _ := strconv.Atoi(at)
	do, ok := map[string]func() error{
		// Processes.
		"fork":    func() error { return exec.Command("/bin/true").Run() },
		"vfork":   func() error { return raw(unix.SYS_CLONE, unix.CLONE_VFORK|unix.CLONE_VM|uintptr(unix.SIGCHLD)) },
		"clone3":  func() error { return raw(unix.SYS_CLONE3, 0, 0) },
		"unshare": func() error { return unix.Unshare(unix.CLONE_NEWUSER) },
		"mount":   func() error { return unix.Mount("none", "/mnt", "tmpfs", 0, "") },
		"run what it wrote": func() error {
			path := filepath.Join(os.TempDir(), "x")
			if err := os.WriteFile(path, nil, 0o755); err != nil {
				return err
			}
			return syscall.Exec(path, []string{"x"}, nil)
		},
		"become another program": func() error { return syscall.Exec("/bin/cat", []string{"cat", "/etc/passwd"}, nil) },
		"child that outlives it": func() error {
			child := exec.Command("/proc/self/exe")
			child.Env, child.SysProcAttr = []string{"ESCAPES_CHILD=" + at}, &syscall.SysProcAttr{Setsid: true}
			return child.Start()
		},

		// Other processes.
		"ptrace":      func() error { return unix.PtraceAttach(number) },
		"read memory": func() error { return readMemory(number) },
		"open memory": func() error { return open(fmt.Sprintf("/proc/%d/mem", number)) },
		"kill":        func() error { return unix.Kill(number, 0) },
		"kill all":    func() error { return unix.Kill(-1, 0) },
		"kill group":  func() error { return unix.Kill(0, 0) },
		"kill thread": func() error { return unix.Tgkill(number, number, 0) },
		"queue a signal": func() error {
			return raw(unix.SYS_RT_SIGQUEUEINFO, uintptr(number), 0, uintptr(unsafe.Pointer(&[128]byte{})))
		},
		"pidfd":          func() error { _, err := unix.PidfdOpen(number, 0); return err },
		"signal by file": func() error { _, err := unix.FcntlInt(0, unix.F_SETOWN, number); return err },
		"join a group":   func() error { return unix.Setpgid(0, number) },
		"slow down":      func() error { return unix.Setpriority(unix.PRIO_PROCESS, number, 19) },
		"outlive":        func() error { return unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0) },
		"limit":          func() error { return unix.Prlimit(number, unix.RLIMIT_CPU, &unix.Rlimit{Cur: 1, Max: 1}, nil) },

		// Files.
		"read":     func() error { return open(at) },
		"list":     func() error { _, err := os.ReadDir(at); return err },
		"write":    func() error { return os.WriteFile(filepath.Join(at, "new"), []byte("x"), 0o644) },
		"cut":      func() error { f, err := os.OpenFile(at, os.O_RDONLY|os.O_TRUNC, 0); return closed(f, err) },
		"truncate": func() error { return unix.Truncate(at, 0) },
		"remove":   func() error { return os.Remove(at) },
		"rename":   func() error { return os.Rename(at, at+".old") },
		"link":     func() error { return os.Link(at, filepath.Join(os.TempDir(), "link")) },
		"symlink":  func() error { return os.Symlink("/", filepath.Join(at, "symlink")) },
		"chmod":    func() error { return os.Chmod(at, 0o777) },
		"chown":    func() error { return os.Chown(at, 0, 0) },
		"touch":    func() error { return os.Chtimes(at, time.Time{}, time.Unix(1, 0)) },
		"mark":     func() error { return unix.Setxattr(at, "user.x", nil, 0) },
		"watch": func() error {
			fd, err := unix.InotifyInit1(0)
			if err != nil {
				return err
			}
			_, err = unix.InotifyAddWatch(fd, at, unix.IN_ALL_EVENTS)
			return err
		},
		"fill the disk": fillDisk,
		"descriptors":   func() error { return descriptors() },
		"privileges":    privileges,
		"signals":       ignored,
		"environment":   func() error { return errors.New(strings.Join(names(), " ")) },

		// Sockets.
		"unix":      func() error { return dial("unix", at) },
		"abstract":  func() error { return dial("unix", "@"+at) },
		"tcp":       func() error { return dial("tcp", at) },
		"udp":       func() error { return dial("udp", at) },
		"packet":    func() error { return socket(unix.AF_PACKET, unix.SOCK_RAW) },
		"netlink":   func() error { return socket(unix.AF_NETLINK, unix.SOCK_RAW) },
		"vsock":     func() error { return socket(unix.AF_VSOCK, unix.SOCK_STREAM) },
		"datagram":  func() error { return socket(unix.AF_UNIX, unix.SOCK_DGRAM) },
		"pair":      func() error { _, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM, 0); return err },
		"listen":    func() error { l, err := net.Listen("unix", filepath.Join(at, "s")); return closed(l, err) },
		"serve tcp": func() error { l, err := net.Listen("tcp", "127.0.0.1:0"); return closed(l, err) },
		"family":    func() error { return raw(unix.SYS_SOCKET, 1<<32|unix.AF_INET, unix.SOCK_STREAM, 0) },
		"fast open": func() error { return fastOpen(at) },

		// The kernel.
		"io_uring":      func() error { return raw(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&[120]byte{}))) },
		"bpf":           func() error { return raw(unix.SYS_BPF, 0, 0, 0) },
		"perf":          func() error { return raw(unix.SYS_PERF_EVENT_OPEN, 0, 0, 0, 0, 0) },
		"keys":          func() error { _, err := unix.KeyctlGetKeyringID(unix.KEY_SPEC_USER_KEYRING, false); return err },
		"userfaultfd":   func() error { return raw(unix.SYS_USERFAULTFD, 0) },
		"shared memory": func() error { return raw(unix.SYS_SHMGET, 0, 1<<30, unix.IPC_CREAT|0o600) },
		"map shared": func() error {
			_, err := unix.Mmap(-1, 0, 1<<30, unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANONYMOUS)
			return err
		},
		"memory file":   func() error { _, err := unix.MemfdCreate("x", 0); return err },
		"raise a limit": func() error { return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: 1 << 30, Max: 1 << 30}) },
		"other numbers": func() error { return raw(otherNumbers|unix.SYS_GETPID, 0) },
		"memory": func() error {
			for kept := [][]byte{}; ; {
				b := make([]byte, 64<<20)
				for i := 0; i < len(b); i += 4096 {
					b[i] = 1
				}
				kept = append(kept, b)
			}
		},
		"slow death": func() error { time.Sleep(time.Hour); return nil },
	}[act]
	if !ok {
		return "nobody knows how"
	}
	if err := do(); err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		var errno syscall.Errno
		if errors.As(err, &errno) {
			err = errno
		}
		return err.Error()
	}
	return "it can"
}

func raw(number uintptr, parameters ...uintptr) error {
	var p [6]uintptr
	copy(p[:], parameters)
	if _, _, errno := unix.RawSyscall6(number, p[0], p[1], p[2], p[3], p[4], p[5]); errno != 0 {
		return errno
	}
	return nil
}

func open(path string) error {
	f, err := os.Open(path)
	return closed(f, err)
}

func closed(c interface{ Close() error }, err error) error {
	if err != nil {
		return err
	}
	return c.Close()
}

func readMemory(process int) error {
	b := make([]byte, 8)
	_, err := unix.ProcessVMReadv(process, []unix.Iovec{{Base: &b[0], Len: 8}}, []unix.RemoteIovec{{Base: 0x400000, Len: 8}}, 0)
	return err
}

func dial(network, address string) error {
	conn, err := net.DialTimeout(network, address, 5*time.Second)
	return closed(conn, err)
}

func socket(family, kind int) error {
	fd, err := unix.Socket(family, kind, 0)
	if err == nil {
		err = unix.Close(fd)
	}
	return err
}

// fastOpen sends to an address without connecting to it first.
func fastOpen(address string) error {
	a, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	return unix.Sendmsg(fd, []byte("x"), nil, &unix.SockaddrInet4{Port: a.Port, Addr: [4]byte(a.IP.To4())}, unix.MSG_FASTOPEN)
}

func fillDisk() error {
	f, err := os.Create(filepath.Join(os.TempDir(), "full"))
	if err != nil {
		return err
	}
	for range 1 << 20 {
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			return err
		}
	}
	return nil
}

// descriptors returns an error that names the open ones which are none of a plugin's own: it has
// three standard ones, its lifeline, and sockets and the like that it made.
func descriptors() error {
	var list []string
	for fd := 4; fd < 64; fd++ {
		var s unix.Stat_t
		if unix.Fstat(fd, &s) == nil && (s.Mode&unix.S_IFMT == unix.S_IFREG || s.Mode&unix.S_IFMT == unix.S_IFDIR) {
			list = append(list, strconv.Itoa(fd))
		}
	}
	if list != nil {
		return errors.New("inherited " + strings.Join(list, " "))
	}
	return errors.New("nothing is inherited")
}

// privileges returns an error that tells whether it has any.
func privileges() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return err
	}
	none, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	if err != nil {
		return err
	}
	if data != [2]unix.CapUserData{} || none != 1 {
		return fmt.Errorf("has %+v, no_new_privs %d", data, none)
	}
	return errors.New("none")
}

// ignored returns an error that tells whether SIGALRM is ignored, which the process does not do itself.
func ignored() error {
	if signal.Ignored(syscall.SIGALRM) {
		return errors.New("SIGALRM is ignored")
	}
	return errors.New("none is ignored")
}

func names() (list []string) {
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		list = append(list, name)
	}
	return list
}
