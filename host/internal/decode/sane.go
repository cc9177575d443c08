package decode

import "encoding/binary"

// A header that could be another one's bytes is taken for what it seems to be only if a sane
// one follows it.

// sanePayload reports whether at off there is an EtherType that is opened and, if it is IP's, such
// a header after it.
func (d *Decoder) sanePayload(data []byte, off int) bool {
	if off+2 > len(data) {
		return false
	}
	switch t := binary.BigEndian.Uint16(data[off:]); {
	case t == typeIPv4:
		return nibble(data, off+2) == 4
	case t == typeIPv6:
		return nibble(data, off+2) == 6
	case t == typeTTag && off+10 <= len(data):
		t = binary.BigEndian.Uint16(data[off+8:])
		fallthrough
	default:
		return d.opens(t)
	}
}

// saneFrame reports whether at off there is an Ethernet frame of a payload that is opened or has
// a name, or with an LLC header that was captured.
func (d *Decoder) saneFrame(data []byte, off int) bool {
	if off+17 > len(data) {
		return false
	}
	t := binary.BigEndian.Uint16(data[off+12:])
	switch {
	case t <= maxLength:
		return off+14+int(t) <= len(data) && t >= 3
	case t == typeIPv4, t == typeIPv6, typeNames[t] == "":
		return d.sanePayload(data, off+12)
	}
	return true
}

// saneIP reports whether at off there is an IP header of a length that the frame has room for.
func saneIP(data []byte, off, wire int) bool {
	switch nibble(data, off) {
	case 4:
		return off+20 <= len(data) && data[off]&0x0f >= 5 && off+int(binary.BigEndian.Uint16(data[off+2:])) <= wire
	case 6:
		return off+40 <= len(data) && off+40+int(binary.BigEndian.Uint16(data[off+4:])) <= wire
	}
	return false
}
