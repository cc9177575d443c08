package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mtu is Ethernet's, so that segments have the size that they have on a wire; the loopback's own is 65536.
const mtu = 1500

// hosts are the addresses that scenes use: all of them on lo, documentation and private ranges.
var hosts = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.1/24"),
	netip.MustParsePrefix("192.0.2.1/24"),
	netip.MustParsePrefix("198.51.100.1/24"),
	netip.MustParsePrefix("203.0.113.1/24"),
}

// setUp sets lo's addresses, its MTU and no segmentation offload, and brings it up.
func setUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socket for lo: %w", err)
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		return fmt.Errorf("lo: %w", err)
	}
	ifr.SetUint32(mtu)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFMTU, ifr); err != nil {
		return fmt.Errorf("mtu of lo: %w", err)
	}
	ifr.SetUint16(unix.IFF_UP | unix.IFF_LOOPBACK | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr); err != nil {
		return fmt.Errorf("lo up: %w", err)
	}
	if err := noSegmentation(fd); err != nil {
		return fmt.Errorf("segmentation offload of lo: %w", err)
	}
	return addHosts()
}

// noSegmentation switches TSO off: else lo carries, and the packet socket shows, segments of up to 64 kB.
func noSegmentation(fd int) error {
	value := struct{ cmd, data uint32 }{unix.ETHTOOL_STSO, 0} // struct ethtool_value
	request := struct {                                       // struct ifreq; x/sys hides the member with a pointer
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}{data: unsafe.Pointer(&value)}
	copy(request.name[:], "lo")
	_, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&request)))
	if e != 0 {
		return e
	}
	return nil
}

// addHosts adds .1 to .40 of each IPv4 range and 2001:db8::1 to 2001:db8::40 by rtnetlink.
func addHosts() error {
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		return err
	}
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return fmt.Errorf("netlink: %w", err)
	}
	defer unix.Close(fd)
	for n := range byte(40) {
		for _, p := range hosts {
			a := p.Addr().As4()
			a[3] = n + 1
			if err := addHost(fd, lo.Index, netip.AddrFrom4(a)); err != nil {
				return err
			}
		}
		a := netip.MustParseAddr("2001:db8::").As16()
		a[15] = n/9<<4 + n%9 + 1 // ::1 to ::9, ::11 to ::19, so that they read as numbers
		if err := addHost(fd, lo.Index, netip.AddrFrom16(a)); err != nil {
			return err
		}
	}
	return nil
}

// addHost adds one address as a host route; IPv6 without duplicate address detection, which would keep it unusable for
// a second.
func addHost(fd, index int, addr netip.Addr) error {
	family := byte(unix.AF_INET6)
	if addr.Is4() {
		family = unix.AF_INET
	}
	raw := addr.AsSlice()
	native := binary.NativeEndian
	m := make([]byte, unix.NLMSG_HDRLEN, 128)
	native.PutUint16(m[4:], unix.RTM_NEWADDR)
	native.PutUint16(m[6:], unix.NLM_F_REQUEST|unix.NLM_F_ACK|unix.NLM_F_CREATE|unix.NLM_F_EXCL)
	m = append(m, family, byte(len(raw)*8), unix.IFA_F_NODAD, unix.RT_SCOPE_UNIVERSE) // struct ifaddrmsg
	m = native.AppendUint32(m, uint32(index))
	for _, kind := range []uint16{unix.IFA_LOCAL, unix.IFA_ADDRESS} {
		m = native.AppendUint16(m, uint16(unix.SizeofRtAttr+len(raw)))
		m = native.AppendUint16(m, kind)
		m = append(m, raw...)
	}
	native.PutUint32(m, uint32(len(m)))
	if err := unix.Sendto(fd, m, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return fmt.Errorf("add %s: %w", addr, err)
	}
	reply := make([]byte, 1024)
	n, _, err := unix.Recvfrom(fd, reply, 0)
	if err != nil {
		return fmt.Errorf("add %s: %w", addr, err)
	}
	if n < unix.NLMSG_HDRLEN+4 || native.Uint16(reply[4:]) != unix.NLMSG_ERROR {
		return fmt.Errorf("add %s: netlink answers type %d with %d bytes", addr, native.Uint16(reply[4:]), n)
	}
	if code := int32(native.Uint32(reply[unix.NLMSG_HDRLEN:])); code != 0 {
		return fmt.Errorf("add %s: %w", addr, unix.Errno(-code))
	}
	return nil
}
