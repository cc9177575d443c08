package decode

// otherProto reads IP protocols other than TCP and UDP: those that carry IP, and the names of
// the others.
func (d *Decoder) otherProto(data []byte, off int, h *Headers) place {
	k := &h.Key
	if k.Kind == IPv4 { // a protocol that T2 does not know has 8 bytes, over IPv6 none
		d.transportHeader = 8
	}
	switch k.Proto {
	case protoOSPF: // RFC 2328, A.3.1; RFC 5340, A.3.1
		d.addProto(k.Proto, h)
		d.transportHeader = 16
		if d.head(data, off, 1)[0] == 2 {
			d.transportHeader = 24
		}
	case protoIPv4: // RFC 2003; over IPv6 RFC 2473
		if k.Kind == IPv4 {
			h.FlowStat |= IPInIP
		}
		d.enter(h)
		return place{ipv4, off}
	case protoIPv6: // RFC 4213, RFC 2473
		h.FlowStat |= IPInIP
		d.enter(h)
		return place{ipv6, off}
	case protoGRE:
		return d.gre(data, off, h)
	case protoEtherIP: // RFC 3378, 3: version 3, two bytes
		d.add(pieceEtherIP)
		if d.head(data, off, 2)[0] >= 0x30 {
			h.FlowStat |= EtherIP
			d.enter(h)
			return place{frame, off + 2}
		}
	case protoPIM: // RFC 7761, 4.9.3: a register message contains the packet
		d.add(piecePIM)
		if d.head(data, off, 8)[0]&0x0f == 1 {
			if v := nibble(data, off+8); v == 4 || v == 6 {
				d.enter(h)
				return place{anyIP, off + 8}
			}
		}
	case protoIGMP:
		d.addProto(k.Proto, h)
		if k.Kind == IPv4 {
			d.igmp(d.head(data, off, 1)[0], h)
		}
	case protoESP:
		d.add(pieceESP)
		d.unopenedProto(protoESP)
		if k.Kind == IPv4 {
			h.FlowStat |= ESP
		}
	case protoAH:
		return d.ah(data, off, h)
	case protoL2TP: // RFC 3931, 4.1.1: the session determines the payload
		d.add(pieceL2TP)
		h.FlowStat |= L2TP
		d.unopenedProto(protoL2TP)
	default:
		if p, ok := d.laterProto(data, off, h); ok {
			return p
		}
		d.addProto(k.Proto, h)
	}
	return stop
}

// laterProto reads protocols that carry packets and that T2 does not open: MPLS (RFC 4023),
// Ethernet (RFC 8986, 4.9) and NSH (RFC 9491).
func (d *Decoder) laterProto(data []byte, off int, h *Headers) (place, bool) {
	if d.AsT2 {
		return stop, false
	}
	switch h.Key.Proto {
	case protoMPLS:
		d.enter(h)
		h.Key.EtherType = typeMPLS
		return place{etherType, off}, true
	case protoEthernet:
		d.enter(h)
		return place{frame, off}, true
	case protoNSH:
		d.enter(h)
		return d.gpe(data, off, gpeNSH, h), true
	}
	return stop, false
}

// ah reads the header of RFC 4302, 2.2, over IPv4: protocol of what it protects 1, its length
// in words but for two. T2 does not open it there.
func (d *Decoder) ah(data []byte, off int, h *Headers) place {
	d.addProto(protoAH, h)
	h.FlowStat |= AH
	b := d.head(data, off, 2)
	next, length := b[0], (int(b[1])+2)*4
	d.clipped = d.clipped || off+length > len(data)
	if d.AsT2 || next == protoAH || off+length > len(data) {
		d.addProto(next, h)
		return stop
	}
	h.Key.Proto = next
	d.ipHeader += length
	d.transportHeader = 0
	captured := min(d.ipLength, len(data)-d.ip) - d.ipHeader
	return d.transport(data, off+length, captured, d.ipLength-length >= ipv4MinLength(next), h)
}

// igmp adds the name of a protocol that is a type of IGMP (IANA IGMP Type Numbers).
func (d *Decoder) igmp(kind byte, h *Headers) {
	switch {
	case kind == 0x13:
		d.add(pieceDVMRP)
	case kind == 0x14:
		d.add(piecePIM)
	case kind >= 0xfc && [4]byte(h.Key.Dst[:4]) == [4]byte{224, 0, 0, 25}:
		d.add(pieceRGMP)
	}
}
