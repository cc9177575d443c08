package decode

import "encoding/binary"

// mpls reads a label stack (RFC 3032, 2.1). No field tells its payload: it is IP if the
// version nibble is one of IP's, as for routers (RFC 4928, 3), else Ethernet (RFC 4448).
func (d *Decoder) mpls(data []byte, off int, h *Headers) place {
	if h.Key.EtherType == typeMPLS {
		h.FlowStat |= MPLSUnicast
	} else {
		h.FlowStat |= MPLSMulticast
	}
	n := 0
	for bottom := false; !bottom && off+4 <= len(data); n++ {
		bottom = data[off+2]&1 == 1
		off += 4
	}
	d.addRun(pieceMPLS, familyMPLS, max(n, 1))
	if n == 0 {
		d.clipped = true
		return d.unreadable(h)
	}
	d.nLabels += n
	d.payload, d.end = off, off
	switch nibble(data, off) {
	case 4:
		return place{ipv4, off}
	case 6:
		return place{ipv6, off}
	case 0:
		if hasControlWord(data, off) {
			d.add(pieceControlWord)
			off += 4
		}
	}
	return place{frame, off}
}

// hasControlWord tells a pseudowire's control word (RFC 4385, 3: its first nibble is 0) from a
// destination address that begins like one. T2 always reads a control word; so do we unless
// the payload's type is known only without it.
func hasControlWord(data []byte, off int) bool {
	return knownType(data, off+4+12) || !knownType(data, off+12)
}

func knownType(data []byte, off int) bool {
	if off+2 > len(data) {
		return false
	}
	t := binary.BigEndian.Uint16(data[off:])
	return t > maxLength && typeNames[t] != ""
}
