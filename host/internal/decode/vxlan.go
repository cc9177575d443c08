package decode

// vxlan reads the header of RFC 7348, 5: flags 1 (0x08: the network is valid), reserved 3,
// network 3, reserved 1. Reserved bits, which T2 wants to be zero, are ignored on receipt if
// that flag is set and a sane header follows: extensions use them.
func (d *Decoder) vxlan(data []byte, off int, h *Headers) (place, bool) {
	const network, typed = 0x08, 0x04
	if off+8 > len(data) {
		return stop, false
	}
	b := data[off : off+8]
	gpe := h.Key.SrcPort == portGPE || h.Key.DstPort == portGPE
	off += 8
	if b[1] != 0 || b[7] != 0 || gpe && b[2] != 0 {
		if d.AsT2 || b[0]&network == 0 {
			return stop, false
		}
		if gpe && b[0]&typed != 0 {
			if !d.saneGPE(data, off, b[3], h) {
				return stop, false
			}
		} else if !d.saneFrame(data, off) {
			return stop, false
		}
	}
	h.FlowStat |= VXLAN
	if !gpe {
		d.add(pieceVXLAN)
		d.enter(h)
		return place{frame, off}, true
	}
	d.add(pieceGPE)
	d.enter(h)
	if b[0]&typed == 0 {
		return place{frame, off}, true
	}
	return d.gpe(data, off, b[3], h), true
}

// Protocols of VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe, 3.1) and of NSH (RFC 8300, 2.2).
const (
	gpeIPv4     = 1
	gpeIPv6     = 2
	gpeEthernet = 3
	gpeNSH      = 4
	gpeMPLS     = 5
)

// saneGPE reports whether at off there is a payload of that protocol.
func (d *Decoder) saneGPE(data []byte, off int, next byte, h *Headers) bool {
	switch next {
	case gpeIPv4, gpeIPv6:
		return saneIP(data, off, int(h.WireLen))
	case gpeEthernet:
		return d.saneFrame(data, off)
	}
	return next == gpeNSH || next == gpeMPLS
}

// gpe continues by the next protocol of VXLAN-GPE or NSH.
func (d *Decoder) gpe(data []byte, off int, next byte, h *Headers) place {
	in := HeaderCount{Kind: UDPPortNumber, Number: portGPE}
	for next == gpeNSH {
		d.add(pieceNSH)
		in = HeaderCount{Kind: EtherTypeNumber, Number: typeNSH}
		b := d.head(data, off, 4)
		length := int(b[1]&0x3f) * 4 // in words, all of it
		if length < 8 || off+length > len(data) {
			return d.unreadable(h)
		}
		next = b[3]
		off += length
	}
	switch next {
	case gpeIPv4:
		return place{ipv4, off}
	case gpeIPv6:
		return place{ipv6, off}
	case gpeEthernet:
		return place{frame, off}
	case gpeMPLS:
		h.Key.EtherType = typeMPLS
		return place{etherType, off}
	}
	d.unopened = in
	return d.unreadable(h)
}
