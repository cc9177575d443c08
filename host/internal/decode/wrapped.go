package decode

import (
	"encoding/binary"

	"github.com/t2host/t2host/host/capture"
)

// Links whose header names the link type of the frame after it. They are not read within each
// other.

// ppi skips https://www.tcpdump.org/linktypes/LINKTYPE_PPI.html: version, flags, length of the
// whole header, link type of the frame, little-endian.
func (d *Decoder) ppi(data []byte, off int, h *Headers) place {
	d.add(pieceLinkPPI)
	if len(data) < off+8 {
		return d.clip(h)
	}
	n := int(binary.LittleEndian.Uint16(data[off+2:]))
	if len(data) <= off+n {
		return d.clip(h)
	}
	l := capture.LinkType(binary.LittleEndian.Uint32(data[off+4:]))
	switch l {
	case capture.LinkTypePPI, capture.LinkTypePKTAP:
		return stop
	case capture.LinkTypeIEEE80211: // T2 writes two colons
		d.add(pieceWLAN)
		return d.wlanLink(data, off+n, h)
	}
	return d.linkHeader(l, data, off+n, h)
}

// pktap skips Apple's header (https://www.tcpdump.org/linktypes/LINKTYPE_PKTAP.html, struct
// pktap_header of XNU's bsd/net/pktap.h): length of the whole header, type of record (1:
// packet), link type.
func (d *Decoder) pktap(data []byte, off int, h *Headers) place {
	d.add(pieceLinkPKTAP)
	if len(data) < off+12 {
		return d.clip(h)
	}
	n := binary.LittleEndian.Uint32(data[off:])
	if uint64(n) >= uint64(len(data)-off) {
		return d.clip(h)
	}
	if binary.LittleEndian.Uint32(data[off+4:]) != 1 {
		return stop
	}
	switch l := capture.LinkType(binary.LittleEndian.Uint32(data[off+8:])); l {
	case capture.LinkTypePPI, capture.LinkTypePKTAP:
		return stop
	default:
		return d.linkHeader(l, data, off+int(n), h)
	}
}
