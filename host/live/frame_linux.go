package live

import (
	"encoding/binary"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/t2host/t2host/host/capture"
)

// The offsets of a frame's header (struct tpacket3_hdr), and of the address after it (struct sockaddr_ll).
const (
	frameNext, frameSec, frameNsec     = 0, 4, 8
	frameCaptured, frameWire           = 12, 16
	frameStatus, frameMac              = 20, 24
	frameTCI, frameTPID                = 32, 36
	frameHeader                        = 48
	addrProtocol, addrIndex            = frameHeader + 2, frameHeader + 4
	addrHardware, addrKind, addrLength = frameHeader + 8, frameHeader + 10, frameHeader + 11
	addrBytes                          = frameHeader + 12
	addrEnd                            = frameHeader + 20
)

// read reads the frame at r.frame, and reports whether it counts: each of a loopback comes twice, on its way out and in.
func (r *ring) read(f *capture.Frame) bool {
	le := binary.NativeEndian
	h := r.mem[r.frame : (r.at+1)*block]
	mac, captured := uint32(le.Uint16(h[frameMac:])), le.Uint32(h[frameCaptured:])
	status := le.Uint32(h[frameStatus:])
	f.Time = int64(le.Uint32(h[frameSec:]))*int64(time.Second) + int64(le.Uint32(h[frameNsec:]))
	f.WireLen, f.Link, f.Iface = le.Uint32(h[frameWire:]), r.device.link, 0
	r.frame += int(le.Uint32(h[frameNext:]))
	if h[addrKind] == unix.PACKET_OUTGOING && slices.Contains(r.device.loops, int(le.Uint32(h[addrIndex:]))) {
		return false
	}
	data := h[mac : mac+captured]
	if status&unix.TP_STATUS_VLAN_VALID != 0 {
		data = r.untaken(h, data, status)
		f.WireLen += tagLength
	}
	if r.device.cooked {
		data = cook(h, data)
		f.WireLen += sll2Length
	}
	f.Data = data
	if status&unix.TP_STATUS_CSUMNOTREADY != 0 {
		r.stats.Unsummed++
	}
	if r.device.mtu > 0 && int(f.WireLen) > r.device.mtu+linkLength {
		r.stats.Oversized++
	}
	return true
}

// linkLength is the most that the link layer adds to the MTU: Ethernet's header and two tags.
const linkLength = 14 + 2*tagLength

const (
	tagLength    = 4
	macsLength   = 12
	sll2Length   = 20
	defaultTPID  = 0x8100
	sll2Protocol = 0
)

// untaken returns a frame with the VLAN tag that the kernel took out of it (IEEE 802.1Q, 9.3). The addresses before it move
// into the room before the frame.
func (r *ring) untaken(h, data []byte, status uint32) []byte {
	tpid := uint16(defaultTPID)
	if status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		tpid = binary.NativeEndian.Uint16(h[frameTPID:])
	}
	tci := uint16(binary.NativeEndian.Uint32(h[frameTCI:]))
	start := uint32(binary.NativeEndian.Uint16(h[frameMac:]))
	whole := h[start-tagLength : start+uint32(len(data))]
	if r.device.cooked { // the protocol that the address tells comes after the tag
		binary.BigEndian.PutUint16(whole, tci)
		copy(whole[2:4], h[addrProtocol:addrProtocol+2])
		binary.BigEndian.PutUint16(h[addrProtocol:], tpid)
		return whole
	}
	if len(data) < macsLength {
		return whole[tagLength:]
	}
	copy(whole, whole[tagLength:tagLength+macsLength])
	binary.BigEndian.PutUint16(whole[macsLength:], tpid)
	binary.BigEndian.PutUint16(whole[macsLength+2:], tci)
	return whole
}

// cook returns a packet with the header of LINKTYPE_LINUX_SLL2 (https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html), in the room before
// it, from its address.
func cook(h, data []byte) []byte {
	start := cap(h) - cap(data) - sll2Length
	whole := h[start : start+sll2Length+len(data)]
	index, hardware := binary.NativeEndian.Uint32(h[addrIndex:]), binary.NativeEndian.Uint16(h[addrHardware:])
	var head [sll2Length]byte
	copy(head[sll2Protocol:], h[addrProtocol:addrProtocol+2])
	binary.BigEndian.PutUint32(head[4:], index)
	binary.BigEndian.PutUint16(head[8:], hardware)
	head[10], head[11] = h[addrKind], h[addrLength]
	copy(head[12:], h[addrBytes:addrEnd])
	copy(whole, head[:])
	return whole
}
