package decode

import (
	"encoding/binary"

	"github.com/t2host/t2host/host/capture"
)

// linkHeader reads the header of the capture's link type.
func (d *Decoder) linkHeader(l capture.LinkType, data []byte, off int, h *Headers) place {
	switch l {
	case capture.LinkTypeEthernet: // within another one; walk itself knows the others
		return place{ethernet, off}
	case capture.LinkTypeEthernetMPacket: // IEEE 802.3br: preamble and start delimiter before the frame
		d.add(pieceLinkMPacket)
		return place{ethernet, off + 8}
	case capture.LinkTypeLinuxSLL:
		return d.cooked(data, off, h)
	case capture.LinkTypeLinuxSLL2:
		return d.cooked2(data, off, h)
	case capture.LinkTypeNull, capture.LinkTypeLoop:
		return d.loopback(l, data, off, h)
	case capture.LinkTypeRaw, capture.LinkTypeDLTRaw:
		d.add(pieceLinkRaw)
		d.noEthernet(off, h)
		return place{anyIP, off}
	case capture.LinkTypeIPv4: // T2 has no name for these two
		d.noEthernet(off, h)
		return place{ipv4, off}
	case capture.LinkTypeIPv6:
		d.noEthernet(off, h)
		return place{ipv6, off}
	case capture.LinkTypeIEEE80211:
		d.add(pieceLinkWLAN)
		return d.wlanLink(data, off, h)
	case capture.LinkTypeIEEE80211Radiotap:
		return d.radiotap(data, off, h)
	case capture.LinkTypeIEEE80211Prism:
		return d.prism(data, off, h)
	case capture.LinkTypePPI:
		return d.ppi(data, off, h)
	case capture.LinkTypePKTAP:
		return d.pktap(data, off, h)
	case capture.LinkTypeNFLOG:
		return d.nflog(data, off, h)
	case capture.LinkTypeFDDI:
		return d.fddi(data, off, h)
	case capture.LinkTypeJuniperATM1, capture.LinkTypeJuniperEther, capture.LinkTypeJuniperPPPoE:
		return d.juniper(l, data, off, h)
	case capture.LinkTypeSymantecFirewall:
		return d.symantec(data, off, h)
	case capture.LinkTypePPP, capture.LinkTypePPPHDLC:
		return d.ppp(data, off, h)
	case capture.LinkTypePPPWithDir: // a byte for the direction comes first
		return d.ppp(data, off+1, h)
	case capture.LinkTypeCHDLC:
		return d.chdlc(data, off, h)
	case capture.LinkTypeCHDLCWithDir:
		return d.chdlc(data, off+1, h)
	case capture.LinkTypeFRelay:
		return d.frameRelay(data, off, h)
	case capture.LinkTypeFRelayWithDir:
		return d.frameRelay(data, off+1, h)
	}
	if p, ok := d.laterLink(l, data, off, h); ok {
		return p
	}
	d.Counts.unknownLink(l)
	return stop
}

// noEthernet marks a link that has no MAC addresses.
func (d *Decoder) noEthernet(off int, h *Headers) {
	h.FlowStat |= NoEthernet
	d.link = off
}

// loopback reads the address family before a packet of BSD's loopback: NULL in the byte order
// of the capturing machine, LOOP in network byte order. Families are small numbers, so the
// order can be told. gopacket's Loopback allocates its error for other families.
func (d *Decoder) loopback(l capture.LinkType, data []byte, off int, h *Headers) place {
	if l == capture.LinkTypeNull {
		d.add(pieceLinkNull)
	} else {
		d.add(pieceLinkLoop)
	}
	d.noEthernet(off, h)
	if len(data) < off+4 {
		return d.clip(h)
	}
	family := binary.BigEndian.Uint32(data[off:])
	if l == capture.LinkTypeNull && family > 0xff {
		family = binary.LittleEndian.Uint32(data[off:])
	}
	return d.family(family, off+4)
}
