package live

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/t2host/t2host/host/capture"
)

// retire is how long the kernel keeps a block that is not full.
const retire = 40 * time.Millisecond

// late is how long after the retire time a block may still come.
const late = 20 * time.Millisecond

// reserve is the room before each frame in which a VLAN tag is put back.
const reserve = 4

// ring is a TPACKET_V3 ring (linux/if_packet.h; Documentation/networking/packet_mmap.rst). The blocks are memory that the kernel writes
// and the program reads: no frame is copied.
type ring struct {
	tally
	fd     int
	wake   int // an eventfd that ends a poll
	mem    []byte
	blocks int

	at    int    // the block in work, or the next one
	held  bool   // it is ours
	left  uint32 // frames of it that were not returned
	frame int    // the offset of the next one in mem

	stopped  atomic.Bool
	draining bool // nothing more is taken from the interface, what was is read
	err      error
}

// openRing opens the ring of an interface. Nothing arrives before all is set: the socket is bound last.
func openRing(c Config, d device) (*ring, error) {
	kind := unix.SOCK_RAW
	if d.cooked {
		kind = unix.SOCK_DGRAM
	}
	fd, err := unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	r := &ring{tally: newTally(c, d), fd: fd, wake: -1, blocks: c.Ring / block}
	if err := r.setUp(); err != nil {
		_ = r.Close() // the first error is the one to show
		return nil, err
	}
	return r, nil
}

func (r *ring) setUp() error {
	set := func(option, value int) error {
		return os.NewSyscallError("setsockopt", unix.SetsockoptInt(r.fd, unix.SOL_PACKET, option, value))
	}
	if err := set(unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return err
	}
	if err := set(unix.PACKET_RESERVE, reserve); err != nil {
		return err
	}
	const frame = 2048 // without a meaning in version 3, and checked
	request := unix.TpacketReq3{
		Block_size: block, Block_nr: uint32(r.blocks), Frame_size: frame, Frame_nr: uint32(r.blocks * block / frame),
		Retire_blk_tov: uint32(retire / time.Millisecond),
	}
	if err := unix.SetsockoptTpacketReq3(r.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &request); err != nil {
		return os.NewSyscallError("setsockopt PACKET_RX_RING", err)
	}
	if filter := r.config.program(r.device.link, r.device.cooked); filter != nil {
		if err := attach(r.fd, filter); err != nil {
			return err
		}
	}
	var err error
	if r.mem, err = unix.Mmap(r.fd, 0, r.blocks*block, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return os.NewSyscallError("mmap", err)
	}
	if r.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return os.NewSyscallError("eventfd", err)
	}
	if err := unix.Bind(r.fd, &unix.SockaddrLinklayer{Protocol: network16(unix.ETH_P_ALL), Ifindex: r.device.index}); err != nil {
		return os.NewSyscallError("bind", err)
	}
	if r.config.Promiscuous && r.device.index > 0 {
		m := unix.PacketMreq{Ifindex: int32(r.device.index), Type: unix.PACKET_MR_PROMISC}
		if err := unix.SetsockoptPacketMreq(r.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &m); err != nil {
			return os.NewSyscallError("setsockopt PACKET_ADD_MEMBERSHIP", err)
		}
	}
	return nil
}

// network16 returns n in network byte order.
func network16(n uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], n)
	return binary.NativeEndian.Uint16(b[:])
}

// attach makes the kernel run a filter over each frame; what it returns is how many bytes are kept.
func attach(fd int, filter []Instruction) error {
	list := make([]unix.SockFilter, len(filter))
	for i, f := range filter {
		list[i] = unix.SockFilter(f)
	}
	program := unix.SockFprog{Len: uint16(len(list)), Filter: &list[0]}
	return os.NewSyscallError("setsockopt SO_ATTACH_FILTER", unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &program))
}

// The offsets of a block's header.
const (
	blockStatus = 8
	blockCount  = 12
	blockFirst  = 16
)

