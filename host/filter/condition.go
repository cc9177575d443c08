package filter

// condition is a test of a frame in terms of its bytes: what the words of an expression come to for a link type.
type condition struct {
	op   string // and, or, not, compare, yes, no, assign, chain
	a, b *condition

	// Of compare; assign puts left into cell, and is true.
	jump  uint16 // jumpEQ and so on
	left  *value
	cell  uint8
	k     uint32
	right *value // instead of k

	// Of chain: an IP protocol among the headers of a packet (protochain).
	chain *chain
}

// place is an offset in a frame: from its beginning, or from what a cell of the program holds, where a header of variable length
// comes before.
type place struct {
	cell uint8 // 1 is the first one; 0: none
	at   uint32
}

func (p place) plus(n uint32) place { return place{p.cell, p.at + n} }

// value is a number that is computed of a frame.
type value struct {
	op    string // load, len, number, cell, or an operator
	size  uint32 // of load: 1, 2 or 4 bytes
	place        // of load, and of cell without an offset
	ip    uint32 // of load: 1 + the offset of an IPv4 header whose length is added, from the same cell; 0: none
	n     uint32
	a, b  *value // of load: a is added to the offset; nil: nothing
}

// chain is protochain: the protocol, and where the header begins that has the first one.
type chain struct {
	protocol uint32
	six      bool
	at       uint32 // the network layer's header
}

// any reports whether what is true of one of a condition's values.
func (c *condition) any(what func(*value) bool) bool {
	return c != nil && (c.a.any(what) || c.b.any(what) || c.left.any(what) || c.right.any(what))
}

func (v *value) any(what func(*value) bool) bool {
	return v != nil && (what(v) || v.a.any(what) || v.b.any(what))
}

var (
	yes = &condition{op: "yes"}
	no  = &condition{op: "no"}
)

// both, either and inverse are and, or and not. A nil condition is one that is not there.
func both(list ...*condition) *condition { return joined("and", list) }

func either(list ...*condition) *condition { return joined("or", list) }

func joined(op string, list []*condition) *condition {
	var all *condition
	for _, c := range list {
		switch {
		case c == nil:
		case all == nil:
			all = c
		default:
			all = &condition{op: op, a: all, b: c}
		}
	}
	return all
}

func inverse(c *condition) *condition { return &condition{op: "not", a: c} }

// assign puts a number into a cell.
func assign(cell uint8, v *value) *condition { return &condition{op: "assign", cell: cell, left: v} }

// load returns bytes of a frame as a number, big-endian.
func load(p place, size uint32) *value { return &value{op: "load", place: p, size: size} }

func constant(n uint32) *value { return &value{op: "number", n: n} }

// offset returns where a place is.
func offset(p place) *value {
	if p.cell == 0 {
		return constant(p.at)
	}
	return add(&value{op: "cell", place: place{cell: p.cell}}, p.at)
}

func add(v *value, n uint32) *value {
	if n == 0 {
		return v
	}
	return &value{op: "+", a: v, b: constant(n)}
}

func equal(v *value, k uint32) *condition { return compare(jumpEQ, v, k) }

func compare(jump uint16, v *value, k uint32) *condition {
	return &condition{op: "compare", jump: jump, left: v, k: k}
}

// masked compares those bits of a value that mask has.
func masked(v *value, k, mask uint32) *condition {
	if mask == 1<<32-1 {
		return equal(v, k)
	}
	return equal(&value{op: "&", a: v, b: constant(mask)}, k)
}

// bytesEqual compares bytes from the end: libpcap's order tells which load of a cut frame is the first to fail.
func bytesEqual(p place, b []byte) *condition {
	var list []*condition
	for n := uint32(len(b)); n > 0; {
		size := uint32(1)
		for size*2 <= n && size < 4 {
			size *= 2
		}
		n -= size
		var k uint32
		for _, c := range b[n : n+size] {
			k = k<<8 | uint32(c)
		}
		list = append(list, equal(load(p.plus(n), size), k))
	}
	return both(list...)
}
