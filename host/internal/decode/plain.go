package decode

import "encoding/binary"

// plain reads the most frequent packets in one piece: Ethernet, IPv4 or IPv6 without options
// and fragments, TCP or UDP without anything that T2 looks for in it, captured whole. It needs
// half the time of the walk, which returns the same (TestPlain, FuzzDecode) and reads the
// packets that plain refuses.
func (d *Decoder) plain(data []byte, h *Headers) bool {
	if len(data) < 54 { // with 20 bytes of a transport header
		return false
	}
	b := data[:54]
	k := &h.Key
	var l4 []byte
	var n int // of it, by the IP header
	switch t := binary.BigEndian.Uint16(b[12:]); {
	case t == typeIPv4 && b[14] == 0x45 && binary.BigEndian.Uint16(b[20:])&0x3fff == 0:
		n = int(binary.BigEndian.Uint16(b[16:])) - 20
		l4 = data[34:]
		k.Kind, k.EtherType, k.Proto = IPv4, typeIPv4, b[23]
		copy(k.Src[:4], b[26:30])
		copy(k.Dst[:4], b[30:34])
		h.FlowStat = HasIPv4 | FlowIPv4
		h.IPID = binary.BigEndian.Uint16(b[18:])
		d.ipHeader = 20
	case t == typeIPv6 && b[14]>>4 == 6 && len(data) >= 74:
		n = int(binary.BigEndian.Uint16(b[18:]))
		l4 = data[54:]
		k.Kind, k.EtherType, k.Proto = IPv6, typeIPv6, b[20]
		k.Src = [16]byte(b[22:38])
		k.Dst = [16]byte(b[38:54])
		h.FlowStat = HasIPv6 | FlowIPv6
		d.ipHeader = 40
	default:
		return false
	}
	end := len(data) - len(l4) + n
	if end > len(data) || end > int(h.WireLen) || isISL(b) || !d.plainTransport(l4[:20], n, h) {
		return false
	}
	h.L7Begin = uint32(end) - h.L7Len
	if h.WireLen <= maxPadded {
		h.PadLen = uint16(int(h.WireLen) - end)
	}
	h.MACs = [12]byte(b)
	d.stack, d.ip, d.ipLength = h.Stack, 14, d.ipHeader+n
	return true
}

// plainTransport reads a transport header whose first bytes are b.
func (d *Decoder) plainTransport(b []byte, n int, h *Headers) bool {
	src, dst := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	if tunnelPort(src)|tunnelPort(dst) != 0 || src == portSSDP || dst == portSSDP {
		return false
	}
	h.Byte13 = b[13]
	h.Key.SrcPort, h.Key.DstPort = src, dst
	stacks := &d.plainStacks[h.Key.Kind-IPv4]
	switch h.Key.Proto {
	case ProtoTCP:
		header := int(b[12]>>4) * 4
		if n < 20 || n < header {
			return false
		}
		h.whole(b)
		h.L7Len = uint32(n - header)
		h.Stack = stacks[0]
		return true
	case protoUDP:
		if n < 8 || src == portUDPEncap || dst == portUDPEncap || mayBeTeredo(src, dst, b[8:]) || isDTLS(b[8:]) {
			return false
		}
		h.L7Len = uint32(n - 8)
		h.Stack = stacks[1]
		return true
	}
	return false
}
