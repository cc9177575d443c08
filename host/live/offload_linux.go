package live

import (
	"os"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// speed returns an interface's speed in Mbit/s, 0 if it tells none.
func speed(name string) int {
	text, err := os.ReadFile("/sys/class/net/" + name + "/speed")
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return max(n, 0) // -1: there is no link
}

// offloads returns those of an interface that are on and distort a capture (linux/ethtool.h).
func offloads(name string) (on []string) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	const flagLRO = 1 << 15 // ETH_FLAG_LRO
	for _, o := range []struct {
		name string
		get  uint32
		mask uint32
	}{{"tx", unix.ETHTOOL_GTXCSUM, 1}, {"tso", unix.ETHTOOL_GTSO, 1}, {"gso", unix.ETHTOOL_GGSO, 1}, {"gro", unix.ETHTOOL_GGRO, 1}, {"lro", unix.ETHTOOL_GFLAGS, flagLRO}} {
		value := struct{ command, data uint32 }{o.get, 0}
		request, err := unix.NewIfreq(name)
		if err != nil {
			return nil
		}
		if ethtool(fd, request, unsafe.Pointer(&value)) == nil && value.data&o.mask != 0 {
			on = append(on, o.name)
		}
	}
	return on
}

// ethtool asks the interface of a request; what points to the command and the answer.
func ethtool(fd int, request *unix.Ifreq, what unsafe.Pointer) error {
	var raw struct {
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}
	copy(raw.name[:], request.Name())
	raw.data = what
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&raw)))
	if errno != 0 {
		return errno
	}
	return nil
}
