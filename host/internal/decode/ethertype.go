package decode

// EtherTypes (IEEE 802 Numbers, IANA) that change how a frame is read.
const (
	typeIPv4     = 0x0800
	typeARP      = 0x0806
	typeBridging = 0x6558 // transparent Ethernet bridging
	typeRARP     = 0x8035
	typeAARP     = 0x80f3
	typeVLAN     = 0x8100 // IEEE 802.1Q
	typeIPv6     = 0x86dd
	typeSlow     = 0x8809 // IEEE 802.3, Annex 57A
	typePPP      = 0x880b
	typeWCCP     = 0x883e
	typeMPLS     = 0x8847
	typeMPLSMany = 0x8848 // multicast, or upstream-assigned labels
	typePPPoED   = 0x8863
	typePPPoE    = 0x8864
	typeLLC      = 0x8870 // LLC in frames too long for a length field
	typeQinQ     = 0x88a8 // IEEE 802.1ad
	typeERSPAN   = 0x88be
	typeLLDP     = 0x88cc
	typeQ91      = 0x9100 // before 802.1ad
	typeQ92      = 0x9200

	maxLength = 1500 // above it the field is an EtherType (T2; in IEEE 802.3 from 1536)
)

// etherType continues by the type of the payload. All types but IP and those that carry it are
// layer-2 flows, and so is a payload that is announced as IP but has another version.
func (d *Decoder) etherType(data []byte, off int, h *Headers) place {
	d.payload, d.end = off, off
	switch t := h.Key.EtherType; t {
	case typeIPv4, typeIPv6:
		switch v := nibble(data, off); {
		case t == typeIPv4 && v == 4:
			return place{ipv4, off}
		case t == typeIPv6 && v == 6:
			return place{ipv6, off}
		case d.inner && off >= len(data):
			return d.unreadable(h)
		}
		return d.wrongVersion(h)
	case typeMPLS, typeMPLSMany:
		return d.mpls(data, off, h)
	case typePPPoE:
		return d.pppoe(data, off, h)
	case typeERSPAN:
		d.add(pieceERSPAN)
		h.FlowStat |= ERSPAN
		return place{frame, off + 8}
	case typeARP:
		d.add(pieceARP)
		d.end = off + 28
	case typeSlow:
		d.addType(t, h)
		d.slow(data, off)
	default:
		if p, ok := d.tag(t, data, off, h); ok {
			return p
		}
		d.addType(t, h)
	}
	if t := h.Key.EtherType; t == typePPPoED || !d.inner { // the others' bits are for layer-2 flows only
		h.FlowStat |= typeStatus(t)
	}
	return d.notIP(h)
}

func typeStatus(t uint16) FlowStat {
	switch t {
	case typeARP, typeAARP:
		return ARP
	case typeRARP:
		return RARP
	case typePPPoED:
		return PPPoEDiscovery
	case typeLLDP:
		return LLDP
	}
	return 0
}

// wrongVersion ends the walk at a header that does not have the announced version: a layer-2
// flow, or no flow in a tunnel.
func (d *Decoder) wrongVersion(h *Headers) place {
	h.FlowStat |= WrongVersion
	d.add(pieceIPvX)
	if d.inner {
		return noFlow(h)
	}
	h.Key.Kind = Layer2
	return stop
}

// slow adds the name of a slow protocol as T2 does, by the byte after the subtype; for LACP
// that is its version, which equals the subtype.
func (d *Decoder) slow(data []byte, off int) {
	switch d.head(data, off, 2)[1] {
	case 1:
		d.add(pieceLACP)
	case 2:
		d.add(pieceMarker)
	case 3:
		d.add(pieceOAMPDU)
	case 10:
		d.add(pieceOSSP)
	}
}
