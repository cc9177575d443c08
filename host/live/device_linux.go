package live

import (
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/nearest"
)

// device is an interface, or all of them.
type device struct {
	name   string
	index  int // 0: all
	mtu    int // 0: of all
	link   capture.LinkType
	cooked bool  // the kernel takes the link layer's header away, and tells what it was
	loops  []int // indices of loopback interfaces
}

// deviceNamed returns the interface of a name.
func deviceNamed(name string) (device, error) {
	list, err := net.Interfaces()
	if err != nil {
		return device{}, fmt.Errorf("interfaces: %w", err)
	}
	var loops []int
	var names []string
	for _, i := range list {
		names = append(names, i.Name)
		if i.Flags&net.FlagLoopback != 0 {
			loops = append(loops, i.Index)
		}
	}
	if name == Any {
		return device{name: name, link: capture.LinkTypeLinuxSLL2, cooked: true, loops: loops}, nil
	}
	for _, i := range list {
		if i.Name == name {
			d := device{name: name, index: i.Index, mtu: i.MTU, loops: loops}
			d.link, d.cooked = linkOf(name)
			return d, nil
		}
	}
	return device{}, fmt.Errorf("no interface %s%s (there are %s and %s)", name, nearest.Hint(name, names), strings.Join(names, ", "), Any)
}

// linkOf returns the link type of an interface by its hardware type (linux/if_arp.h).
func linkOf(name string) (link capture.LinkType, cooked bool) {
	const ieee80211, radiotap = 801, 803
	switch hardware(name) {
	case unix.ARPHRD_ETHER, unix.ARPHRD_LOOPBACK:
		return capture.LinkTypeEthernet, false
	case unix.ARPHRD_NONE, unix.ARPHRD_TUNNEL, unix.ARPHRD_TUNNEL6, unix.ARPHRD_RAWIP:
		return capture.LinkTypeRaw, false
	case ieee80211:
		return capture.LinkTypeIEEE80211, false
	case radiotap:
		return capture.LinkTypeIEEE80211Radiotap, false
	}
	return capture.LinkTypeLinuxSLL2, true
}

// lost returns the frames that the card has lost since the interface is there, for want of memory. The counter of dropped ones is
// of no use: it has also those that only this machine's own stack did not want, after they were captured.
func (d *device) lost() uint64 {
	const (
		stats64      = 23 // IFLA_STATS64: struct rtnl_link_stats64 (linux/if_link.h)
		fifo, missed = 14 * 8, 15 * 8
	)
	rib, err := syscall.NetlinkRIB(unix.RTM_GETLINK, unix.AF_UNSPEC)
	if err != nil {
		return 0
	}
	messages, err := syscall.ParseNetlinkMessage(rib)
	if err != nil {
		return 0
	}
	for _, m := range messages {
		if m.Header.Type != unix.RTM_NEWLINK || len(m.Data) < unix.SizeofIfInfomsg || int(binary.NativeEndian.Uint32(m.Data[4:])) != d.index {
			continue
		}
		attributes, err := syscall.ParseNetlinkRouteAttr(&m)
		if err != nil {
			return 0
		}
		for _, a := range attributes {
			if a.Attr.Type == stats64 && len(a.Value) >= missed+8 {
				return max(binary.NativeEndian.Uint64(a.Value[fifo:]), binary.NativeEndian.Uint64(a.Value[missed:])) // drivers use either
			}
		}
	}
	return 0
}

// hardware returns the hardware type of an interface, ^0 if it is not known.
func hardware(name string) uint16 {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return ^uint16(0)
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq(name)
	if err != nil || unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, request) != nil {
		return ^uint16(0)
	}
	return request.Uint16()
}

// tell waits until an interface that is down is up again, and says so; or calls gone if it was removed.
func (d *device) tell(note func(string), stopped *atomic.Bool, gone func()) {
	for !stopped.Load() {
		i, err := net.InterfaceByIndex(d.index)
		switch {
		case err != nil:
			gone()
			return
		case i.Flags&net.FlagUp != 0:
			note("interface " + d.name + " is up again")
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}
