package decode

import "encoding/binary"

// EtherTypes of tags and of headers that carry frames or packets, none of which T2 opens.
const (
	typeTRILL      = 0x22f3 // RFC 6325
	typeERSPAN3    = 0x22eb // draft-foschiano-erspan
	typeMACsec     = 0x88e5 // IEEE 802.1AE
	typePBB        = 0x88e7 // IEEE 802.1ah
	typeFabricPath = 0x8903 // Cisco
	typeTTag       = 0x8905 // Cisco's default for its time stamps
	typeCMD        = 0x8909 // Cisco's metadata
	typeVNTag      = 0x8926 // IEEE 802.1Qbh
	typeHSR        = 0x892f // IEC 62439-3
	typeETag       = 0x893f // IEEE 802.1BR
	typeNSH        = 0x894f // RFC 8300
	typeRTag       = 0xf1c1 // IEEE 802.1CB
)

// opens reports whether the payload of an EtherType is read in every place that names its payload so.
func (d *Decoder) opens(t uint16) bool {
	switch t {
	case typeIPv4, typeIPv6, typeMPLS, typeMPLSMany:
		return true
	case typeTRILL, typeMACsec, typePBB, typeFabricPath, typeCMD, typeVNTag, typeHSR, typeETag, typeNSH, typeRTag:
		return !d.AsT2
	}
	return isTag(t) && !d.AsT2
}

// tag reads a header after the EtherType t that ends in another EtherType, or that a frame
// follows (docs/reference/decoding.md#tags). It reports false if t is none of these, or its payload cannot be read.
func (d *Decoder) tag(t uint16, data []byte, off int, h *Headers) (place, bool) {
	if d.AsT2 {
		return stop, false
	}
	switch t {
	case typeVNTag: // direction, interfaces 4
		return d.typeAfter(pieceVNTag, data, off+4, h)
	case typeETag: // priority, interfaces 6
		return d.typeAfter(pieceETag, data, off+6, h)
	case typeHSR, typeRTag: // path and size 2, or reserved 2; sequence number 2
		p := pieceHSR
		if t == typeRTag {
			p = pieceRTag
		}
		return d.typeAfter(p, data, off+4, h)
	case typeTTag: // the number is not assigned: IP must follow
		if !d.sanePayload(data, off+6) {
			return stop, false
		}
		return d.typeAfter(pieceTTag, data, off+6, h)
	case typeCMD:
		return d.metadata(data, off, h)
	case typeMACsec:
		return d.macsec(data, off, h)
	case typeNSH:
		return d.gpe(data, off, gpeNSH, h), true
	case typePBB: // priority, flags, service 4
		d.add(piecePBB)
		return place{frame, off + 4}, true
	case typeFabricPath: // tree, time to live 2
		d.add(pieceFabricPath)
		return place{frame, off + 2}, true
	case typeTRILL: // version, options' length in words, hops 2; egress 2, ingress 2; options
		d.add(pieceTRILL)
		words := int(binary.BigEndian.Uint16(d.head(data, off, 2))>>6) & 0x1f
		return place{frame, off + 6 + words*4}, true
	}
	return stop, false
}

// typeAfter continues after a tag that ends in an EtherType at off.
func (d *Decoder) typeAfter(p piece, data []byte, off int, h *Headers) (place, bool) {
	d.add(p)
	if off+2 > len(data) {
		d.clipped = true
		return d.unreadable(h), true
	}
	h.Key.EtherType = binary.BigEndian.Uint16(data[off:])
	return place{tagged, off + 2}, true
}

// metadata reads Cisco's header: version 1, length of the options in words, option 2 and its
// value, mostly a group 2.
func (d *Decoder) metadata(data []byte, off int, h *Headers) (place, bool) {
	end := off + 6
	if words := int(d.head(data, off, 2)[1]); words > 1 && !d.sanePayload(data, end) {
		end = off + 2 + words*4
	}
	return d.typeAfter(pieceCMD, data, end, h)
}

// macsec reads the security tag (IEEE 802.1AE, 9.3): flags 1 (version, ES, SC: channel
// identifier, SCB, E: encrypted, C: changed, association), short length 1, packet number 4,
// channel 8. Only what is authenticated without encryption can be read.
func (d *Decoder) macsec(data []byte, off int, h *Headers) (place, bool) {
	const version, channel, encrypted, changed = 0x80, 0x20, 0x08, 0x04
	flags := d.head(data, off, 1)[0]
	if off >= len(data) || flags&(version|encrypted|changed) != 0 {
		return stop, false
	}
	off += 6
	if flags&channel != 0 {
		off += 8
	}
	return d.typeAfter(pieceMACsec, data, off, h)
}
