package decode

import "encoding/binary"

// ipv4 reads a header of RFC 791. gopacket's IPv4 refuses clipped packets, lengths below that
// of the header and bad options, all of which T2 counts, and allocates for options.
func (d *Decoder) ipv4(data []byte, off int, h *Headers) place {
	d.add(pieceIPv4)
	if d.inner {
		if off+20 > len(data) {
			d.clipped = true
			return d.unreadable(h)
		}
		d.inner = false
	}
	b := d.head(data, off, 20)
	header := int(b[0]&0x0f) * 4
	if b[0]>>4 != 4 {
		h.FlowStat |= WrongVersion
		d.add(pieceIPvX)
		return noFlow(h)
	}
	if header < 20 {
		h.FlowStat |= ShortHeader
		return noFlow(h)
	}
	h.FlowStat |= HasIPv4
	k := &h.Key
	k.Kind = IPv4
	k.EtherType = typeIPv4
	k.Proto = b[9]
	k.Src, k.Dst = [16]byte{}, [16]byte{} // an outer header may have set them
	copy(k.Src[:4], b[12:16])
	copy(k.Dst[:4], b[16:20])

	h.IPID = binary.BigEndian.Uint16(b[4:])
	if frag := binary.BigEndian.Uint16(b[6:]); frag&0x3fff != 0 {
		h.MoreFragments = frag&0x2000 != 0
		h.FragOffset = frag&0x1fff != 0
		h.FragID = uint32(h.IPID)
	}
	field := int(binary.BigEndian.Uint16(b[2:]))
	length := ipLength(field, int(h.WireLen)-off)
	if field == 0 {
		h.FlowStat |= NoLength
	}
	d.ip, d.ipHeader, d.ipLength = off, header, length
	captured := min(length, len(data)-off) - header // without the padding of short frames
	return d.transport(data, off+header, captured, length >= ipv4MinLength(k.Proto), h)
}

// ipLength returns the packet's length (docs/reference/decoding.md#lengths): the header's
// field, or the length on the wire if the field is 0 (the sender's card cuts the segment) or
// larger. T2 cuts the length on the wire to 16 bits; that is kept only for records whose
// wire length ends before the packet begins.
func ipLength(field, wire int) int {
	if wire < 0 {
		wire += 1 << 16
	}
	if field == 0 || field > wire {
		return wire
	}
	return field
}

// ipv4MinLength returns the shortest packet in which T2 reads ports: a header without options
// and that of the protocol (16 for SCTP: with its first chunk's).
func ipv4MinLength(proto uint8) int {
	switch proto {
	case ProtoTCP:
		return 40
	case protoUDP, protoUDPLite:
		return 28
	default:
		return 36
	}
}

// anyIP reads an IP header of either version by its version nibble.
func (d *Decoder) anyIP(data []byte, off int, h *Headers) place {
	switch nibble(data, off) {
	case 4:
		return place{ipv4, off}
	case 6:
		return place{ipv6, off}
	}
	if d.inner {
		return d.unreadable(h)
	}
	return stop
}
