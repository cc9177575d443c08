package decode

import (
	"encoding/binary"

	"github.com/t2host/t2host/host/capture"
)

// Link types (https://www.tcpdump.org/linktypes.html).
const (
	linkNull         capture.LinkType = 0
	linkEthernet     capture.LinkType = 1
	linkPPP          capture.LinkType = 9
	linkRawDLT       capture.LinkType = 12 // what libpcap calls raw IP in memory; in old files and in PPI
	linkPPPHDLC      capture.LinkType = 50
	linkRaw          capture.LinkType = 101
	linkCHDLC        capture.LinkType = 104
	linkWLAN         capture.LinkType = 105
	linkLoop         capture.LinkType = 108
	linkSLL          capture.LinkType = 113
	linkPrism        capture.LinkType = 119
	linkRadiotap     capture.LinkType = 127
	linkPPI          capture.LinkType = 192
	linkPPPWithDir   capture.LinkType = 204
	linkCHDLCWithDir capture.LinkType = 205
	linkIPv4         capture.LinkType = 228
	linkIPv6         capture.LinkType = 229
	linkSLL2         capture.LinkType = 276
)

// link reads the header that the capture's link type puts first.
func (d *Decoder) link(l capture.LinkType, data []byte, h *Headers) place {
	switch l {
	case linkEthernet: // within PPI; walk itself knows the others
		return place{ethernet, 0}
	case linkSLL:
		return d.cooked(data, h)
	case linkSLL2:
		return d.cooked2(data, h)
	case linkNull, linkLoop:
		return d.loopback(l, data)
	case linkRaw, linkRawDLT:
		return place{anyIP, 0}
	case linkIPv4:
		return place{ipv4, 0}
	case linkIPv6:
		return place{ipv6, 0}
	case linkWLAN:
		return d.wlan(data, 0, h)
	case linkRadiotap:
		return d.radiotap(data, h)
	case linkPrism:
		return d.prism(data, h)
	case linkPPI:
		return d.ppi(data, h)
	case linkPPP, linkPPPHDLC:
		return d.ppp(data, 0, h)
	case linkPPPWithDir: // a byte for the direction comes first
		return d.ppp(data, 1, h)
	case linkCHDLC:
		return d.chdlc(data, 0, h)
	case linkCHDLCWithDir:
		return d.chdlc(data, 1, h)
	}
	d.Counts.unknownLink(l)
	return stop
}

// loopback reads the address family before a packet of BSD's loopback: NULL in the
// byte order of the machine that captured, LOOP in network byte order. Families are
// small, so the order shows. gopacket's Loopback allocates its error for others.
func (d *Decoder) loopback(l capture.LinkType, data []byte) place {
	if len(data) < 4 {
		return d.clip()
	}
	family := binary.BigEndian.Uint32(data)
	if l == linkNull && family > 0xff {
		family = binary.LittleEndian.Uint32(data)
	}
	switch family {
	case 2:
		return place{ipv4, 4}
	case 10, 23, 24, 26, 28, 30: // Linux, Windows, NetBSD and OpenBSD, Solaris, FreeBSD, macOS
		return place{ipv6, 4}
	}
	return stop
}

// byNibble tells the version of IP where nothing else does.
func byNibble(data []byte, off int) place {
	switch nibble(data, off) {
	case 4:
		return place{ipv4, off}
	case 6:
		return place{ipv6, off}
	}
	return stop
}

// nibble is the high half of the byte at off: the version of IP.
func nibble(data []byte, off int) byte {
	if off < len(data) {
		return data[off] >> 4
	}
	return 0
}
