package decode

// fddi reads a frame of https://www.tcpdump.org/linktypes/LINKTYPE_FDDI.html (ANSI X3T9.5), which T2
// refuses: frame control, destination, source, LLC. Frames that are not LLC's are the ring's own.
func (d *Decoder) fddi(data []byte, off int, h *Headers) place {
	const llc = 0x50
	d.add(pieceLinkFDDI)
	if len(data) < off+13 {
		return d.clip(h)
	}
	if data[off]&0xf0 != llc && data[off]&0xf0 != llc|0x80 { // asynchronous, synchronous
		return stop
	}
	d.link = off + 1
	h.MACs = [12]byte(data[off+1:])
	return d.logicalLink(data, off+13, int(h.WireLen), h)
}
