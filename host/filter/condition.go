package filter

// condition is a test of a frame in terms of its bytes: what the words of an expression come to for a link type.
type condition struct {
	op   string // and, or, not, compare, yes, no, chain
	a, b *condition

	// Of compare.
	jump  uint16 // jumpEQ and so on
	left  *value
	k     uint32
	right *value // instead of k

	// Of chain: an IP protocol among the headers of a packet (protochain).
	chain *chain
}

// value is a number that is computed of a frame.
type value struct {
	op   string // load, len, number, or an operator
	size uint32 // of load: 1, 2 or 4 bytes
	at   uint32 // of load: their offset, or what is added to x and index
	ip   uint32 // of load: 1 + the offset of an IPv4 header whose length is added; 0: none
	n    uint32
	a, b *value // of load: a is added to the offset; nil: nothing
}

// chain is protochain: the protocol, and where the header begins that has the first one.
type chain struct {
	protocol uint32
	six      bool
	at       uint32 // the network layer's header
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

// load returns bytes of a frame as a number, big-endian.
func load(at, size uint32) *value { return &value{op: "load", at: at, size: size} }

func equal(v *value, k uint32) *condition { return compare(jumpEQ, v, k) }

func compare(jump uint16, v *value, k uint32) *condition {
	return &condition{op: "compare", jump: jump, left: v, k: k}
}

// masked compares those bits of a value that mask has.
func masked(v *value, k, mask uint32) *condition {
	if mask == 1<<32-1 {
		return equal(v, k)
	}
	return equal(&value{op: "&", a: v, b: &value{op: "number", n: mask}}, k)
}

// bytesEqual compares bytes from the end: libpcap's order tells which load of a cut frame is the first to fail.
func bytesEqual(at uint32, b []byte) *condition {
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
		list = append(list, equal(load(at+n, size), k))
	}
	return both(list...)
}
