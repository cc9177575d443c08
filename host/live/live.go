// Package live captures frames from a network interface.
package live

import (
	"errors"
	"fmt"

	"github.com/t2host/t2host/host/capture"
)

// Any is the name for all interfaces.
const Any = "any"

// Bounds and defaults of a Config.
const (
	DefaultSnaplen = 262144 // whole frames
	DefaultRing    = 64 << 20
	MinRing        = 2 * block
	MaxRing        = 4 << 30

	// block is the size of a block of the ring: a frame that does not fit into one is cut.
	block = 1 << 20
)

// Config is what is captured.
type Config struct {
	Interface   string
	Snaplen     int  // bytes kept of a frame
	Ring        int  // bytes of the ring between kernel and program, whole blocks
	Promiscuous bool // frames for others too

	// Filter returns a program that the kernel runs over each frame of a link type before it copies it, which returns length for
	// those that are wanted; nil: all frames. The kernel has taken VLAN tags out before.
	Filter func(link capture.LinkType, length uint32) []Instruction

	Note func(line string) // tells the user what happens to the interface
}

// Instruction is one of classic BPF.
type Instruction struct {
	Code   uint16
	Jt, Jf uint8
	K      uint32
}

// program returns the program of the kernel, nil if none is needed. Without the link layer's header none can be written.
func (c *Config) program(link capture.LinkType, cooked bool) (list []Instruction) {
	if c.Filter != nil && !cooked {
		list = c.Filter(link, uint32(c.Snaplen))
	}
	if list == nil && c.Snaplen < DefaultSnaplen {
		const returnK = 0x06
		list = []Instruction{{Code: returnK, K: uint32(c.Snaplen)}}
	}
	return list
}

// Refused is the error of an interface that the user may not capture from.
type Refused struct{ Interface, Program string }

func (e *Refused) Error() string {
	return fmt.Sprintf("interface %s: capturing needs the capability CAP_NET_RAW: run t2host with sudo, or once: sudo setcap cap_net_raw+ep %s", e.Interface, e.Program)
}

// ErrCgo is the error of Drop in a binary with cgo, which cannot reach threads that it did not make: only the user has changed.
var ErrCgo = errors.New("this binary is built with cgo (CGO_ENABLED=0 builds one without): capabilities stay")

// ErrGone is the error of a capture whose interface was removed.
var ErrGone = errors.New("is gone")
