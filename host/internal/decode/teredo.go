package decode

import "encoding/binary"

// teredo reads the headers that may precede an IPv6 packet in UDP (RFC 4380, 5.1.1):
// authentication, origin. Ports can be any; T2 requires the server's, or an inner address of
// Teredo's (2001::/32).
func (d *Decoder) teredo(data []byte, off int, h *Headers) (place, bool) {
	src, dst := h.Key.SrcPort, h.Key.DstPort
	if off+4 <= len(data) && data[off] == 0 && data[off+1] == 1 {
		off += 13 + int(data[off+2]) + int(data[off+3])
	}
	if off+2 <= len(data) && data[off] == 0 && data[off+1] == 0 {
		off += 8
	}
	if off+40 > len(data) || data[off]>>4 != 6 {
		return stop, false
	}
	const prefix = 0x20010000
	if src != portTeredo && dst != portTeredo &&
		binary.BigEndian.Uint32(data[off+8:]) != prefix && binary.BigEndian.Uint32(data[off+24:]) != prefix {
		return stop, false
	}
	d.add(pieceTeredo)
	h.FlowStat |= Teredo
	d.enter(h)
	return place{ipv6, off}, true
}

// mayBeTeredo reports whether the ports and the payload's first bytes fit.
func mayBeTeredo(src, dst uint16, b []byte) bool {
	return src > 1024 && dst > 1024 && (b[0]>>4 == 6 || b[0] == 0 && b[1] <= 1)
}
