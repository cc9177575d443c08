package decode

import (
	"encoding/binary"

	"github.com/google/gopacket"
)

// minEthernet is the shortest frame that T2 reads: the header and two bytes.
const minEthernet = 16

// ethernet reads destination, source and type (IEEE 802.3) of a link's frame. gopacket's
// Ethernet keeps four slices of each frame, 10 ns (BenchmarkGopacketLayer) of our 28 for a
// whole TCP packet, and treats types from 1501 to 1535 as lengths.
func (d *Decoder) ethernet(data []byte, off int, h *Headers) place {
	if len(data) < off+minEthernet {
		return d.clip(h)
	}
	b := data[off : off+minEthernet]
	if isISL(b) {
		d.add(pieceLinkISL)
		return place{ethernet, off + 26}
	}
	d.add(pieceEthernet)
	h.MACs = [12]byte(b)
	d.link = off
	t := binary.BigEndian.Uint16(b[12:])
	switch version := b[14] >> 4; { // most packets
	case t == typeIPv4 && version == 4:
		return place{ipv4, off + 14}
	case t == typeIPv6 && version == 6:
		return place{ipv6, off + 14}
	}
	h.Key.EtherType = t
	return place{tagged, off + 14}
}

// isISL reports by its destination whether a frame is one of Cisco's Inter-Switch Link: 26
// bytes, then the Ethernet frame.
func isISL(b []byte) bool {
	return (b[0] == 1 || b[0] == 3) && b[1] == 0 && b[2] == 0x0c && b[3] == 0 && b[4] == 0
}

// frame reads the Ethernet header of a frame in a tunnel.
func (d *Decoder) frame(data []byte, off int, h *Headers) place {
	d.add(pieceInnerEthernet)
	if len(data) < off+14 {
		d.clipped = true
		return d.unreadable(h)
	}
	h.MACs = [12]byte(data[off:])
	d.link = off
	h.Key.EtherType = binary.BigEndian.Uint16(data[off+12:])
	return place{tagged, off + 14}
}

// tagged reads what is between a type or length field, whose value is in Key.EtherType and
// which ends at off, and the payload: VLAN tags, LLC.
func (d *Decoder) tagged(data []byte, off int, h *Headers) place {
	t := h.Key.EtherType
	if isTag(t) && off+4 <= len(data) {
		t, off = d.tags8021Q(t, data, off, h)
		h.Key.EtherType = t
	}
	if t > maxLength && t != typeLLC {
		d.clipped = d.clipped || isTag(t)
		return place{etherType, off}
	}
	return d.logicalLink(data, off, off+int(t), h)
}

// tags8021Q reads a run of tags (IEEE 802.1Q, 9.6) and returns the type after them and its
// end.
func (d *Decoder) tags8021Q(t uint16, data []byte, off int, h *Headers) (uint16, int) {
	h.NVLANID = 0
	h.VLANID = [3]uint16{}
	run := 0
	var tci uint16
	for ; isTag(t) && off+4 <= len(data); run++ {
		tci = binary.BigEndian.Uint16(data[off:])
		t = binary.BigEndian.Uint16(data[off+2:])
		off += 4
		if tci&0xfff == 0 {
			h.FlowStat |= VLAN0
		}
		if run < len(h.VLANID) {
			h.VLANID[run] = tci
			h.NVLANID++
		}
	}
	h.Key.VLAN = tci & 0xfff
	h.FlowStat |= VLAN
	d.nTags += run
	d.addRun(pieceVLAN, familyVLAN, run)
	return t, off
}

func isTag(t uint16) bool {
	return t == typeVLAN || t == typeQinQ || t == typeQ91 || t == typeQ92
}

// logicalLink reads an LLC header (IEEE 802.2) and, after it, SNAP (RFC 1042; as in T2 with
// any organisation code). Its payload ends at end, by 802.3's length.
func (d *Decoder) logicalLink(data []byte, off, end int, h *Headers) place {
	d.add(pieceLLC)
	d.llcHeader = true
	d.llc.DecodeFromBytes(d.head(data, off, 4), gopacket.NilDecodeFeedback)
	saps := uint16(d.llc.DSAP)<<8 | uint16(d.llc.SSAP)
	if d.llc.IG { // gopacket removes the low bits, T2's key has them
		saps |= 0x0100
	}
	if d.llc.CR {
		saps |= 0x0001
	}
	if saps == 0xaaaa {
		d.snap.DecodeFromBytes(d.head(data, off+3, 5), gopacket.NilDecodeFeedback)
		h.Key.EtherType = uint16(d.snap.Type)
		off += 8
		if t := h.Key.EtherType; isTag(t) && off+4 <= len(data) && !d.AsT2 {
			h.Key.EtherType, off = d.tags8021Q(t, data, off, h)
		}
		p := d.etherType(data, off, h)
		if h.Key.EtherType != typeARP {
			d.end = end
		}
		return p
	}
	h.Key.EtherType = saps
	d.payload = off + len(d.llc.Contents)
	d.end = end
	if saps>>8 == 0x06 { // IP directly over LLC
		if v := nibble(data, d.payload); v == 4 || v == 6 {
			return place{anyIP, d.payload}
		}
		h.FlowStat |= WrongVersion
		d.add(pieceIPvX)
		return d.notIP(h)
	}
	d.addSAP(uint8(saps>>8), h)
	return d.notIP(h)
}
