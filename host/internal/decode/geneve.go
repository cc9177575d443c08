package decode

import "encoding/binary"

// geneve reads the header of RFC 8926, 3.4: version and length of the options in words, flags
// (0x80: control), EtherType of the payload, network 3, reserved. Reserved bits are ignored on
// receipt if a sane header follows.
func (d *Decoder) geneve(data []byte, off int, h *Headers) (place, bool) {
	const control = 0x80
	if off+8 > len(data) {
		return stop, false
	}
	b := data[off : off+8]
	t := binary.BigEndian.Uint16(b[2:])
	off += 8 + int(b[0]&0x3f)*4
	reserved := b[1]&0x3f != 0 || b[7] != 0
	switch {
	case d.AsT2: // it opens Ethernet only
		if reserved {
			return stop, false
		}
		if t != typeBridging {
			return stopped(h)
		}
	case b[0]>>6 != 0, (reserved || t == typeIPv4 || t == typeIPv6) && !d.saneType(t, data, off, h):
		return stop, false
	case t != typeBridging && !d.opens(t):
		d.add(pieceGeneve)
		h.FlowStat |= Geneve
		if b[1]&control == 0 {
			d.addType(t, h)
		}
		return stopped(h)
	}
	d.add(pieceGeneve)
	h.FlowStat |= Geneve
	d.enter(h)
	if t == typeBridging {
		return place{frame, off}, true
	}
	h.Key.EtherType = t
	return place{tagged, off}, true
}

// saneType reports whether at off there is a payload of EtherType t.
func (d *Decoder) saneType(t uint16, data []byte, off int, h *Headers) bool {
	switch t {
	case typeBridging:
		return d.saneFrame(data, off)
	case typeIPv4:
		return nibble(data, off) == 4 && saneIP(data, off, int(h.WireLen))
	case typeIPv6:
		return nibble(data, off) == 6 && saneIP(data, off, int(h.WireLen))
	}
	return d.opens(t)
}
