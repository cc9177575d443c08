package decode

import (
	"encoding/binary"

	"github.com/t2host/t2host/host/capture"
)

// Link types (https://www.tcpdump.org/linktypes.html).
const (
	linkNull              capture.LinkType = 0
	linkEthernet          capture.LinkType = 1
	linkPPP               capture.LinkType = 9
	linkFDDI              capture.LinkType = 10
	linkRawDLT            capture.LinkType = 12 // what libpcap calls raw IP in memory; in old files and in PPI
	linkPPPHDLC           capture.LinkType = 50
	linkSymantec          capture.LinkType = 99
	linkRaw               capture.LinkType = 101
	linkCHDLC             capture.LinkType = 104
	linkWLAN              capture.LinkType = 105
	linkFrameRelay        capture.LinkType = 107
	linkLoop              capture.LinkType = 108
	linkSLL               capture.LinkType = 113
	linkPrism             capture.LinkType = 119
	linkRadiotap          capture.LinkType = 127
	linkJuniperATM1       capture.LinkType = 137
	linkJuniperPPPoE      capture.LinkType = 167
	linkJuniperEther      capture.LinkType = 178
	linkPPI               capture.LinkType = 192
	linkPPPWithDir        capture.LinkType = 204
	linkCHDLCWithDir      capture.LinkType = 205
	linkFrameRelayWithDir capture.LinkType = 206
	linkIPv4              capture.LinkType = 228
	linkIPv6              capture.LinkType = 229
	linkNFLOG             capture.LinkType = 239
	linkPKTAP             capture.LinkType = 258
	linkMPacket           capture.LinkType = 274
	linkSLL2              capture.LinkType = 276
)

// linkHeader reads the header of the capture's link type.
func (d *Decoder) linkHeader(l capture.LinkType, data []byte, off int, h *Headers) place {
	switch l {
	case linkEthernet: // within another one; walk itself knows the others
		return place{ethernet, off}
	case linkMPacket: // IEEE 802.3br: preamble and start delimiter before the frame
		d.add(pieceLinkMPacket)
		return place{ethernet, off + 8}
	case linkSLL:
		return d.cooked(data, off, h)
	case linkSLL2:
		return d.cooked2(data, off, h)
	case linkNull, linkLoop:
		return d.loopback(l, data, off, h)
	case linkRaw, linkRawDLT:
		d.add(pieceLinkRaw)
		d.noEthernet(off, h)
		return place{anyIP, off}
	case linkIPv4: // T2 has no name for these two
		d.noEthernet(off, h)
		return place{ipv4, off}
	case linkIPv6:
		d.noEthernet(off, h)
		return place{ipv6, off}
	case linkWLAN:
		d.add(pieceLinkWLAN)
		return d.wlanLink(data, off, h)
	case linkRadiotap:
		return d.radiotap(data, off, h)
	case linkPrism:
		return d.prism(data, off, h)
	case linkPPI:
		return d.ppi(data, off, h)
	case linkPKTAP:
		return d.pktap(data, off, h)
	case linkNFLOG:
		return d.nflog(data, off, h)
	case linkFDDI:
		return d.fddi(data, off, h)
	case linkJuniperATM1, linkJuniperEther, linkJuniperPPPoE:
		return d.juniper(l, data, off, h)
	case linkSymantec:
		return d.symantec(data, off, h)
	case linkPPP, linkPPPHDLC:
		return d.ppp(data, off, h)
	case linkPPPWithDir: // a byte for the direction comes first
		return d.ppp(data, off+1, h)
	case linkCHDLC:
		return d.chdlc(data, off, h)
	case linkCHDLCWithDir:
		return d.chdlc(data, off+1, h)
	case linkFrameRelay:
		return d.frameRelay(data, off, h)
	case linkFrameRelayWithDir:
		return d.frameRelay(data, off+1, h)
	}
	d.Counts.unknownLink(l)
	return stop
}

// noEthernet marks a link that has no MAC addresses.
func (d *Decoder) noEthernet(off int, h *Headers) {
	h.Status |= NoEthernet
	d.link = off
}

// loopback reads the address family before a packet of BSD's loopback: NULL in the byte order
// of the capturing machine, LOOP in network byte order. Families are small numbers, so the
// order can be told. gopacket's Loopback allocates its error for other families.
func (d *Decoder) loopback(l capture.LinkType, data []byte, off int, h *Headers) place {
	if l == linkNull {
		d.add(pieceLinkNull)
	} else {
		d.add(pieceLinkLoop)
	}
	d.noEthernet(off, h)
	if len(data) < off+4 {
		return d.clip(h)
	}
	family := binary.BigEndian.Uint32(data[off:])
	if l == linkNull && family > 0xff {
		family = binary.LittleEndian.Uint32(data[off:])
	}
	switch family {
	case 2:
		return place{ipv4, off + 4}
	case 10, 23, 24, 26, 28, 30: // Linux, Windows, NetBSD and OpenBSD, Solaris, FreeBSD, macOS
		return place{ipv6, off + 4}
	}
	return stop
}
