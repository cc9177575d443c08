package decode

import "encoding/binary"

// nflog reads https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html, which T2 refuses: address
// family 1, version 1, resource 2; then attributes of Netfilter's log in the machine's byte
// order, each with a length that includes its header of 4, a type, a value, and padding to 4
// bytes. One attribute is the packet.
func (d *Decoder) nflog(data []byte, off int, h *Headers) place {
	const payload = 9 // NFULA_PAYLOAD
	d.add(pieceLinkNFLOG)
	d.noEthernet(off, h)
	if len(data) < off+4 {
		return d.clip(h)
	}
	family := data[off]
	var order binary.ByteOrder = binary.LittleEndian
	if off+8 <= len(data) && data[off+4] == 0 && data[off+5] != 0 && data[off+6] == 0 { // the first length is below 256
		order = binary.BigEndian
	}
	for off += 4; off+4 <= len(data); {
		length, kind := int(order.Uint16(data[off:])), order.Uint16(data[off+2:])
		if kind&0x7fff == payload {
			switch family {
			case 2: // AF_INET
				return place{ipv4, off + 4}
			case 10: // AF_INET6
				return place{ipv6, off + 4}
			}
			return stop
		}
		if length < 4 {
			return stop
		}
		off += (length + 3) &^ 3
	}
	return d.clip(h)
}
