//go:build linux && (amd64 || arm64)

package confine

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/t2host/t2host/host/confine/launcher"
)

// Start starts cmd, confined, and returns when its program is executed: the open file, whatever
// its path leads to by now. cmd.Path is not used, and of cmd.Args the first only. The process
// has the environment cmd.Env and no descriptors but the standard ones and cmd.ExtraFiles.
//
// # Errors
//
// An [*Error] if the process did not execute the program; then it has ended.
func (p Policy) Start(cmd *exec.Cmd, program *os.File) error {
	rules, err := p.ruleset(program)
	if err != nil {
		return err
	}
	if rules != nil {
		defer rules.Close()
	}
	ours, theirs, err := pair()
	if err != nil {
		return err
	}
	defer ours.Close()
	defer theirs.Close()
	job, err := p.job(cmd, program, rules, theirs)
	if err != nil {
		return err
	}
	cmd.Path = "/proc/self/exe"
	if err := p.start(cmd); err != nil {
		return err
	}
	theirs.Close()
	listener, err := send(ours, job)
	if err == nil && len(p.Peers) > 0 {
		err = p.broker(listener, cmd.Process.Pid)
	}
	if err != nil {
		_ = cmd.Process.Kill() // unless it has ended
		_ = cmd.Wait()         // it tells no more than err
		return err
	}
	return nil
}

func (p Policy) start(cmd *exec.Cmd) error {
	if !p.Children {
		return cmd.Start()
	}
	enclose(cmd)
	if cmd.SysProcAttr.Cloneflags&unix.CLONE_NEWUSER != 0 && hidden() {
		// The new process is a copy of this one until it executes the launcher, and this one
		// must write its user map, which a process that is hidden belongs to root for.
		hide(false)
		defer hide(true)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("process with children: its PID namespace cannot be made here: %w", err)
	}
	return nil
}

// Hide keeps other processes of the user from reading this one's memory, and files below
// /proc, and the system from dumping it. It does nothing on systems other than Linux.
func Hide() { hide(true) }

func hide(on bool) {
	var dumpable uintptr = 1
	if on {
		dumpable = 0
	}
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, dumpable, 0, 0, 0) // cannot fail with these values
}

func hidden() bool {
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	return err == nil && dumpable == 0
}

// job adds to cmd what the launcher needs, and returns the encoded job.
func (p Policy) job(cmd *exec.Cmd, program, rules, socket *os.File) ([]byte, error) {
	first := 3 + len(cmd.ExtraFiles)
	j := launcher.Job{Name: cmd.Args[0], Program: uint32(first), Close: uint32(first), Ruleset: launcher.None, Limits: p.limits()}
	cmd.ExtraFiles = append(cmd.ExtraFiles, program, socket)
	cmd.Env = append(cmd.Env, launcher.Variable+"="+strconv.Itoa(first+1))
	if rules != nil {
		cmd.ExtraFiles = append(cmd.ExtraFiles, rules)
		j.Ruleset = uint32(first + 2)
	}
	if Probe().Seccomp {
		j.Filter, j.Listen = p.filter(), len(p.Peers) > 0
	}
	var start [2]byte
	if _, err := program.ReadAt(start[:], 0); err != nil && err != io.EOF {
		return nil, err
	}
	j.Script = string(start[:]) == "#!"
	return j.Append(nil), nil
}

// enclose makes cmd the first process of a PID namespace: the kernel kills the others with it.
// Who is not root needs a user namespace for that, in which nobody else exists.
func enclose(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	a := cmd.SysProcAttr
	a.Cloneflags |= unix.CLONE_NEWPID
	if uid, gid := os.Geteuid(), os.Getegid(); uid != 0 {
		a.Cloneflags |= unix.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
	}
}

// pair returns a socket for each side.
func pair() (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socket of the launcher: %w", err)
	}
	return os.NewFile(uintptr(fds[0]), "launcher"), os.NewFile(uintptr(fds[1]), "launcher"), nil
}

// send sends the job and returns how it went: the socket is closed when the program is
// executed. Before that the launcher sends the filter's listener, if there is one.
func send(socket *os.File, job []byte) (listener *os.File, err error) {
	if _, err = socket.Write(job); err == nil {
		err = unix.Shutdown(int(socket.Fd()), unix.SHUT_WR)
	}
	if err != nil && !ended(err) {
		return nil, fmt.Errorf("launcher: %w", err)
	}
	for {
		message, fd, err := receive(socket)
		if fd >= 0 {
			listener = os.NewFile(uintptr(fd), "listener of system calls")
		}
		if err == nil {
			switch f, ok := launcher.ReadFailure(message); {
			case len(message) == 0:
				return listener, nil // executed, or ended: the process tells
			case string(message) == string(launcher.Listener):
				continue
			case ok:
				err = &Error{f.Step, syscall.Errno(f.Errno)}
			default:
				err = fmt.Errorf("launcher answered %q", message)
			}
		}
		if listener != nil {
			listener.Close()
		}
		return nil, err
	}
}

// ended reports whether the error of a socket is that of one whose process has ended.
func ended(err error) bool { return errors.Is(err, unix.EPIPE) || errors.Is(err, unix.ECONNRESET) }

// receive returns one message of the launcher, and the descriptor that came with it, or -1.
func receive(socket *os.File) (message []byte, fd int, err error) {
	message, rights := make([]byte, 64), make([]byte, unix.CmsgSpace(4))
	var n, with int
	for {
		n, with, _, _, err = unix.Recvmsg(int(socket.Fd()), message, rights, unix.MSG_CMSG_CLOEXEC)
		if err != unix.EINTR {
			break
		}
	}
	switch {
	case err != nil && ended(err):
		return nil, -1, nil
	case err != nil:
		return nil, -1, fmt.Errorf("launcher: %w", err)
	}
	fd = -1
	if list, err := unix.ParseSocketControlMessage(rights[:with]); err == nil && len(list) == 1 {
		if fds, err := unix.ParseUnixRights(&list[0]); err == nil && len(fds) == 1 {
			fd = fds[0]
		}
	}
	return message[:n], fd, nil
}

// Bounds of a process.
const (
	maxFiles    = 512  // open descriptors
	moreThreads = 4096 // threads that the user may have beside those that there are in the system
)

// limits returns the limits of resources.
func (p Policy) limits() []launcher.Limit {
	list := []launcher.Limit{
		{Resource: unix.RLIMIT_CORE},
		{Resource: unix.RLIMIT_NOFILE, Max: lower(unix.RLIMIT_NOFILE, maxFiles)},
		{Resource: unix.RLIMIT_FSIZE, Max: lower(unix.RLIMIT_FSIZE, p.FileSize)},
	}
	var system unix.Sysinfo_t
	if unix.Sysinfo(&system) == nil {
		list = append(list, launcher.Limit{Resource: unix.RLIMIT_NPROC, Max: lower(unix.RLIMIT_NPROC, uint64(system.Procs)+moreThreads)})
	}
	if p.Memory > 0 {
		// What is mapped to be written: reserved addresses do not count.
		list = append(list, launcher.Limit{Resource: unix.RLIMIT_DATA, Max: lower(unix.RLIMIT_DATA, p.Memory)})
	}
	return list
}

// lower returns the limit, or that of this process if that is lower.
func lower(resource int, limit uint64) uint64 {
	var r unix.Rlimit
	if unix.Getrlimit(resource, &r) != nil {
		return limit
	}
	return min(limit, r.Max)
}
