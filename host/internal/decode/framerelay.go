package decode

import "encoding/binary"

// frameRelay reads an address of two bytes (ITU-T Q.922, 3.3) and then either control and NLPID
// (RFC 2427, 3 and 4) or, as Cisco has it and T2 reads it, an EtherType.
func (d *Decoder) frameRelay(data []byte, off int, h *Headers) place {
	const (
		unnumbered                = 0x03
		nlpIPv4, nlpIPv6, nlpSNAP = 0xcc, 0x8e, 0x80
		padding                   = 0x00
	)
	d.add(pieceLinkFrameRelay)
	h.FlowStat |= NoEthernet
	d.firstBytes(data, off, h)
	if len(data) < off+4 {
		return d.clip(h)
	}
	if data[off+2] != unnumbered {
		h.Key.EtherType = binary.BigEndian.Uint16(data[off+2:])
		return place{tagged, off + 4}
	}
	off += 3
	if data[off] == padding {
		off++
	}
	switch b := d.head(data, off, 6); b[0] {
	case nlpIPv4:
		return place{ipv4, off + 1}
	case nlpIPv6:
		return place{ipv6, off + 1}
	case nlpSNAP: // organisation 3, EtherType
		h.Key.EtherType = binary.BigEndian.Uint16(b[4:])
		return place{tagged, off + 6}
	default: // a flow of layer 2, as T2 has it
		h.Key.EtherType = unnumbered<<8 | uint16(b[0])
		d.payload, d.end = off+1, int(h.WireLen)
		return d.notIP(h)
	}
}
