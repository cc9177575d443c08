package filter

import (
	"fmt"

	"github.com/t2host/t2host/host/capture"
)

// EtherTypes and SAPs of LLC.
const (
	typeIP, typeARP, typeRARP, typeIP6         = 0x0800, 0x0806, 0x8035, 0x86dd
	typeATALK, typeAARP, typeIPX               = 0x809b, 0x80f3, 0x8137
	typeMPLS, typePPPoED, typePPPoES           = 0x8847, 0x8863, 0x8864
	typeVLAN, typeServiceVLAN, typeOldVLAN     = 0x8100, 0x88a8, 0x9100
	pppIP, pppIP6, pppOSI, pppDECnet, pppATALK = 0x21, 0x57, 0x23, 0x27, 0x29
	pppIPX, pppSTP, pppNetBEUI, pppMPLS        = 0x2b, 0x31, 0x3f, 0x281
	sapISO, sapIPX, sapNetBEUI                 = 0xfe, 0xe0, 0xf0
	mostLength                                 = 1500 // of an 802.3 frame; above it the field is an EtherType
	familyIP6                                  = 10   // AF_INET6 of Linux
	juniperMagic                               = 0x4d474300
)

// family is how a link type tells what a packet is.
type family uint8

const (
	ethernet family = iota + 1
	cooked          // Linux's, with an EtherType or a small number
	cooked2
	raw  // IP, by the version in it
	raw4 // IPv4
	raw6
	null // an address family in the byte order of who captured
	loop // the same in network byte order
	ppp
	hdlc     // Cisco's
	llc      // LLC and SNAP without a length before them
	wireless // IEEE 802.11
	frelay
	pflog
	enc     // OpenBSD's, of IPsec
	juniper // that there is a packet, whatever it is
	symantec
)

// layout is where headers are at a place of an expression: vlan, mpls and pppoes move what comes after them in the text.
type layout struct {
	family
	link    capture.LinkType
	header  place        // the link layer's header
	mac     uint32       // the offset of Ethernet's addresses in it
	hasMAC  *condition   // whether they are there; nil: they are
	kind    place        // the type in it
	payload place        // what comes after it
	network uint32       // the offset of the network layer's header in that
	iso     uint32       // of OSI's, which comes without SNAP
	labels  int          // of MPLS so far
	cells   uint8        // that are used so far
	starts  []*condition // what cells hold from the beginning, one condition a cell, if they are used
	all     *condition   // of all frames; nil: none
}

// layoutOf returns the layout of a link type.
func layoutOf(link capture.LinkType) (layout, error) {
	l := layout{link: link}
	fixed := func(f family, kind, payload, network, iso uint32) {
		l.family, l.kind.at, l.payload.at, l.network, l.iso = f, kind, payload, network, iso
	}
	switch link {
	case capture.LinkTypeEthernet:
		fixed(ethernet, 12, 14, 0, 3)
	case capture.LinkTypeLinuxSLL:
		fixed(cooked, 14, 16, 0, 3)
	case capture.LinkTypeLinuxSLL2:
		fixed(cooked2, 0, 20, 0, 3)
	case capture.LinkTypeRaw, capture.LinkTypeDLTRaw, capture.LinkTypeDLTRawOpenBSD:
		l.family = raw
	case capture.LinkTypeIPv4:
		l.family = raw4
	case capture.LinkTypeIPv6:
		l.family = raw6
	case capture.LinkTypeNull:
		fixed(null, 0, 4, 0, 0)
	case capture.LinkTypeLoop:
		fixed(loop, 0, 4, 0, 0)
	case capture.LinkTypePPP, capture.LinkTypePPPHDLC:
		fixed(ppp, 2, 4, 0, 0)
	case capture.LinkTypePPPEther:
		fixed(ppp, 6, 8, 0, 0)
	case capture.LinkTypeCHDLC:
		fixed(hdlc, 2, 4, 0, 0)
	case capture.LinkTypeFDDI:
		fixed(llc, 13, 13, 8, 3)
		l.mac = 1
	case capture.LinkTypeATMRFC1483:
		fixed(llc, 0, 0, 8, 3)
	case capture.LinkTypeIEEE80211, capture.LinkTypeIEEE80211Radiotap, capture.LinkTypeIEEE80211Prism, capture.LinkTypeIEEE80211AVS, capture.LinkTypePPI:
		l.wireless()
	case capture.LinkTypeFRelay: // libpcap does not skip its header
		fixed(frelay, 2, 0, 0, 0)
	case capture.LinkTypePFLog:
		l.pflog()
	case capture.LinkTypeENC:
		fixed(enc, 0, 12, 0, 0)
	case capture.LinkTypeJuniperATM1:
		fixed(juniper, 0, 4, 0, 10)
	case capture.LinkTypeJuniperEther, capture.LinkTypeJuniperPPPoE:
		fixed(juniper, 0, 14, 18, 21)
	case capture.LinkTypeSymantecFirewall:
		fixed(symantec, 6, 44, 0, 0)
	default:
		return l, fmt.Errorf("filter: frames of link type %v are not filtered", link)
	}
	return l, nil
}

