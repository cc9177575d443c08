package decode

// vxlan reads the header of RFC 7348, 5, whose reserved bytes are zero: flags 1, reserved 3,
// network 3, reserved 1.
func (d *Decoder) vxlan(data []byte, off int, h *Headers) (place, bool) {
	if off+8 > len(data) {
		return stop, false
	}
	b := data[off : off+8]
	gpe := h.Key.SrcPort == portGPE || h.Key.DstPort == portGPE
	if b[1] != 0 || b[7] != 0 || gpe && b[2] != 0 {
		return stop, false
	}
	h.FlowStat |= VXLAN
	off += 8
	if !gpe {
		d.add(pieceVXLAN)
		d.enter(h)
		return place{frame, off}, true
	}
	d.add(pieceGPE)
	d.enter(h)
	if b[0]&0x04 == 0 { // no next protocol
		return place{frame, off}, true
	}
	return d.gpe(data, off, b[3], h), true
}

// gpe continues by the next protocol of VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe, 3.1), which is
// also that of NSH (RFC 8300, 2.2).
func (d *Decoder) gpe(data []byte, off int, next byte, h *Headers) place {
	const (
		toIPv4, toIPv6, toEthernet, toNSH, toMPLS = 1, 2, 3, 4, 5
	)
	for next == toNSH {
		d.add(pieceNSH)
		b := d.head(data, off, 4)
		length := int(b[1]&0x3f) * 4 // in words, all of it
		if length < 8 || off+length > len(data) {
			return d.leave(h)
		}
		next = b[3]
		off += length
	}
	switch next {
	case toIPv4:
		return place{ipv4, off}
	case toIPv6:
		return place{ipv6, off}
	case toEthernet:
		return place{frame, off}
	case toMPLS:
		h.Key.EtherType = typeMPLS
		return place{etherType, off}
	}
	return d.leave(h)
}
