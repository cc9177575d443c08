//go:build linux && (amd64 || arm64)

package confine

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A broker connects the sockets of a process that is granted peers. The kernel cannot compare
// the address of a connect: it is in the process's memory, which may change after it is read.
// So each connect waits until the broker has copied the address, compared it, and connected a
// copy of the socket's descriptor to the copied address (seccomp_unotify(2)).
type broker struct {
	listener *os.File
	peers    []netip.AddrPort
}

// broker starts the broker of a process. It ends with the process.
func (p *Policy) broker(listener *os.File, pid int) error {
	if listener == nil {
		return errors.New("net cannot be granted: this kernel lets nobody else connect for a process")
	}
	process, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		listener.Close()
		return fmt.Errorf("net cannot be granted: %w", err)
	}
	b := &broker{listener, p.Peers}
	go func() {
		defer unix.Close(process)
		defer listener.Close()
		b.serve(process)
	}()
	return nil
}

// call is struct seccomp_notif.
type call struct {
	id         uint64
	thread     uint32
	flags      uint32
	number     int32
	arch       uint32
	from       uint64
	parameters [6]uint64
}

// reply is struct seccomp_notif_resp.
type reply struct {
	id    uint64
	value int64
	errno int32
	flags uint32
}

func (b *broker) serve(process int) {
	both := []unix.PollFd{{Fd: int32(b.listener.Fd()), Events: unix.POLLIN}, {Fd: int32(process), Events: unix.POLLIN}}
	for {
		if _, err := unix.Poll(both, -1); err == unix.EINTR {
			continue
		} else if err != nil {
			return
		}
		if both[0].Revents&unix.POLLIN == 0 {
			return // the process has ended
		}
		var c call
		if b.control(unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&c)) != 0 {
			continue // the call was interrupted
		}
		go b.answer(&c) // connecting may last long
	}
}

func (b *broker) control(request uintptr, argument unsafe.Pointer) unix.Errno {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, b.listener.Fd(), request, uintptr(argument))
	return errno
}

func (b *broker) answer(c *call) {
	r := reply{id: c.id}
	do := b.connect
	if c.number == unix.SYS_LISTEN {
		do = b.listen
	}
	if errno := do(c); errno != 0 {
		r.errno = -int32(errno)
	}
	_ = b.control(unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r)) // fails if the caller is gone
}

// connect connects the caller's socket if it may be.
func (b *broker) connect(c *call) unix.Errno {
	address := make([]byte, min(c.parameters[2], unix.SizeofSockaddrAny))
	if len(address) == 0 {
		return unix.EINVAL
	}
	local := []unix.Iovec{{Base: &address[0], Len: uint64(len(address))}}
	remote := []unix.RemoteIovec{{Base: uintptr(c.parameters[1]), Len: len(address)}}
	if n, err := unix.ProcessVMReadv(int(c.thread), local, remote, 0); err != nil || n != len(address) {
		return unix.EFAULT
	}
	peer, ok := peerOf(address)
	if !ok || !slices.Contains(b.peers, peer) {
		return unix.EPERM
	}
	socket, errno := b.socket(c, unix.SO_PROTOCOL, unix.IPPROTO_TCP)
	if errno != 0 {
		return errno
	}
	defer unix.Close(socket)
	_, _, errno = unix.Syscall(unix.SYS_CONNECT, uintptr(socket), uintptr(unsafe.Pointer(&address[0])), uintptr(len(address)))
	return errno
}

// listen makes the caller's socket listen, unless it is one of the network, which would need no
// bind to be reached.
func (b *broker) listen(c *call) unix.Errno {
	socket, errno := b.socket(c, unix.SO_DOMAIN, unix.AF_UNIX)
	if errno != 0 {
		return errno
	}
	defer unix.Close(socket)
	_, _, errno = unix.Syscall(unix.SYS_LISTEN, uintptr(socket), uintptr(c.parameters[1]), 0)
	return errno
}

// socket returns a copy of the descriptor in the call's first parameter, of a socket whose
// option has the value.
func (b *broker) socket(c *call, option, value int) (int, unix.Errno) {
	socket, err := socketOf(int(c.thread), int(c.parameters[0]))
	if err != nil {
		return -1, unix.EPERM
	}
	// Only now is it known that thread was the caller, and not another process of its number.
	valid := b.control(unix.SECCOMP_IOCTL_NOTIF_ID_VALID, unsafe.Pointer(&c.id)) == 0
	if is, err := unix.GetsockoptInt(socket, unix.SOL_SOCKET, option); !valid || err != nil || is != value {
		unix.Close(socket)
		return -1, unix.EPERM
	}
	return socket, 0
}

// peerOf returns the address and port in a sockaddr_in or sockaddr_in6; an IPv4 address is
// never mapped.
func peerOf(address []byte) (netip.AddrPort, bool) {
	if len(address) < unix.SizeofSockaddrInet4 {
		return netip.AddrPort{}, false
	}
	port := uint16(address[2])<<8 | uint16(address[3])
	switch family := uint16(address[0]) | uint16(address[1])<<8; {
	case family == unix.AF_INET:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(address[4:8])), port), true
	case family == unix.AF_INET6 && len(address) >= 24: // without the zone, as of old
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(address[8:24])).Unmap(), port), true
	}
	return netip.AddrPort{}, false
}

// socketOf returns a copy of a thread's descriptor.
func socketOf(thread, fd int) (int, error) {
	leader, err := processOf(thread)
	if err != nil {
		return -1, err
	}
	process, err := unix.PidfdOpen(leader, 0)
	if err != nil {
		return -1, err
	}
	defer unix.Close(process)
	return unix.PidfdGetfd(process, fd, 0)
}

// processOf returns the process that a thread belongs to.
func processOf(thread int) (int, error) {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(thread) + "/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := bytes.Cut(status, []byte("\nTgid:"))
	number, _, _ := bytes.Cut(rest, []byte("\n"))
	return strconv.Atoi(string(bytes.TrimSpace(number)))
}