// at returns the place of a byte of the network layer's header.
func (l *layout) at(offset uint32) place { return l.payload.plus(l.network + offset) }

// cell reserves a cell. Arithmetic has what is left of them.
func (l *layout) cell() uint8 {
	l.cells++
	return l.cells
}

// begin returns a cell that holds a number from the beginning of a program that uses it.
func (l *layout) begin(v *value) uint8 {
	c := l.cell()
	l.starts = append(l.starts, assign(c, v))
	return c
}

// is returns the test of what a packet is: an EtherType, or a SAP of LLC.
func (l *layout) is(kind uint32) (*condition, error) {
	if l.labels > 0 {
		return l.underLabels(kind)
	}
	kindIs := func(n uint32) *condition { return equal(load(l.kind, 2), n) }
	switch l.family {
	case ethernet:
		return l.etherIs(kind), nil
	case cooked, cooked2:
		if kind > mostLength {
			return kindIs(kind), nil
		}
		const llc = 4 // ETH_P_802_2
		return both(kindIs(llc), equal(load(l.payload, 1), kind)), nil
	case raw:
		return l.version(kind), nil
	case raw4, raw6:
		if l.family == raw4 && kind == typeIP || l.family == raw6 && kind == typeIP6 {
			return yes, nil
		}
		return no, nil
	case null, loop, pflog, enc:
		return l.addressFamily(kind), nil
	case llc, wireless:
		return both(l.dataFrame(), l.llcIs(kind)), nil
	case frelay:
		return l.inFrameRelay(kind), nil
	case juniper:
		return masked(load(l.header, 4), juniperMagic, 0xffffff00), nil
	case symantec:
		return kindIs(kind), nil
	case ppp:
		if n, ok := map[uint32]uint32{typeIP: pppIP, typeIP6: pppIP6, 0x6003: pppDECnet, typeATALK: pppATALK, sapISO: pppOSI, 0x42: pppSTP, sapIPX: pppIPX, sapNetBEUI: pppNetBEUI}[kind]; ok {
			kind = n
		}
		return kindIs(kind), nil
	}
	if kind == sapISO { // of Cisco's HDLC
		kind = sapISO<<8 | sapISO
	}
	return kindIs(kind), nil
}

// version returns the test of the IP version where nothing else tells.
func (l *layout) version(kind uint32) *condition {
	switch kind {
	case typeIP:
		return masked(load(l.at(0), 1), 0x40, 0xf0)
	case typeIP6:
		return masked(load(l.at(0), 1), 0x60, 0xf0)
	}
	return no
}

