package decode

import "encoding/binary"

// PPP protocol numbers (IANA) that are read. All others, mostly the link's own control, only
// have a name.
const (
	pppIPv4       = 0x0021
	pppMultilink  = 0x003d // RFC 1990
	pppIPv6       = 0x0057
	pppCompressed = 0x00fd // RFC 1962
	pppMPLS       = 0x0281 // RFC 3032
	pppMPLSMany   = 0x0283
)

// ppp reads a frame of a PPP link (RFC 1661, RFC 1662). gopacket's PPP is not a decoding layer
// and panics on short frames. As in T2 a payload other than IP has no flow.
func (d *Decoder) ppp(data []byte, off int, h *Headers) place {
	d.add(pieceLinkPPP)
	h.FlowStat |= NoEthernet | PPP
	d.firstBytes(data, off, h)
	b := d.head(data, off, 4)
	if b[0] == 0x0f && b[1] == 0 || b[0] == 0x8f && b[1] == 0 {
		d.add(pieceCHDLC)
		return d.chdlcType(data, off, h)
	}
	proto, off := d.pppProtocol(data, off)
	if p, ok := d.pppPayload(proto, off, h); ok {
		return p
	}
	return stop
}

// pppProtocol reads the address and control field, which may be missing, and a protocol of two
// bytes or, compressed, of one (RFC 1661, 6.5: the last byte is the odd one). It returns the
// protocol and the offset after it.
func (d *Decoder) pppProtocol(data []byte, off int) (proto uint16, next int) {
	b := d.head(data, off, 4)
	if b[0] == 0xff && b[1] == 0x03 {
		b = b[2:]
		off += 2
	}
	if b[0]&1 == 1 {
		return uint16(b[0]), off + 1
	}
	return binary.BigEndian.Uint16(b), off + 2
}

// pppPayload continues after the protocol, or adds its name.
func (d *Decoder) pppPayload(proto uint16, off int, h *Headers) (place, bool) {
	switch proto {
	case pppIPv4:
		return place{ipv4, off}, true
	case pppIPv6:
		return place{ipv6, off}, true
	case pppMPLS, pppMPLSMany: // 8847 and 8848
		h.Key.EtherType = typeMPLS + (proto-pppMPLS)/2
		return place{etherType, off}, true
	}
	d.addPPP(proto, h)
	return stop, false
}

// pppoe reads a session's packet (RFC 2516, 4): version, code, session, length, and PPP
// without address and control. A payload other than IP is a layer-2 flow.
func (d *Decoder) pppoe(data []byte, off int, h *Headers) place {
	d.add(piecePPPoE)
	d.add(piecePPP)
	h.FlowStat |= PPPoESession
	proto, next := d.pppProtocol(data, off+6)
	if p, ok := d.pppPayload(proto, next, h); ok {
		return p
	}
	return d.notIP(h)
}

// chdlc reads Cisco's HDLC (https://www.tcpdump.org/linktypes/LINKTYPE_C_HDLC.html):
// address, control, EtherType. There are no MAC addresses, so layer-2 flows are told apart
// by the frame's first 12 bytes, as in T2 (docs/reference/flows.md#key): each keepalive is a
// flow.
func (d *Decoder) chdlc(data []byte, off int, h *Headers) place {
	d.add(pieceLinkCHDLC)
	h.FlowStat |= NoEthernet
	d.firstBytes(data, off, h)
	return d.chdlcType(data, off, h)
}

func (d *Decoder) chdlcType(data []byte, off int, h *Headers) place {
	if len(data) < off+4 {
		return d.clip(h)
	}
	h.Key.EtherType = binary.BigEndian.Uint16(data[off+2:])
	return place{tagged, off + 4}
}

// firstBytes keeps the first 12 bytes of a link without addresses in place of these.
func (d *Decoder) firstBytes(data []byte, off int, h *Headers) {
	d.link = off
	h.MACs = [12]byte{}
	copy(h.MACs[:], after(data, off))
}
