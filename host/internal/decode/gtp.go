package decode

// gtp reads the header of the GPRS tunnelling protocol: version 1 of the user plane (3GPP TS
// 29.281, 5.1), and version 0 (GSM 09.60). Only a message of type 255 carries a packet; T2
// marks and names the others as well.
func (d *Decoder) gtp(data []byte, off int, h *Headers) (place, bool) {
	d.add(pieceGTP)
	h.FlowStat |= GTP
	b := d.head(data, off, 2)
	if b[1] != 255 {
		return stop, false
	}
	switch b[0] >> 5 {
	case 0:
		off += 20
	case 1:
		flags := b[0] & 7 // extension, sequence, N-PDU number: any of them makes room for all
		off += 8
		if flags != 0 {
			off += 4
		}
		if flags&4 != 0 {
			off = gtpExtensions(data, off)
		}
	default:
		return d.sealed(h)
	}
	if v := nibble(data, off); v != 4 && v != 6 {
		return d.sealed(h)
	}
	d.enter(h)
	return place{anyIP, off}, true
}

// gtpExtensions skips extension headers (5.2): length in words, contents, type of the next one;
// the first one's type is the byte before. T2 skips one only.
func gtpExtensions(data []byte, off int) int {
	for off < len(data) && data[off-1] != 0 && data[off] != 0 {
		off += int(data[off]) * 4
	}
	return off
}
