package decode

import "encoding/binary"

// Protocol numbers (IANA) that are told apart here.
const (
	protoHopByHop    = 0
	protoICMP        = 1
	protoTCP         = 6
	protoUDP         = 17
	protoRouting     = 43
	protoFragment    = 44
	protoAH          = 51
	protoICMPv6      = 58
	protoNoNext      = 59
	protoDestination = 60
	protoSCTP        = 132
	protoUDPLite     = 136
)

// transport reads what the IP header of protocol Key.Proto carries. l4 is what
// was captured from there to the frame's end, captured how much of it the
// IP header says is its own; ports are read if ports says so. Here, between IP
// and its flow, is where a tunnel over IP answers with the place of what it carries.
func (d *Decoder) transport(l4 []byte, captured int, ports bool, h *Headers) place {
	if len(l4) > 13 {
		h.Byte13 = l4[13]
	}
	k := &h.Key
	switch k.Proto {
	case protoTCP:
		h.Window = NoWindow
		if h.FragOffset {
			return stop
		}
		d.tcp(l4, captured, h)
	case protoUDP, protoUDPLite:
		d.clipped = d.clipped || captured < 8 && !h.FragOffset
	case protoSCTP:
		d.clipped = d.clipped || captured < 12 && !h.FragOffset
	default:
		return stop
	}
	if ports && !h.FragOffset {
		if len(l4) < 4 {
			l4 = d.head(l4, 0, 4)
		}
		k.SrcPort = binary.BigEndian.Uint16(l4)
		k.DstPort = binary.BigEndian.Uint16(l4[2:])
	}
	return stop
}

// tcp reads the fixed header of RFC 9293, 3.1, as far as it goes. gopacket's TCP refuses
// those that are cut, and allocates for more than four options.
func (d *Decoder) tcp(l4 []byte, captured int, h *Headers) {
	if captured < 20 {
		d.clipped = true
	}
	if captured < 13 { // of the ACK number all, and the data offset: T2's limit
		return
	}
	h.TCP = true
	h.Seq = binary.BigEndian.Uint32(l4[4:])
	h.Ack = binary.BigEndian.Uint32(l4[8:])
	if captured >= 14 {
		h.TCPFlags = l4[13]
	}
	if captured >= 16 {
		h.Window = uint32(binary.BigEndian.Uint16(l4[14:]))
	}
}
