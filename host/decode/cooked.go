package decode

import "encoding/binary"

// cooked reads the header of Linux' cooked capture
// (https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html). Its first 12 bytes
// stand for the addresses in a layer-2 key, as in T2: the sender's address, and in the
// destination's place packet type, ARPHRD_ type and address length. gopacket's LinuxSLL
// panics if that length is above what was captured, and 20 is a proper value (IP over
// InfiniBand) although only 8 bytes of the address are kept.
func (d *Decoder) cooked(data []byte, h *Headers) place {
	if len(data) < 16 {
		return d.clip()
	}
	copy(h.Key.Dst[:6], data)
	copy(h.Key.Src[:6], data[6:])
	h.Key.EtherType = binary.BigEndian.Uint16(data[14:])
	return place{tagged, 16}
}

// cooked2 reads version 2 of that header
// (https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html), which neither T2 nor
// gopacket knows: protocol 2, reserved 2, interface 4, ARPHRD_ type 2, packet type 1,
// address length 1, address 8. The key is that of version 1.
func (d *Decoder) cooked2(data []byte, h *Headers) place {
	if len(data) < 20 {
		return d.clip()
	}
	h.Key.Dst = [16]byte{0, data[10], data[8], data[9], 0, data[11]}
	copy(h.Key.Src[:6], data[12:])
	h.Key.EtherType = binary.BigEndian.Uint16(data)
	return place{tagged, 20}
}
