package capture

// QuietMark is the comment of an Interface Statistics Block of t2host's recordings: the interface captured no frame up to
// the block's time.
const QuietMark = "t2host: no frame before this time"

// ngOptComment is the option of any block that has a text.
const ngOptComment = 1

// quiet reads an Interface Statistics Block (draft-ietf-opsawg-pcapng, 4.6) and reports whether it is a QuietMark, with the
// time in f. Others, and those that are cut, tell nothing.
func (r *ngReader) quiet(f *Frame, body []byte) bool {
	const head = 12
	if len(body) < head {
		return false
	}
	id := r.u32(body)
	if uint64(id) >= uint64(len(r.ifaces)) {
		return false
	}
	for opts := body[head:]; len(opts) >= 4; {
		code, n := r.u16(opts), int(r.u16(opts[2:]))
		opts = opts[4:]
		if code == ngOptEnd || n > len(opts) {
			return false
		}
		if code == ngOptComment && string(opts[:n]) == QuietMark {
			f.Time = r.ifaces[id].clock.nanoseconds(uint64(r.u32(body[4:]))<<32 | uint64(r.u32(body[8:])))
			return true
		}
		opts = opts[min((n+3)&^3, len(opts)):]
	}
	return false
}
