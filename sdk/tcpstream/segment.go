package tcpstream

// segment is bytes of a stream at a sequence number. Its last ones may not have been captured.
type segment struct {
	seq     uint32
	data    []byte
	missing uint32 // bytes after data
}

// after reports whether sequence number a comes after b (RFC 9293, 3.4).
func after(a, b uint32) bool { return int32(a-b) > 0 }

func (g segment) length() uint32 { return uint32(len(g.data)) + g.missing }

func (g segment) end() uint32 { return g.seq + g.length() }

// from returns the part of g from a sequence number on, which may be nothing.
func (g segment) from(seq uint32) segment {
	if !after(seq, g.seq) {
		return g
	}
	cut := min(seq-g.seq, g.length())
	n := min(cut, uint32(len(g.data)))
	return segment{g.seq + cut, g.data[n:], g.missing - (cut - n)}
}

// upTo returns the part of g before a sequence number, which may be nothing.
func (g segment) upTo(seq uint32) segment {
	if !after(g.end(), seq) {
		return g
	}
	keep := uint32(0)
	if after(seq, g.seq) {
		keep = seq - g.seq
	}
	n := min(keep, uint32(len(g.data)))
	return segment{g.seq, g.data[:n], keep - n}
}

// insert adds a copy of g to segments, which are in order and do not overlap. Where g overlaps one
// of them, those bytes are the earlier ones, or with last those of g.
func insert(list []segment, g segment, last bool) []segment {
	var out []segment
	add := func(s segment) {
		if s.length() > 0 {
			out = append(out, s)
		}
	}
	g.data = append([]byte(nil), g.data...)
	if last {
		placed := false
		for _, s := range list {
			add(s.upTo(g.seq))
			if !placed && after(s.end(), g.seq) {
				add(g)
				placed = true
			}
			if tail := s.from(g.end()); after(s.end(), g.end()) {
				add(tail)
			}
		}
		if !placed {
			add(g)
		}
		return out
	}
	for _, s := range list {
		if head := g.upTo(s.seq); after(s.seq, g.seq) {
			add(head)
		}
		add(s)
		g = g.from(s.end())
	}
	add(g)
	return out
}

// cost returns what a segment that waits counts as, in bytes: many small ones have a bound too.
func (g segment) cost() int { return len(g.data) + 64 }

func cost(list []segment) int {
	n := 0
	for _, s := range list {
		n += s.cost()
	}
	return n
}
