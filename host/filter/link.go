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
	hdlc // Cisco's
)

// layout is where headers are at a place of an expression: vlan, mpls and pppoes move what comes after them in the text.
type layout struct {
	family
	link    capture.LinkType
	header  uint32 // the offset of the link layer's header
	kind    uint32 // of the type in it
	payload uint32 // of what comes after it
	network uint32 // of the network layer's header in that
	labels  int    // of MPLS so far
}

// layoutOf returns the layout of a link type.
func layoutOf(link capture.LinkType) (layout, error) {
	l := layout{link: link}
	switch link {
	case capture.LinkTypeEthernet:
		l.family, l.kind, l.payload = ethernet, 12, 14
	case capture.LinkTypeLinuxSLL:
		l.family, l.kind, l.payload = cooked, 14, 16
	case capture.LinkTypeLinuxSLL2:
		l.family, l.kind, l.payload = cooked2, 0, 20
	case capture.LinkTypeRaw, capture.LinkTypeDLTRaw, capture.LinkTypeDLTRawOpenBSD:
		l.family = raw
	case capture.LinkTypeIPv4:
		l.family = raw4
	case capture.LinkTypeIPv6:
		l.family = raw6
	case capture.LinkTypeNull:
		l.family, l.payload = null, 4
	case capture.LinkTypeLoop:
		l.family, l.payload = loop, 4
	case capture.LinkTypePPP, capture.LinkTypePPPHDLC:
		l.family, l.kind, l.payload = ppp, 2, 4
	case capture.LinkTypePPPEther:
		l.family, l.kind, l.payload = ppp, 6, 8
	case capture.LinkTypeCHDLC:
		l.family, l.kind, l.payload = hdlc, 2, 4
	default:
		return l, fmt.Errorf("filter: frames of link type %v are not filtered", link)
	}
	return l, nil
}

// at returns the offset of a byte of the network layer's header.
func (l *layout) at(offset uint32) uint32 { return l.payload + l.network + offset }

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
	case null, loop:
		number := map[uint32]uint32{typeIP: 2, typeIP6: familyIP6}[kind]
		switch {
		case number == 0:
			return no, nil
		case l.family == loop:
			return equal(load(l.header, 4), number), nil
		}
		return either(equal(load(l.header, 4), number<<24), equal(load(l.header, 4), number)), nil
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
	return both(masked(load(l.at(0)-2, 1), 1, 1), l.version(kind)), nil
}

// short is the test of a length where an EtherType would be: an 802.3 frame.
func (l *layout) short() *condition { return inverse(compare(jumpGT, load(l.kind, 2), mostLength)) }

// etherIs returns the test of an EtherType, or of a SAP or a SNAP header in an 802.3 frame.
func (l *layout) etherIs(kind uint32) *condition {
	snap := func(organization, kind uint32) *condition {
		return bytesEqual(l.payload, []byte{0xaa, 0xaa, 3, byte(organization >> 16), byte(organization >> 8), byte(organization), byte(kind >> 8), byte(kind)})
	}
	switch {
	case kind == sapISO || kind == sapNetBEUI:
		return both(l.short(), equal(load(l.payload, 2), kind<<8|kind))
	case kind == sapIPX:
		const netware = 0xffff
		return either(equal(load(l.kind, 2), typeIPX), both(l.short(), either(snap(0, typeIPX), either(equal(load(l.payload, 1), sapIPX), equal(load(l.payload, 2), netware)))))
	case kind == typeATALK:
		return either(equal(load(l.kind, 2), kind), both(l.short(), snap(0x080007, kind)))
	case kind == typeAARP:
		return either(equal(load(l.kind, 2), kind), both(l.short(), snap(0, kind)))
	case kind <= mostLength:
		return both(l.short(), equal(load(l.payload, 1), kind))
	}
	return equal(load(l.kind, 2), kind)
}

// insideTag moves what comes after to the inside of a VLAN tag.
func (l *layout) insideTag() { l.kind, l.payload = l.kind+4, l.payload+4 }
