package decode

import "encoding/binary"

// maxHeaders is how many headers behind the IPv6 header T2 looks at (MAXHDRCNT).
const maxHeaders = 5

// ipv6 reads a header of RFC 8200 and the extension headers behind it. gopacket's IPv6
// allocates for their options and refuses clipped ones.
func (d *Decoder) ipv6(data []byte, off int, h *Headers) place {
	b := d.head(data, off, 40)
	if b[0]>>4 != 6 {
		return stop
	}
	k := &h.Key
	k.Kind = IPv6
	k.EtherType = typeIPv6
	k.Proto = b[6]
	k.Src = [16]byte(b[8:24])
	k.Dst = [16]byte(b[24:40])

	off += 40
	for range maxHeaders {
		l4 := behind(data, off)
		if len(l4) < 8 { // T2 stops here, with the protocol that comes next
			d.clipped = d.clipped || k.Proto != protoNoNext
			return d.transport(l4, len(l4), false, h)
		}
		switch k.Proto {
		case protoHopByHop, protoRouting, protoDestination: // RFC 8200, 4.3, 4.4, 4.6
			off += (int(l4[1]) + 1) * 8
		case protoAH: // RFC 4302, 2.2
			off += (int(l4[1]) + 2) * 4
		case protoFragment: // RFC 8200, 4.5; neither more nor offset: RFC 6946
			if frag := binary.BigEndian.Uint16(l4[2:]); frag&0xfff9 != 0 {
				h.MoreFragments = frag&1 != 0
				h.FragOffset = frag&0xfff8 != 0
				h.FragID = binary.BigEndian.Uint32(l4[4:])
			}
			off += 8
			if h.FragOffset {
				k.Proto = l4[0]
				l4 = behind(data, off)
				return d.transport(l4, len(l4), false, h)
			}
		default:
			return d.transport(l4, len(l4), len(l4) >= ipv6MinCaptured(k.Proto), h)
		}
		k.Proto = l4[0]
	}
	// Too many: the protocol is known, its header is not looked for.
	return d.transport(nil, 0, false, h)
}

// ipv6MinCaptured is how much T2 wants captured before it reads ports.
func ipv6MinCaptured(proto uint8) int {
	switch proto {
	case protoTCP:
		return 20
	case protoSCTP:
		return 16
	default:
		return 8
	}
}
