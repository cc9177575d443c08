package outlet

import (
	"net"

	"golang.org/x/sys/unix"
)

const tcpClose = 7 // TCP_CLOSE of include/net/tcp_states.h

// outq returns how many of the written bytes the peer's kernel has not acknowledged,
// and an error if the connection is dead. The state is read first, so that the
// count of a dead connection is final. SO_ERROR alone is not enough: it is empty after
// a read or write has returned the error, and it also reports passing ICMP errors.
func outq(c *net.TCPConn) (unacked int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var dead error
	err = raw.Control(func(fd uintptr) {
		if info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil && info.State == tcpClose {
			dead = unix.ECONNRESET
			if e, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR); err == nil && e != 0 {
				dead = unix.Errno(e)
			}
		}
		if n, err := unix.IoctlGetInt(int(fd), unix.SIOCOUTQ); err == nil {
			unacked = n
		}
	})
	if err != nil {
		return 0, err
	}
	return unacked, dead
}

// pendingError returns and clears the error that the kernel holds for a socket.
func pendingError(c datagramConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	e := 0
	_ = raw.Control(func(fd uintptr) { e, _ = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR) })
	if e != 0 {
		return unix.Errno(e)
	}
	return nil
}
