package decode

// maxPadded is the longest frame in which T2 looks for padding: the shortest of Ethernet, with
// its checksum (MINRAWLEN).
const maxPadded = 64

// finish completes h after the packet's flow is known, and returns the status.
func (d *Decoder) finish(data []byte, h *Headers) FlowStat {
	h.Stack = d.stack
	if d.stacks.rows[d.stack].long {
		h.FlowStat |= LongStack
	}
	wire := int(h.WireLen)
	switch h.Key.Kind {
	case IPv4:
		h.FlowStat |= FlowIPv4
		d.lengths(data, h)
	case IPv6:
		h.FlowStat |= FlowIPv6
		d.lengths(data, h)
	case Layer2:
		h.FlowStat |= Layer2Flow
		copy(h.Key.Dst[:6], h.MACs[:6])
		copy(h.Key.Src[:6], h.MACs[6:])
		h.L7Len = uint32(d.wrapped(max(wire-d.payload, 0)))
		h.L7Begin = uint32(d.payload)
		if wire <= maxPadded {
			h.PadLen = uint16(max(wire-d.end, 0))
		}
	default:
		status := h.FlowStat
		h.clear()
		return status
	}
	return h.FlowStat
}

// wrapped returns a length as WrapLengths asks for it.
func (d *Decoder) wrapped(length int) int {
	if d.WrapLengths {
		return int(uint16(length))
	}
	return length
}

// lengths sets the payload's length and the padding by the lengths in the headers
// (docs/reference/decoding.md#lengths). A negative length, which T2 lets wrap to about 65500
// over IPv6, is 0.
func (d *Decoder) lengths(data []byte, h *Headers) {
	captured := max(len(data)-d.ip, 0)
	clipped := captured < d.ipLength
	if clipped {
		h.FlowStat |= L3Cut
	}
	if h.Key.Kind == IPv4 {
		captured = min(captured, d.ipLength)
		if d.ipLength < 20 {
			h.FlowStat |= ShortIP
		}
	}
	captured = max(captured-d.ipHeader, 0)
	length := d.ipLength - d.ipHeader - d.transportHeader
	if captured < d.transportHeader || length < 0 {
		h.FlowStat |= ShortTransport
	}
	h.L7Len = uint32(d.wrapped(max(length, 0)))
	h.L7Begin = uint32(d.ip + d.ipHeader + d.transportHeader)
	if wire := int(h.WireLen); wire <= maxPadded {
		h.PadLen = uint16(max(wire-d.ipLength-d.ip, 0))
	}
}
