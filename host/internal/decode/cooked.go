package decode

import "encoding/binary"

// cooked reads the header of Linux' cooked capture
// (https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html). As in T2 its first 12 bytes are
// shown as addresses: the sender's address, and as destination packet type, ARPHRD_ type and
// address length. gopacket's LinuxSLL panics if that length is larger than the captured bytes,
// although 20 is a valid value (IP over InfiniBand) of which only 8 bytes are kept.
func (d *Decoder) cooked(data []byte, off int, h *Headers) place {
	d.add(pieceLinkSLL)
	if len(data) < off+16 {
		return d.clip(h)
	}
	d.link = off
	h.MACs = [12]byte(data[off:])
	return d.cookedType(data, binary.BigEndian.Uint16(data[off+14:]), off+16, h)
}

// cooked2 reads version 2 of that header
// (https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html), which neither T2 nor gopacket
// reads: protocol 2, reserved 2, interface 4, ARPHRD_ type 2, packet type 1, address length 1,
// address 8. The addresses are those of version 1.
func (d *Decoder) cooked2(data []byte, off int, h *Headers) place {
	d.add(pieceLinkSLL2)
	if len(data) < off+20 {
		return d.clip(h)
	}
	d.link = off
	b := data[off : off+20]
	h.MACs = [12]byte{0, b[10], b[8], b[9], 0, b[11]}
	copy(h.MACs[6:], b[12:])
	return d.cookedType(data, binary.BigEndian.Uint16(b), off+20, h)
}

// cookedType continues after the header. A small protocol number names the kind of frame, not
// its length.
func (d *Decoder) cookedType(data []byte, t uint16, off int, h *Headers) place {
	if t <= maxLength {
		return d.logicalLink(data, off, int(h.WireLen), h)
	}
	h.Key.EtherType = t
	return place{tagged, off}
}
