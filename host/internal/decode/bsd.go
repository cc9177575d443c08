package decode

import (
	"encoding/binary"

	"github.com/t2host/t2host/host/capture"
)

// laterLink reads link types that T2 refuses and that came after the comparison with it. It
// reports false for all others.
func (d *Decoder) laterLink(l capture.LinkType, data []byte, off int, h *Headers) (place, bool) {
	if d.AsT2 {
		return stop, false
	}
	switch l {
	case capture.LinkTypeDLTRawOpenBSD:
		d.add(pieceLinkRaw)
		d.noEthernet(off, h)
		return place{anyIP, off}, true
	case capture.LinkTypePFLog:
		return d.pflog(data, off, h), true
	case capture.LinkTypeENC:
		return d.enc(data, off, h), true
	case capture.LinkTypeMPLS:
		d.add(pieceLinkRaw)
		d.noEthernet(off, h)
		h.Key.EtherType = typeMPLS
		return place{etherType, off}, true
	case capture.LinkTypePPPEther:
		d.add(pieceLinkRaw)
		d.noEthernet(off, h)
		h.Key.EtherType = typePPPoE
		if d.head(data, off, 2)[1] != 0 { // the code of a session's packets is 0
			h.Key.EtherType = typePPPoED
		}
		return place{etherType, off}, true
	case capture.LinkTypeATMRFC1483:
		d.add(pieceLinkATM)
		h.FlowStat |= NoEthernet
		d.firstBytes(data, off, h)
		return d.logicalLink(data, off, int(h.WireLen), h), true
	case capture.LinkTypeIEEE80211AVS: // prism knows it too
		return d.prism(data, off, h), true
	}
	return stop, false
}

// pflog reads the header of https://www.tcpdump.org/linktypes/LINKTYPE_PFLOG.html: its length
// without the padding to 4 bytes, address family.
func (d *Decoder) pflog(data []byte, off int, h *Headers) place {
	d.add(pieceLinkPFLog)
	d.noEthernet(off, h)
	if len(data) < off+4 {
		return d.clip(h)
	}
	return d.family(uint32(data[off+1]), off+(int(data[off])+3)&^3)
}

// enc reads the header of https://www.tcpdump.org/linktypes/LINKTYPE_ENC.html: address family 4
// in the byte order of the machine, index 4, flags 4.
func (d *Decoder) enc(data []byte, off int, h *Headers) place {
	d.add(pieceLinkENC)
	d.noEthernet(off, h)
	if len(data) < off+12 {
		return d.clip(h)
	}
	family := binary.LittleEndian.Uint32(data[off:])
	if family > 0xff {
		family = binary.BigEndian.Uint32(data[off:])
	}
	return d.family(family, off+12)
}

// family returns the place of a packet of an address family as the systems number them.
func (d *Decoder) family(family uint32, off int) place {
	switch family {
	case 2:
		return place{ipv4, off}
	case 10, 23, 24, 26, 28, 30: // Linux, Windows, NetBSD and OpenBSD, Solaris, FreeBSD, macOS
		return place{ipv6, off}
	}
	return stop
}
