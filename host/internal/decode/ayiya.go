package decode

// ayiya reads the header of draft-massar-v6ops-ayiya, 3: length of the identity as a power of
// two, its type; length of the signature in words, its method; operation; next header; time
// 4; identity; signature.
func (d *Decoder) ayiya(data []byte, off int, h *Headers) (place, bool) {
	b := d.head(data, off, 4)
	next := b[3]
	off += 8 + 1<<(b[0]>>4) + int(b[1]>>4)*4
	switch v := nibble(data, off); {
	case next == protoIPv6 && v == 6, next == protoIPv4 && v == 4:
		d.add(pieceAYIYA)
		h.FlowStat |= AYIYA
		d.enter(h)
		return place{anyIP, off}, true
	case next == protoNoNext:
		d.add(pieceAYIYA)
		h.FlowStat |= AYIYA
	}
	return stopped(h)
}
