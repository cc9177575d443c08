package decode

import "encoding/binary"

// geneve reads the header of RFC 8926, 3.4: version and length of the options in words, flags,
// protocol, network 3, reserved. T2 opens Ethernet only.
func (d *Decoder) geneve(data []byte, off int, h *Headers) (place, bool) {
	if off+8 > len(data) {
		return stop, false
	}
	b := data[off : off+8]
	if b[1]&0x3f != 0 || b[7] != 0 {
		return stop, false
	}
	if binary.BigEndian.Uint16(b[2:]) != typeBridging {
		return stopped(h)
	}
	d.add(pieceGeneve)
	h.FlowStat |= Geneve
	d.enter(h)
	return place{frame, off + 8 + int(b[0]&0x3f)*4}, true
}
