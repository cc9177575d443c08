package decode

import "encoding/binary"

// PPP protocol numbers (IANA) that are read; all others, mostly the link's own
// control, have no flow, as in T2.
const (
	pppIPv4      = 0x0021
	pppIPv6      = 0x0057
	pppMPLS      = 0x0281 // RFC 3032
	pppMPLSMulti = 0x0283
)

// ppp reads a frame of a PPP link (RFC 1661, RFC 1662): address and control, which
// may be left out, and a protocol of two bytes or, compressed, of one. gopacket's PPP
// is no decoding layer and panics on short frames.
func (d *Decoder) ppp(data []byte, off int, h *Headers) place {
	b := d.head(data, off, 4)
	if b[0] == 0x0f && b[1] == 0 || b[0] == 0x8f && b[1] == 0 {
		return d.chdlc(data, off, h)
	}
	if b[0] == 0xff && b[1] == 0x03 {
		b = b[2:]
		off += 2
	}
	proto := uint16(b[0])
	if proto&1 == 1 { // RFC 1661, 6.5: the last byte is the odd one
		off++
	} else {
		proto = binary.BigEndian.Uint16(b)
		off += 2
	}
	switch proto {
	case pppIPv4:
		return place{ipv4, off}
	case pppIPv6:
		return place{ipv6, off}
	case pppMPLS, pppMPLSMulti: // 8847 and 8848
		h.Key.EtherType = typeMPLS + (proto-pppMPLS)/2
		return place{etherType, off}
	}
	return stop
}

// chdlc reads Cisco's HDLC (https://www.tcpdump.org/linktypes/LINKTYPE_C_HDLC.html):
// address, control, EtherType. There are no addresses. T2 tells layer-2 flows apart by
// the frame's first 12 bytes, where Ethernet has them (t2-decode.md 5.1): each keepalive
// is a flow.
func (d *Decoder) chdlc(data []byte, off int, h *Headers) place {
	if len(data) < off+4 {
		return d.clip()
	}
	frame := data[off:]
	copy(h.Key.Dst[:6], frame)
	copy(h.Key.Src[:6], frame[min(6, len(frame)):])
	h.Key.EtherType = binary.BigEndian.Uint16(frame[2:])
	return place{tagged, off + 4}
}
