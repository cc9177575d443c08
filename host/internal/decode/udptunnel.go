package decode

// Tunnels over UDP that T2 does not look for. The destination is their port: the source is
// chosen by the sender, to spread flows.

// laterTunnel tries them.
func (d *Decoder) laterTunnel(data []byte, off int, h *Headers) (place, bool) {
	switch tunnelPort(h.Key.DstPort) {
	case tunnelMPLS:
		return d.mplsInUDP(data, off, h)
	case tunnelGUE:
		return d.gue(data, off, h)
	case tunnelGRE:
		return d.greInUDP(data, off, h), true
	case tunnelLISP:
		return d.lisp(data, off, h)
	}
	return stop, false
}

// mplsInUDP reads labels (RFC 7510, 3) before IP, or before a sane frame.
func (d *Decoder) mplsInUDP(data []byte, off int, h *Headers) (place, bool) {
	const maxLabels = 16 // more are something else
	for n := 0; ; n++ {
		end := off + (n+1)*4
		if n == maxLabels || end > len(data) {
			return stop, false
		}
		if data[end-2]&1 == 0 {
			continue
		}
		if v := nibble(data, end); v != 4 && v != 6 && !d.saneFrame(data, end) && !d.saneFrame(data, end+4) {
			return stop, false
		}
		d.enter(h)
		h.Key.EtherType = typeMPLS
		return place{etherType, off}, true
	}
}

// gue reads the header of draft-ietf-intarea-gue, 3: version and C (control) with the length of
// extensions in words, IP protocol of the payload, flags 2. Version 1 is an IP packet without
// a header of its own.
func (d *Decoder) gue(data []byte, off int, h *Headers) (place, bool) {
	const control = 0x20
	if off+4 > len(data) {
		return stop, false
	}
	b := data[off : off+4]
	switch b[0] >> 6 {
	case 1:
		if !saneIP(data, off, int(h.WireLen)) {
			return stop, false
		}
		d.add(pieceGUE)
		d.enter(h)
		return place{anyIP, off}, true
	case 0:
		if b[0]&control != 0 {
			d.add(pieceGUE)
			return stopped(h)
		}
		off += 4 + int(b[0]&0x1f)*4
	default:
		return stop, false
	}
	switch b[1] {
	case protoIPv4, protoIPv6:
		if !saneIP(data, off, int(h.WireLen)) {
			return stop, false
		}
		d.add(pieceGUE)
		d.enter(h)
		return place{anyIP, off}, true
	case protoGRE:
		d.add(pieceGUE)
		return d.greInUDP(data, off, h), true
	case protoMPLS:
		d.add(pieceGUE)
		d.enter(h)
		h.Key.EtherType = typeMPLS
		return place{etherType, off}, true
	case protoEthernet:
		d.add(pieceGUE)
		d.enter(h)
		return place{frame, off}, true
	case protoEtherIP:
		d.add(pieceGUE)
		d.add(pieceEtherIP)
		d.enter(h)
		return place{frame, off + 2}, true
	}
	return stop, false
}

// greInUDP reads GRE (RFC 8086, 3). If it is not opened, the packet has UDP's header.
func (d *Decoder) greInUDP(data []byte, off int, h *Headers) place {
	udp := d.transportHeader
	p := d.gre(data, off, h)
	if p.next == end {
		d.transportHeader = udp
	} else {
		d.outer.transportHeader = udp
	}
	return p
}

// lisp reads the header of RFC 9300, 5.3: flags, nonce or version, instance; 8 bytes.
func (d *Decoder) lisp(data []byte, off int, h *Headers) (place, bool) {
	if !saneIP(data, off+8, int(h.WireLen)) {
		return stop, false
	}
	d.add(pieceLISP)
	d.enter(h)
	return place{anyIP, off + 8}, true
}
