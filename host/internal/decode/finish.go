package decode

// maxPadded is the longest frame in which T2 looks for padding: the shortest of Ethernet, with
// its checksum (MINRAWLEN).
const maxPadded = 64

// finish completes h after the packet's flow is known, and returns the status.
func (d *Decoder) finish(data []byte, h *Headers) Status {
	h.Stack = d.stack
	if d.stacks.rows[d.stack].long {
		h.Status |= LongStack
	}
	wire := int(h.WireLen)
	switch h.Key.Kind {
	case IPv4:
		h.Status |= FlowIPv4
		d.lengths(data, h)
	case IPv6:
		h.Status |= FlowIPv6
		d.lengths(data, h)
	case Layer2:
		h.Status |= Layer2Flow
		copy(h.Key.Dst[:6], h.MACs[:6])
		copy(h.Key.Src[:6], h.MACs[6:])
		h.Length = uint16(max(wire-d.payload, 0))
		h.Begin = uint32(d.payload)
		if wire <= maxPadded {
			h.Pad = uint16(max(wire-d.end, 0))
		}
	default:
		status := h.Status
		h.clear()
		return status
	}
	return h.Status
}

// lengths sets the payload's length and the padding by the lengths in the headers
// (docs/reference/decoding.md#lengths). A negative length, which T2 lets wrap to about 65500
// over IPv6, is 0.
func (d *Decoder) lengths(data []byte, h *Headers) {
	captured := max(len(data)-d.ip, 0)
	clipped := captured < d.ipLength
	if clipped {
		h.Status |= L3Cut
	}
	if h.Key.Kind == IPv4 {
		captured = min(captured, d.ipLength)
		if d.ipLength < 20 {
			h.Status |= ShortIP
		}
	}
	captured = max(captured-d.ipHeader, 0)
	length := d.ipLength - d.ipHeader - d.transportHeader
	if captured < d.transportHeader || length < 0 {
		h.Status |= ShortTransport
	}
	h.Length = uint16(max(length, 0))
	h.Begin = uint32(d.ip + d.ipHeader + d.transportHeader)
	if wire := int(h.WireLen); wire <= maxPadded {
		h.Pad = uint16(max(wire-d.ipLength-d.ip, 0))
	}
}
