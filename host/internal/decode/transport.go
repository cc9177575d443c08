package decode

import "encoding/binary"

// Protocol numbers (IANA) that are told apart here.
const (
	protoHopByHop    = 0
	ProtoICMP        = 1
	protoIGMP        = 2
	protoIPv4        = 4
	ProtoTCP         = 6
	protoUDP         = 17
	protoIPv6        = 41
	protoRouting     = 43
	protoFragment    = 44
	protoGRE         = 47
	protoESP         = 50
	protoAH          = 51
	ProtoICMPv6      = 58
	protoNoNext      = 59
	protoDestination = 60
	protoOSPF        = 89
	protoEtherIP     = 97
	protoPIM         = 103
	protoL2TP        = 115
	ProtoSCTP        = 132
	protoUDPLite     = 136
	protoMPLS        = 137
	protoEthernet    = 143
	protoNSH         = 145
)

// transport reads the payload of an IP header of protocol Key.Proto, at off. captured is how
// much of it was captured and belongs to it by the IP header; ports are kept if keep is true.
// For a tunnel over IP it returns the place of the tunnel's payload.
func (d *Decoder) transport(data []byte, off, captured int, keep bool, h *Headers) place {
	l4 := after(data, off)
	if len(l4) > 13 {
		h.Byte13 = l4[13]
	}
	if h.FragOffset { // there is no header; as in T2 the protocol's name is all
		if !d.tunnelled {
			h.FlowStat |= Stopped
		}
		d.addProto(h.Key.Proto, h)
		if h.Key.Proto == ProtoTCP {
			h.Window = NoWindow
		}
		return stop
	}
	switch h.Key.Proto {
	case ProtoTCP:
		d.add(pieceTCP)
		d.transportHeader = d.tcpHeader(l4)
		d.tcp(l4, captured, h)
		d.ports(l4, h)
		if src, dst := h.Key.SrcPort, h.Key.DstPort; tunnelPort(src)|tunnelPort(dst) != 0 || src == portSSDP || dst == portSSDP {
			return d.tcpExtras(data, off, captured, keep, h)
		}
		d.keepPorts(keep, h)
	case protoUDP:
		d.add(pieceUDP)
		d.transportHeader = 8
		d.clipped = d.clipped || captured < 8
		d.ports(l4, h)
		return d.udp(data, off, captured, keep, h)
	case protoUDPLite:
		d.add(pieceUDPLite)
		d.transportHeader = 8
		d.clipped = d.clipped || captured < 8
		d.ports(l4, h)
		return d.udp(data, off, captured, keep, h)
	case ProtoSCTP:
		return d.sctp(data, off, captured, keep, h)
	case ProtoICMP:
		d.add(pieceICMP)
		h.message(l4, captured)
		if h.Key.Kind == IPv4 {
			d.transportHeader = 8
		}
	case ProtoICMPv6:
		d.add(pieceICMPv6)
		h.message(l4, captured)
		d.transportHeader = 8
	default:
		return d.otherProto(data, off, h)
	}
	return stop
}

func (d *Decoder) ports(l4 []byte, h *Headers) {
	if len(l4) < 4 {
		l4 = d.head(l4, 0, 4)
	}
	h.Key.SrcPort = binary.BigEndian.Uint16(l4)
	h.Key.DstPort = binary.BigEndian.Uint16(l4[2:])
}

// keepPorts resets the ports of a packet that is too short for T2 to read them.
func (d *Decoder) keepPorts(keep bool, h *Headers) {
	if !keep {
		h.Key.SrcPort, h.Key.DstPort = 0, 0
		h.FlowStat |= ShortTransport
	}
}

// tcpExtras handles ports that mean more to T2 than a name.
func (d *Decoder) tcpExtras(data []byte, off, captured int, keep bool, h *Headers) place {
	if other(h, tunnelAYIYA) && captured >= 8 {
		if p, ok := d.ayiya(data, off+d.transportHeader, h); ok {
			return p
		}
	}
	d.keepPorts(keep, h)
	d.ssdp(h)
	return stop
}

// sctpHeader is the length of SCTP's common header.
const sctpHeader = 12

// sctp reads the common header of RFC 9260, 3.1.
func (d *Decoder) sctp(data []byte, off, captured int, keep bool, h *Headers) place {
	d.add(pieceSCTP)
	d.transportHeader = sctpHeader
	d.clipped = d.clipped || captured < sctpHeader
	l4 := after(data, off)
	d.ports(l4, h)
	if captured > sctpHeader {
		h.message(l4[sctpHeader:], captured-sctpHeader)
	}
	if other(h, tunnelAYIYA) {
		d.add(pieceAYIYA)
		h.FlowStat |= Stopped
		return stop
	}
	h.FlowStat |= SCTP
	d.keepPorts(keep, h)
	return stop
}
