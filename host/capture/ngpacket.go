package capture

// ngPacketHeader is the length of what comes before the data of Enhanced Packet Blocks and obsolete Packet Blocks.
const ngPacketHeader = 20

// enhanced reads an Enhanced Packet Block.
func (r *ngReader) enhanced(f *Frame, body []byte) error {
	if len(body) < ngPacketHeader {
		return r.corrupt("packet block of %d bytes is too short", len(body)+ngMinBlock)
	}
	return r.stamped(f, r.u32(body), body)
}

// obsolete reads a Packet Block, whose interface has 16 bits; a count of drops follows it.
func (r *ngReader) obsolete(f *Frame, body []byte) error {
	if len(body) < ngPacketHeader {
		return r.corrupt("packet block of %d bytes is too short", len(body)+ngMinBlock)
	}
	return r.stamped(f, uint32(r.u16(body)), body)
}

// stamped reads a packet with a timestamp, of the interface id.
func (r *ngReader) stamped(f *Frame, id uint32, body []byte) error {
	err := r.packet(f, id, r.u32(body[12:]), r.u32(body[16:]), body[ngPacketHeader:])
	if err == nil {
		f.Time = r.ifaces[id].clock.nanoseconds(uint64(r.u32(body[4:]))<<32 | uint64(r.u32(body[8:])))
	}
	return err
}

// simple reads a Simple Packet Block, which has no timestamp; its interface is the section's first. Its captured
// length follows from the interface's snaplen.
func (r *ngReader) simple(f *Frame, body []byte) error {
	if len(body) < 4 {
		return r.corrupt("packet block of %d bytes is too short", len(body)+ngMinBlock)
	}
	wire := r.u32(body)
	captured := wire
	if len(r.ifaces) > 0 && r.ifaces[0].snaplen != 0 {
		captured = min(wire, r.ifaces[0].snaplen)
	}
	f.Time = 0
	return r.packet(f, 0, captured, wire, body[4:])
}

// packet checks a packet's interface and length, and fills f but for its time. What follows the data in rest is
// padding and options.
func (r *ngReader) packet(f *Frame, id, captured, wire uint32, rest []byte) error {
	if uint64(id) >= uint64(len(r.ifaces)) {
		return r.corrupt("packet of interface %d, but the section has %d", id, len(r.ifaces))
	}
	if (uint64(captured)+3)&^3 > uint64(len(rest)) {
		return r.corrupt("captured length %d is above the %d bytes that its block holds", captured, len(rest))
	}
	f.Iface, f.Link, f.WireLen = id, r.ifaces[id].link, wire
	f.Data = rest[:captured:captured]
	return nil
}
