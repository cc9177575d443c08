package decode

import "encoding/binary"

// wlanData is the low half of the first byte of a data frame: version 0, type 2.
const wlanData = 0x08

// wlanLink reads a frame of a link of IEEE 802.11. As in T2 its first 12 bytes are shown as
// addresses.
func (d *Decoder) wlanLink(data []byte, off int, h *Headers) place {
	d.firstBytes(data, off, h)
	return d.wlan(data, off, false, h)
}

// wlan reads a frame of IEEE 802.11 (2020, 9.2 and 9.3.2.1). Only readable data frames have a
// flow: no encrypted ones, later fragments or several packets in one (A-MSDU). gopacket's
// Dot11 allocates for QoS, and its RadioTap for each frame without a checksum.
func (d *Decoder) wlan(data []byte, off int, swapped bool, h *Headers) place {
	b := after(data, off)
	if len(b) < 2 {
		return d.clip(h)
	}
	const (
		toDS, fromDS, protected, order = 0x01, 0x02, 0x40, 0x80 // second byte
		qos, noData                    = 0x80, 0x40             // first byte
	)
	kind, flags := b[0], b[1]
	if swapped {
		kind, flags = flags, kind
	}
	if kind&0x0f != wlanData || kind&noData != 0 || flags&protected != 0 {
		return stop
	}
	n := 24
	if flags&(toDS|fromDS) == toDS|fromDS { // a fourth address
		n += 6
	}
	if len(b) < n {
		return d.clip(h)
	}
	fragment := b[22]
	if swapped { // senders that swap the frame control swap the sequence control too
		fragment = b[23]
	}
	if fragment&0x0f != 0 {
		return stop
	}
	if kind&qos != 0 {
		if len(b) < n+2 {
			return d.clip(h)
		}
		if b[n]&0x80 != 0 { // A-MSDU
			return stop
		}
		n += 2
		if flags&order != 0 { // HT control
			n += 4
		}
	}
	if len(b) >= n+2 && b[n] == 0 && b[n+1] == 0 {
		n += 2 // some drivers pad the header to four bytes
	}
	if len(b) < n+2 {
		return d.clip(h)
	}
	return d.logicalLink(data, off+n, int(h.WireLen), h)
}

// radiotap skips https://www.radiotap.org: version, pad, length of the whole header.
func (d *Decoder) radiotap(data []byte, off int, h *Headers) place {
	d.add(pieceLinkRadiotap)
	if len(data) < off+4 {
		return d.clip(h)
	}
	d.add(pieceWLAN)
	return d.wlanLink(data, off+int(binary.LittleEndian.Uint16(data[off+2:])), h)
}

// prism skips https://www.tcpdump.org/linktypes/LINKTYPE_IEEE802_11_PRISM.html, whose
// length is in the byte order of the machine, or AVS in its place, big-endian.
// gopacket's PrismHeader slices by lengths that it does not check.
func (d *Decoder) prism(data []byte, off int, h *Headers) place {
	d.add(pieceLinkPrism)
	if len(data) < off+8 {
		return d.clip(h)
	}
	n := binary.LittleEndian.Uint32(data[off+4:])
	if n > 0xffff {
		n = binary.BigEndian.Uint32(data[off+4:])
	}
	if uint64(n) > uint64(len(data)-off) {
		return d.clip(h)
	}
	d.add(pieceWLAN)
	return d.wlanLink(data, off+int(n), h)
}
