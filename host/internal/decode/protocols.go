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
		if k.Kind == IPv4 {
			h.FlowStat |= ESP
		}
	case protoAH: // over IPv4, where T2 does not open it
		d.addProto(k.Proto, h)
		h.FlowStat |= AH
		d.addProto(d.head(data, off, 1)[0], h)
	case protoL2TP: // RFC 3931, 4.1.1: the session determines the payload
		d.add(pieceL2TP)
		h.FlowStat |= L2TP
	default:
		d.addProto(k.Proto, h)
	}
	return stop
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
