package decode

import "encoding/binary"

// maxHeaders is how many headers after the IPv6 header T2 reads (MAXHDRCNT).
const maxHeaders = 5

// ipv6 reads a header of RFC 8200. gopacket's IPv6 allocates for extension headers and
// refuses clipped ones.
func (d *Decoder) ipv6(data []byte, off int, h *Headers) place {
	d.add(pieceIPv6)
	if d.inner {
		if off+40 > len(data) {
			d.clipped = true
			return d.unreadable(h)
		}
		d.inner = false
	}
	b := d.head(data, off, 40)
	if b[0]>>4 != 6 {
		h.FlowStat |= WrongVersion
		d.add(pieceIPvX)
		return noFlow(h)
	}
	h.FlowStat |= HasIPv6
	k := &h.Key
	k.Kind = IPv6
	k.EtherType = typeIPv6
	k.Proto = b[6]
	k.Src = [16]byte(b[8:24])
	k.Dst = [16]byte(b[24:40])
	h.IPID = 0 // an outer header may have set it

	field := int(binary.BigEndian.Uint16(b[4:]))
	if field == 0 {
		h.FlowStat |= NoLength
	} else {
		field += 40
	}
	d.ip, d.ipHeader, d.ipLength = off, 40, ipLength(field, int(h.WireLen)-off)
	return d.extensions(data, off, h)
}

// extensions reads the headers between the IPv6 header, at start, and the transport's.
func (d *Decoder) extensions(data []byte, start int, h *Headers) place {
	k := &h.Key
	for range maxHeaders {
		off := start + d.ipHeader
		left := len(data) - off
		if left < 8 { // T2 stops here, with the protocol that comes next
			d.clipped = d.clipped || k.Proto != protoNoNext
			return d.noTransportHere(data, off, h)
		}
		l4 := data[off:]
		switch k.Proto {
		case ProtoTCP, protoUDP, ProtoICMPv6: // most
			return d.transport(data, off, left, left >= ipv6MinCaptured(k.Proto), h)
		case protoHopByHop, protoRouting, protoDestination: // RFC 8200, 4.3, 4.4, 4.6
			d.addProto(k.Proto, h)
			d.ipHeader += (int(l4[1]) + 1) * 8
		case protoAH: // RFC 4302, 2.2
			d.addProto(k.Proto, h)
			h.FlowStat |= AH
			d.ipHeader += (int(l4[1]) + 2) * 4
		case protoFragment: // RFC 8200, 4.5; neither more nor offset: RFC 6946
			d.addProto(k.Proto, h)
			d.fragments++
			if frag := binary.BigEndian.Uint16(l4[2:]); frag&0xfff9 != 0 {
				h.MoreFragments = frag&1 != 0
				h.FragOffset = frag&0xfff8 != 0
				h.FragID = binary.BigEndian.Uint32(l4[4:])
			}
			d.ipHeader += 8
			if h.FragOffset {
				k.Proto = l4[0]
				return d.noTransportHere(data, off+8, h)
			}
		default:
			return d.transport(data, off, left, left >= ipv6MinCaptured(k.Proto), h)
		}
		k.Proto = l4[0]
	}
	// Too many: the protocol is known, its header is not read.
	return d.noTransportHere(nil, 0, h)
}

// noTransportHere ends the walk at IP without reading a transport header.
func (d *Decoder) noTransportHere(data []byte, off int, h *Headers) place {
	d.transportHeader = 0
	if l4 := after(data, off); len(l4) > 13 {
		h.Byte13 = l4[13]
	}
	if h.Key.Proto == ProtoTCP {
		h.Window = NoWindow
	}
	return stop
}

// ipv6MinCaptured returns how many bytes T2 needs captured before it reads ports.
func ipv6MinCaptured(proto uint8) int {
	switch proto {
	case ProtoTCP:
		return 20
	case ProtoSCTP:
		return 16
	default:
		return 8
	}
}
