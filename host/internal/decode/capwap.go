package decode

// capwap reads the header of RFC 5415, 4.3. Byte 0: version and type (1: DTLS); then 5 bits
// length in words, 5 radio, 5 binding (1: IEEE 802.11), T (the binding's frames, else
// Ethernet's), F (fragment), L, W, M, K (keep-alive), 3 reserved; fragment 2, offset 13 bits, 3 reserved.
func (d *Decoder) capwap(data []byte, off int, h *Headers) (place, bool) {
	if off+8 > len(data) {
		return stop, false
	}
	b := data[off : off+8]
	kind, native := b[0]&0x0f, b[2]&1 != 0
	control := h.Key.SrcPort != portCAPWAP && h.Key.DstPort != portCAPWAP
	switch reserved := b[3]&7 != 0 || b[7]&3 != 0; {
	case b[0]>>4 != 0 || native && b[2]>>1&0x1f != 1:
		return stop, false
	case reserved && (d.AsT2 || control || kind != 0 || native || !d.saneFrame(data, off+int(b[1]>>3)*4)):
		// Reserved bits are ignored on receipt if a sane frame follows; T2 wants them to be zero.
		return stop, false
	}
	h.FlowStat |= CAPWAP
	if control {
		d.add(pieceCAPWAP)
	} else {
		d.add(pieceCAPWAPData)
	}
	const fragment, keepAlive = 0x80, 0x08
	later := b[3]&fragment != 0 && (b[6] != 0 || b[7]>>3 != 0)
	switch {
	case kind == 1:
		d.add(pieceDTLS)
		h.FlowStat |= DTLS
		if !control {
			return d.sealed(h)
		}
		return stopped(h)
	case control || b[3]&keepAlive != 0:
		return stopped(h)
	case later:
		return d.sealed(h)
	}
	off += int(b[1]>>3) * 4
	d.enter(h)
	if !native {
		return place{frame, off}, true
	}
	return d.tunnelledWLAN(data, off, h), true
}

// lwapp reads the header of RFC 5412, 3.3: flags (4: control), fragment, length 2, status 2.
// On the control port T2 skips the same number of bytes before it.
func (d *Decoder) lwapp(data []byte, off int, h *Headers) (place, bool) {
	d.add(pieceLWAPP)
	h.FlowStat |= CAPWAP
	if h.Key.SrcPort == portLWAPP || h.Key.DstPort == portLWAPP {
		off += 6
	}
	if off+6 > len(data) || data[off]&4 != 0 {
		return stopped(h)
	}
	d.enter(h)
	return d.tunnelledWLAN(data, off+6, h), true
}

// tunnelledWLAN reads a frame of IEEE 802.11 with the bytes of its frame control swapped, as
// some senders do and T2 expects of all.
func (d *Decoder) tunnelledWLAN(data []byte, off int, h *Headers) place {
	d.add(pieceWLAN)
	p := d.wlan(data, off, off+2 <= len(data) && data[off+1]&0x0f == wlanData, h)
	if p.next == end && d.inner {
		h.FlowStat &^= L2Cut // the link's own header is there
		return d.leave(h)
	}
	return p
}
