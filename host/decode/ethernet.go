package decode

import (
	"encoding/binary"

	"github.com/google/gopacket"
)

// EtherTypes (IEEE 802 Numbers, IANA) that change how a frame is read.
const (
	typeIPv4 = 0x0800
	typeARP  = 0x0806
	typeVLAN = 0x8100 // IEEE 802.1Q
	typeIPv6 = 0x86dd
	typeMPLS = 0x8847
	typeLLC  = 0x8870 // LLC in frames too long for a length field
	typeQinQ = 0x88a8 // IEEE 802.1ad
	typeQ91  = 0x9100 // before 802.1ad
	typeQ92  = 0x9200

	maxLength = 1500 // above it the field is an EtherType (T2; IEEE 802.3 says from 1536)
)

// minEthernet is what T2 wants of a frame: the header and two bytes.
const minEthernet = 16

// ethernet reads destination, source and type (IEEE 802.3). gopacket's Ethernet
// keeps four slices of each frame, 10 ns (BenchmarkGopacketLayer) of our 28 for a whole TCP
// packet, and takes types from 1501 to 1535 for lengths.
func (d *Decoder) ethernet(data []byte, off int, h *Headers) place {
	if len(data) < off+minEthernet {
		return d.clip()
	}
	b := data[off : off+minEthernet]
	t := binary.BigEndian.Uint16(b[12:])
	switch version := b[14] >> 4; { // most packets, and their key has no MAC addresses
	case t == typeIPv4 && version == 4:
		return place{ipv4, off + 14}
	case t == typeIPv6 && version == 6:
		return place{ipv6, off + 14}
	case isISL(b):
		return place{ethernet, off + 26}
	}
	copy(h.Key.Dst[:6], b)
	copy(h.Key.Src[:6], b[6:])
	h.Key.EtherType = t
	return place{tagged, off + 14}
}

// isISL tells a frame of Cisco's Inter-Switch Link by its destination: 26 bytes
// and then the Ethernet frame.
func isISL(b []byte) bool {
	return (b[0] == 1 || b[0] == 3) && b[1] == 0 && b[2] == 0x0c && b[3] == 0 && b[4] == 0
}

// tagged reads what stands between a type or length field, whose value is in
// Key.EtherType and which ends at off, and the payload: VLAN tags, LLC.
func (d *Decoder) tagged(data []byte, off int, h *Headers) place {
	t := h.Key.EtherType
	for isTag(t) && off+4 <= len(data) {
		d.dot1q.DecodeFromBytes(data[off:off+4], gopacket.NilDecodeFeedback)
		h.Key.VLAN = d.dot1q.VLANIdentifier
		t = uint16(d.dot1q.Type)
		off += 4
	}
	h.Key.EtherType = t
	if t > maxLength && t != typeLLC {
		d.clipped = d.clipped || isTag(t)
		return place{etherType, off}
	}
	return d.logicalLink(data, off, h)
}

func isTag(t uint16) bool {
	return t == typeVLAN || t == typeQinQ || t == typeQ91 || t == typeQ92
}

// logicalLink reads an LLC header (IEEE 802.2) and, behind it, SNAP (RFC 1042; as
// T2 whatever the organisation code is). The length of 802.3 is not used.
func (d *Decoder) logicalLink(data []byte, off int, h *Headers) place {
	d.llc.DecodeFromBytes(d.head(data, off, 4), gopacket.NilDecodeFeedback)
	saps := uint16(d.llc.DSAP)<<8 | uint16(d.llc.SSAP)
	if d.llc.IG { // gopacket takes the low bits off, T2's key has them
		saps |= 0x0100
	}
	if d.llc.CR {
		saps |= 0x0001
	}
	if saps == 0xaaaa {
		d.snap.DecodeFromBytes(d.head(data, off+3, 5), gopacket.NilDecodeFeedback)
		h.Key.EtherType = uint16(d.snap.Type)
		return place{etherType, off + 8}
	}
	h.Key.EtherType = saps
	if d.llc.DSAP == 0x06 && !d.llc.IG { // IP directly over LLC
		if p := byNibble(data, off+len(d.llc.Contents)); p.next != end {
			return p
		}
	}
	h.Key.Kind = Layer2
	return stop
}

// etherType goes on by the type of the payload. All but IP are layer-2 flows, and
// so is what only says that it is IP: the version is another one.
func (d *Decoder) etherType(data []byte, off int, h *Headers) place {
	switch t := h.Key.EtherType; {
	case t == typeIPv4 && nibble(data, off) == 4:
		return place{ipv4, off}
	case t == typeIPv6 && nibble(data, off) == 6:
		return place{ipv6, off}
	}
	h.Key.Kind = Layer2
	return stop
}