// underLabels returns the test of what is under the last label: by the bit that says that it is the last, and the IP version.
func (l *layout) underLabels(kind uint32) (*condition, error) {
	if kind != typeIP && kind != typeIP6 {
		return nil, fmt.Errorf("only IP is told under a label of MPLS")
	}
	return both(l.lastLabel(1), l.version(kind)), nil
}

// lastLabel is the test of the bit that says whether the label before the network layer's header is the last one.
func (l *layout) lastLabel(is uint32) *condition {
	const before = ^uint32(2) + 1 // two bytes
	return masked(load(l.at(before), 1), is, 1)
}

// short is the test of a length where an EtherType would be: an 802.3 frame.
func (l *layout) short() *condition { return inverse(compare(jumpGT, load(l.kind, 2), mostLength)) }

// snap returns the test of a SNAP header: an organization and its protocol.
func (l *layout) snap(organization, kind uint32) *condition {
	return bytesEqual(l.payload, []byte{0xaa, 0xaa, 3, byte(organization >> 16), byte(organization >> 8), byte(organization), byte(kind >> 8), byte(kind)})
}

// etherIs returns the test of an EtherType, or of a SAP or a SNAP header in an 802.3 frame.
func (l *layout) etherIs(kind uint32) *condition {
	switch {
	case kind == sapISO || kind == sapNetBEUI:
		return both(l.short(), equal(load(l.payload, 2), kind<<8|kind))
	case kind == sapIPX:
		const netware = 0xffff
		return either(equal(load(l.kind, 2), typeIPX), both(l.short(), either(l.snap(0, typeIPX), either(equal(load(l.payload, 1), sapIPX), equal(load(l.payload, 2), netware)))))
	case kind == typeATALK:
		return either(equal(load(l.kind, 2), kind), both(l.short(), l.snap(0x080007, kind)))
	case kind == typeAARP:
		return either(equal(load(l.kind, 2), kind), both(l.short(), l.snap(0, kind)))
	case kind <= mostLength:
		return both(l.short(), equal(load(l.payload, 1), kind))
	}
	return equal(load(l.kind, 2), kind)
}

// llcIs returns the test of a SAP of LLC, or of the EtherType of SNAP.
func (l *layout) llcIs(kind uint32) *condition {
	switch {
	case kind == sapISO || kind == sapNetBEUI:
		return equal(load(l.kind, 2), kind<<8|kind)
	case kind == typeATALK:
		return l.snap(0x080007, kind)
	case kind <= mostLength:
		return equal(load(l.kind, 1), kind)
	}
	return equal(load(l.kind.plus(6), 2), kind)
}

// inFrameRelay returns the test of what is in a frame of Frame Relay.
func (l *layout) inFrameRelay(kind uint32) *condition {
	switch kind {
	case typeIP:
		return l.nlpid(0xcc)
	case typeIP6:
		return l.nlpid(0x8e)
	case sapISO:
		return either(l.nlpid(osiProtocols["clnp"]), l.nlpid(osiProtocols["esis"]), l.nlpid(osiProtocols["isis"]))
	}
	return no
}

// nlpid returns the test of a network layer protocol identifier, in an unnumbered frame (RFC 2427, 3).
func (l *layout) nlpid(n uint32) *condition {
	const unnumbered = 0x03 << 8
	return equal(load(l.kind, 2), unnumbered|n)
}

// addressFamily returns the test of IP by an address family: in a byte, or in four of an order that the link type tells, or not.
func (l *layout) addressFamily(kind uint32) *condition {
	number := map[uint32]uint32{typeIP: 2, typeIP6: familyIP6}[kind]
	little, big := equal(load(l.kind, 4), number<<24), equal(load(l.kind, 4), number)
	switch {
	case number == 0:
		return no
	case l.family == pflog:
		return equal(load(l.kind, 1), number)
	case l.family == enc:
		return little
	case l.family == loop:
		return big
	}
	return either(little, big)
}

// insideTag moves what comes after to the inside of a VLAN tag.
func (l *layout) insideTag() { l.kind, l.payload = l.kind.plus(4), l.payload.plus(4) }
