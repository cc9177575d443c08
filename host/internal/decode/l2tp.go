package decode

import "encoding/binary"

// l2tp reads the header of RFC 2661, 3.1 (version 2) and RFC 3931, 4.1.2.1 (version 3),
// followed by a PPP or HDLC frame. The length of version 3's cookie is in no header.
func (d *Decoder) l2tp(data []byte, off int, h *Headers) (place, bool) {
	const ( // first byte
		control, length, sequence, offset = 0x80, 0x40, 0x08, 0x02
	)
	if off+2 > len(data) {
		return stop, false
	}
	flags, version := data[off], data[off+1]
	if version != 2 && version != 3 {
		return stop, false
	}
	d.add(pieceL2TP)
	h.FlowStat |= L2TP
	if flags&control != 0 {
		return stopped(h)
	}
	if version == 3 {
		off += 8
	} else {
		off += 6
		if flags&length != 0 {
			off += 2
		}
		if flags&sequence != 0 {
			off += 4
		}
		if flags&offset != 0 {
			off += 2 + int(binary.BigEndian.Uint16(d.head(data, off, 2)))
		}
	}
	if version == 3 {
		off = afterCookie(data, off)
	}
	h.FlowStat |= PPP
	b := d.head(data, off, 4)
	d.enter(h)
	if b[0] == 0x0f || b[0] == 0x8f {
		d.add(pieceCHDLC)
		h.Key.EtherType = binary.BigEndian.Uint16(b[2:])
		return place{tagged, off + 4}, true
	}
	d.add(piecePPP)
	proto, off := d.pppProtocol(data, off)
	if proto == pppMultilink { // RFC 1990, 3: only the first fragment has the protocol
		d.add(pieceMultilink)
		if d.head(data, off, 4)[0]&0x80 == 0 {
			return d.leave(h), true
		}
		proto, off = d.pppProtocol(data, off+4)
	}
	if p, ok := d.pppPayload(proto, off, h); ok {
		return p, true
	}
	return d.leave(h), true
}

// afterCookie returns where the address and control field of PPP is, after a cookie of 0, 4 or
// 8 bytes.
func afterCookie(data []byte, off int) int {
	for n := 0; n <= 8; n += 4 {
		if off+n+2 <= len(data) && data[off+n] == 0xff && data[off+n+1] == 0x03 {
			return off + n
		}
	}
	return off
}
