package decode

import "encoding/binary"

// gre reads the header of RFC 2784 and RFC 2890, with the routing of RFC 1701 and the
// acknowledgement of PPTP's version 1 (RFC 2637, 4.1).
func (d *Decoder) gre(data []byte, off int, h *Headers) place {
	const ( // first byte; the acknowledgement's is the second's first
		checksum, routing, key, sequence = 0x80, 0x40, 0x20, 0x10
	)
	d.add(pieceGRE)
	h.FlowStat |= GRE
	b := d.head(data, off, 4)
	flags, version, ack := b[0], b[1]&7, b[1]&0x80 != 0
	t := binary.BigEndian.Uint16(b[2:])
	empty := version == 1 && binary.BigEndian.Uint16(d.head(data, off+4, 2)) == 0 // PPTP's length, a part of its key
	n := 4
	if flags&(checksum|routing) != 0 {
		n += 4 // one word for both
	}
	if flags&key != 0 {
		n += 4
	}
	if flags&sequence != 0 {
		n += 4
	}
	if version == 1 && ack {
		n += 4
	}
	if version == 0 && flags&routing != 0 {
		n += sourceRoute(data, off+n)
	}
	if h.Key.Kind == IPv4 {
		d.transportHeader = n
	}
	off += n
	d.clipped = d.clipped || off > len(data)

	switch t {
	case typePPP:
		return d.grePPP(data, off, empty, h)
	case typeBridging:
		d.enter(h)
		return place{frame, off}
	case typeERSPAN: // type II has a header and a sequence number, type I neither
		d.add(pieceERSPAN)
		h.FlowStat |= ERSPAN
		if flags&sequence != 0 {
			if !d.AsT2 && nibble(data, off) == 2 { // some senders announce type III so
				return d.erspan3(data, off, h)
			}
			off += 8
			if h.Key.Kind == IPv4 {
				d.transportHeader += 8
			}
		}
		d.enter(h)
		return place{frame, off}
	case typeWCCP:
		return d.wccp(data, off, h)
	case typeERSPAN3:
		if !d.AsT2 {
			d.add(pieceERSPAN)
			h.FlowStat |= ERSPAN
			return d.erspan3(data, off, h)
		}
	default:
		if d.opens(t) {
			d.enter(h)
			h.Key.EtherType = t
			return place{tagged, off}
		}
	}
	d.addType(t, h)
	h.FlowStat |= Stopped
	return stop
}

// erspan3 reads a header of type III (draft-foschiano-erspan, 4.3): version and VLAN 2, session
// 2, time 4, group 2, flags 2 (kind of frame 5 bits after the first: 0 Ethernet, 2 IP; last bit:
// 8 more bytes).
func (d *Decoder) erspan3(data []byte, off int, h *Headers) place {
	flags := binary.BigEndian.Uint16(d.head(data, off+10, 2))
	length := 12
	if flags&1 != 0 {
		length += 8
	}
	if h.Key.Kind == IPv4 {
		d.transportHeader += length
	}
	d.enter(h)
	switch flags >> 10 & 0x1f {
	case 0:
		return place{frame, off + length}
	case 2:
		return place{anyIP, off + length}
	}
	d.unopened = HeaderCount{Kind: EtherTypeNumber, Number: typeERSPAN3}
	return d.unreadable(h)
}

// sourceRoute is the length of the route entries of RFC 1701: family 2, offset 1, length 1,
// that many bytes; the last one is of family 0 and empty.
func sourceRoute(data []byte, off int) int {
	start := off
	for off+4 <= len(data) {
		family, length := binary.BigEndian.Uint16(data[off:]), int(data[off+3])
		off += 4 + length
		if family == 0 && length == 0 {
			break
		}
	}
	return off - start
}

// grePPP reads a PPP frame in PPTP.
func (d *Decoder) grePPP(data []byte, off int, empty bool, h *Headers) place {
	d.add(piecePPP)
	h.FlowStat |= PPP
	first := d.head(data, off, 1)[0]
	switch {
	case empty: // an acknowledgement
	case first == pppCompressed:
		d.add(pieceCompressed)
		h.FlowStat |= PPPCompressed
		d.unopenedProto(protoGRE)
	default:
		d.enter(h)
		proto, off := d.pppProtocol(data, off)
		if p, ok := d.pppPayload(proto, off, h); ok {
			return p
		}
		return d.leave(h)
	}
	h.FlowStat |= Stopped
	return stop
}

// wccp skips the redirect header of WCCP version 2 (draft-wilson-wrec-wccp-v2, 4.12.1), which
// version 1 does not have.
func (d *Decoder) wccp(data []byte, off int, h *Headers) place {
	d.add(pieceWCCP)
	h.FlowStat |= WCCP
	for _, skip := range []int{4, 0} {
		if v := nibble(data, off+skip); v == 4 || v == 6 {
			d.enter(h)
			return place{anyIP, off + skip}
		}
	}
	h.FlowStat |= Stopped
	return stop
}
