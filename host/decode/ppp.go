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
// is no decoding layer and panics on short frames. There are no addresses: those of a
// layer-2 key are zero.
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
// address, control, EtherType. T2 takes the frame's first 12 bytes for addresses, which
// makes each keepalive a flow; here they are zero.
func (d *Decoder) chdlc(data []byte, off int, h *Headers) place {
	if len(data) < off+4 {
		return d.clip()
	}
	h.Key.EtherType = binary.BigEndian.Uint16(data[off+2:])
	return place{tagged, off + 4}
}
