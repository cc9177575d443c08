package decode

import (
	"encoding/binary"

	"github.com/t2host/t2host/host/capture"
)

// wlan reads a frame of IEEE 802.11 (2020, 9.2 and 9.3.2.1). Only data frames that
// can be read have a flow: not the encrypted ones, not later fragments, not several
// packets in one (A-MSDU). gopacket's Dot11 allocates for QoS, and its RadioTap for each frame
// without a check sum.
func (d *Decoder) wlan(data []byte, off int, h *Headers) place {
	b := behind(data, off)
	if len(b) < 2 {
		return d.clip()
	}
	const (
		toDS, fromDS, protected, order = 0x01, 0x02, 0x40, 0x80 // second byte
		data80211, qos, noData         = 0x08, 0x80, 0x40       // first byte
	)
	if b[0]&0x0f != data80211 || b[0]&noData != 0 || b[1]&protected != 0 {
		return stop
	}
	if len(b) < 24 {
		return d.clip()
	}
	if b[22]&0x0f != 0 { // number of the fragment
		return stop
	}
	n := 24
	dst, src := b[4:10], b[10:16]
	switch b[1] & (toDS | fromDS) {
	case toDS:
		dst = b[16:22]
	case fromDS:
		src = b[16:22]
	case toDS | fromDS:
		if len(b) < 30 {
			return d.clip()
		}
		dst, src = b[16:22], b[24:30]
		n += 6
	}
	copy(h.Key.Dst[:6], dst)
	copy(h.Key.Src[:6], src)
	if b[0]&qos != 0 {
		if len(b) < n+2 {
			return d.clip()
		}
		if b[n]&0x80 != 0 { // A-MSDU
			return stop
		}
		n += 2
		if b[1]&order != 0 { // HT control
			n += 4
		}
	}
	if len(b) >= n+2 && b[n] == 0 && b[n+1] == 0 {
		n += 2 // some drivers pad the header to four bytes
	}
	if len(b) < n+2 {
		return d.clip()
	}
	return d.logicalLink(data, off+n, h)
}

// radiotap skips https://www.radiotap.org: version, pad, length of it all.
func (d *Decoder) radiotap(data []byte, h *Headers) place {
	if len(data) < 4 {
		return d.clip()
	}
	return d.wlan(data, int(binary.LittleEndian.Uint16(data[2:])), h)
}

// prism skips https://www.tcpdump.org/linktypes/LINKTYPE_IEEE802_11_PRISM.html, whose
// length is in the byte order of the machine, or AVS in its place, big-endian.
// gopacket's PrismHeader slices by lengths that it does not check.
func (d *Decoder) prism(data []byte, h *Headers) place {
	if len(data) < 8 {
		return d.clip()
	}
	n := binary.LittleEndian.Uint32(data[4:])
	if n > 0xffff {
		n = binary.BigEndian.Uint32(data[4:])
	}
	if n > uint32(len(data)) {
		return d.clip()
	}
	return d.wlan(data, int(n), h)
}

// ppi skips https://www.tcpdump.org/linktypes/LINKTYPE_PPI.html: version, flags,
// length of it all, link type of what follows, little-endian. What follows is read
// as a frame of its own, but not PPI again.
func (d *Decoder) ppi(data []byte, h *Headers) place {
	if len(data) < 8 {
		return d.clip()
	}
	n := int(binary.LittleEndian.Uint16(data[2:]))
	if len(data) <= n {
		return d.clip()
	}
	l := capture.LinkType(binary.LittleEndian.Uint32(data[4:]))
	if l == linkPPI {
		return stop
	}
	p := d.link(l, data[n:], h)
	p.off += n
	return p
}