// status is that of block i: bit 0 is set while it is the program's.
func (r *ring) status(i int) *uint32 {
	return (*uint32)(unsafe.Pointer(&r.mem[i*block+blockStatus]))
}

func (r *ring) Next(f *capture.Frame) error {
	for {
		for r.left > 0 {
			r.left--
			if r.read(f) {
				r.number++
				f.Number = r.number
				return nil
			}
		}
		if r.held {
			r.held = false
			atomic.StoreUint32(r.status(r.at), unix.TP_STATUS_KERNEL)
			r.at = (r.at + 1) % r.blocks
		}
		if r.stopped.Load() && !r.draining {
			r.draining = true
			if err := attach(r.fd, []Instruction{{Code: unix.BPF_RET | unix.BPF_K}}); err != nil {
				return io.EOF
			}
		}
		if atomic.LoadUint32(r.status(r.at))&unix.TP_STATUS_USER != 0 {
			b := r.mem[r.at*block:][:block]
			r.held, r.left = true, binary.NativeEndian.Uint32(b[blockCount:])
			r.frame = r.at*block + int(binary.NativeEndian.Uint32(b[blockFirst:]))
			continue
		}
		if err := r.wait(); err != nil {
			return err
		}
	}
}

// wait waits for a block. It returns an error if none came.
func (r *ring) wait() error {
	fds := []unix.PollFd{{Fd: int32(r.fd), Events: unix.POLLIN | unix.POLLERR}, {Fd: int32(r.wake), Events: unix.POLLIN}}
	if r.draining {
		fds = fds[:1]
	}
	begun := time.Now()
	n, err := unix.Poll(fds, int((retire+late)/time.Millisecond))
	switch {
	case errors.Is(err, unix.EINTR):
		return nil
	case err != nil:
		return os.NewSyscallError("poll", err)
	case n == 0 && r.draining:
		return io.EOF
	case n == 0:
		if atomic.LoadUint32(r.status(r.at))&unix.TP_STATUS_USER != 0 {
			return nil
		}
		r.quiet = begun.UnixNano() // a frame from before would have come by now
		return capture.ErrIdle
	case fds[0].Revents&unix.POLLERR != 0:
		return r.broken()
	}
	return nil
}

// broken waits for an interface that is down to be up again, a moment.
func (r *ring) broken() error {
	number, err := unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil || number != int(unix.ENETDOWN) {
		return nil
	}
	if r.draining {
		return io.EOF
	}
	if _, err := net.InterfaceByIndex(r.device.index); err != nil {
		r.err = fmt.Errorf("interface %s %w", r.config.Interface, ErrGone)
		return io.EOF
	}
	r.config.Note("interface " + r.config.Interface + " is down: waiting for it")
	go r.device.tell(r.config.Note, &r.stopped, func() {
		r.err = fmt.Errorf("interface %s %w", r.config.Interface, ErrGone)
		r.Stop()
	})
	return nil
}

func (r *ring) Stop() {
	if !r.stopped.Swap(true) && r.wake >= 0 {
		_, _ = unix.Write(r.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
}

func (r *ring) Err() error { return r.err }

func (r *ring) Info() capture.LiveInfo {
	return r.info(fmt.Sprintf("ring of %d MiB", r.blocks*block>>20))
}

func (r *ring) Stats() capture.LiveStats {
	s, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err == nil { // it counts from the last reading on
		r.stats.Ring += uint64(s.Drops)
		r.stats.Freezes += uint64(s.Freeze_q_cnt)
	}
	return r.total()
}

func (r *ring) Close() error {
	r.stopped.Store(true)
	if r.mem != nil {
		_ = unix.Munmap(r.mem)
		r.mem = nil
	}
	if r.wake >= 0 {
		_ = unix.Close(r.wake)
		r.wake = -1
	}
	err := unix.Close(r.fd)
	r.fd = -1
	return err
}
