package decode

import (
	"encoding/binary"

	"github.com/t2host/t2host/host/capture"
)

// Fields are values of a packet's headers that only plugins read, by the SDK's names
// (sdk/internal/fields). They cost nothing where no plugin declares one.
type Fields struct {
	Iface uint32 // see capture.Frame

	IPID         uint32
	IP6FlowLabel uint32
	IPHdrLen     uint16
	IPFragOffset uint16 // in units of 8 bytes
	IPTTL        uint8
	IPDSCP       uint8
	IPECN        uint8
	IPFragFlags  uint8

	L4HdrLen           uint8
	ICMPType, ICMPCode uint16 // 0 to 255, or NoICMP

	TCPOptions         uint64 // bit k: kind k was captured
	TCPTSVal, TCPTSEcr uint32
	TCPUrgPtr, TCPMSS  uint16
	TCPWScale          uint8 // NoWScale without the option
	TCPSACKPerm        uint8
	TCPSACKs           uint8
}

// What the fields hold where a packet has no such value.
const (
	NoICMP   = 1 << 8
	NoWScale = 1<<8 - 1
)

// Fields reads the fields of the frame that Decode has read into h last. Those that the packet
// does not have, or that were not captured, are absent.
func (d *Decoder) Fields(f *capture.Frame, h *Headers, x *Fields) {
	*x = Fields{Iface: f.Iface, ICMPType: NoICMP, ICMPCode: NoICMP, TCPWScale: NoWScale}
	switch h.Key.Kind {
	case IPv4:
		x.ipv4(after(f.Data, d.ip))
	case IPv6:
		x.ipv6(after(f.Data, d.ip))
		x.IPID = h.FragID
	default:
		return
	}
	x.IPHdrLen = uint16(d.ipHeader)
	if h.FragOffset {
		return
	}
	x.L4HdrLen = uint8(int(h.L7Begin) - d.ip - d.ipHeader)
	switch {
	case h.Key.Proto == ProtoTCP && h.TCP:
		// Options end with the header and with the packet, whatever padding follows.
		l4 := after(f.Data[:max(min(len(f.Data), d.ip+d.ipLength), 0)], d.ip+d.ipHeader)
		x.tcp(l4[:min(len(l4), int(nibble(l4, 12))*4)])
	case h.HasType && (h.Key.Proto == ProtoICMP || h.Key.Proto == ProtoICMPv6):
		x.ICMPType, x.ICMPCode = uint16(h.Type), uint16(h.Code)
	}
}

// ipv4 reads a header of RFC 791, of which b may lack the end.
func (x *Fields) ipv4(b []byte) {
	if len(b) < 9 {
		return
	}
	x.tos(b[1])
	x.IPID = uint32(binary.BigEndian.Uint16(b[4:]))
	x.IPFragFlags = b[6] & 0x60
	x.IPFragOffset = binary.BigEndian.Uint16(b[6:]) & 0x1fff
	x.IPTTL = b[8]
}

func (x *Fields) tos(b byte) { x.IPDSCP, x.IPECN = b>>2, b&3 }

// ipv6 reads a header of RFC 8200 and the fragment header after it, of which b may lack the end.
func (x *Fields) ipv6(b []byte) {
	if len(b) < 8 {
		return
	}
	first := binary.BigEndian.Uint32(b)
	x.tos(uint8(first >> 20))
	x.IP6FlowLabel = first & 0xfffff
	x.IPTTL = b[7]
	next := b[6]
	for off, n := 40, 0; n < maxHeaders && off+8 <= len(b); n++ {
		ext := b[off:]
		switch next {
		case protoFragment:
			frag := binary.BigEndian.Uint16(ext[2:])
			x.IPFragOffset = frag >> 3
			x.IPFragFlags = uint8(frag&1) << 5
			return
		case protoHopByHop, protoRouting, protoDestination:
			off += (int(ext[1]) + 1) * 8
		case protoAH:
			off += (int(ext[1]) + 2) * 4
		default:
			return
		}
		next = ext[0]
	}
}

// Kinds of TCP options (IANA).
const (
	optionEnd        = 0
	optionNop        = 1
	optionMSS        = 2
	optionWScale     = 3
	optionSACKPerm   = 4
	optionSACK       = 5
	optionTimestamps = 8
)

// tcp reads the urgent pointer and the options of a header (RFC 9293, 3.1). An option that does
// not fit into b, and what comes after it, is not there; one of a wrong length has no value.
func (x *Fields) tcp(b []byte) {
	if len(b) < 20 {
		return
	}
	x.TCPUrgPtr = binary.BigEndian.Uint16(b[18:])
	for o := b[20:]; len(o) > 0; {
		kind := o[0]
		n := 1
		if kind > optionNop {
			if len(o) < 2 || o[1] < 2 || int(o[1]) > len(o) {
				return
			}
			n = int(o[1])
		}
		if kind < 64 {
			x.TCPOptions |= 1 << kind
		}
		switch value := o[min(n, 2):n]; {
		case kind == optionEnd:
			return
		case kind == optionMSS && len(value) == 2:
			x.TCPMSS = binary.BigEndian.Uint16(value)
		case kind == optionWScale && len(value) == 1:
			x.TCPWScale = min(value[0], NoWScale-1)
		case kind == optionSACKPerm:
			x.TCPSACKPerm = 1
		case kind == optionSACK:
			x.TCPSACKs = uint8(min(len(value)/8, 4))
		case kind == optionTimestamps && len(value) == 8:
			x.TCPTSVal, x.TCPTSEcr = binary.BigEndian.Uint32(value), binary.BigEndian.Uint32(value[4:])
		}
		o = o[n:]
	}
}

// Network returns the captured bytes of the frame that Decode has read into h last, from the IP
// header on; of a layer-2 packet those after the link-layer header.
func (d *Decoder) Network(frame []byte, h *Headers) []byte {
	if h.Key.Kind == Layer2 {
		return after(frame, d.payload)
	}
	return after(frame, d.ip)
}
