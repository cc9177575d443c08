package where

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"

	"github.com/t2host/t2host/sdk/value"
)

// op is what a test asks of a value.
type op uint8

const (
	opSet op = iota // it is neither zero nor empty
	opEqual
	opNot
	opLess
	opLessEqual
	opMore
	opMoreEqual
	opBits
	opIn
)

// test is a test of the values of one column.
type test struct {
	column int
	op     op

	// Of whole numbers, times and durations: the values between, in the order of keys, see keyOf; each
	// of several for in. Of bits: the mask.
	ranges [][2]uint64
	floats []float64 // of floats
	texts  [][]byte  // of texts and MAC addresses
	nets   []prefix  // of addresses

	signed bool
}

// prefix is the addresses that begin with some bits.
type prefix struct {
	ip   [value.IPSize]byte // with the version first
	bits int                // of the address
}

// has reports whether an address is one of the prefix.
func (p *prefix) has(ip []byte) bool {
	if ip[0] != p.ip[0] {
		return false
	}
	n := p.bits / 8
	if !bytes.Equal(ip[1:1+n], p.ip[1:1+n]) {
		return false
	}
	rest := p.bits % 8
	return rest == 0 || (ip[1+n]^p.ip[1+n])>>(8-rest) == 0
}

func unsigned(t value.Type) bool { return t >= value.Uint8 && t <= value.Hex64 }

func whole(t value.Type) bool {
	return unsigned(t) || t == value.Int64 || t == value.Time || t == value.Duration
}

// compiled returns the test as a node; one that is not equal is a not of one that is.
func (t *test) compiled(column value.Column) node {
	elem := column.Type.Elem()
	t.signed = whole(elem) && !unsigned(elem)
	if t.op == opNot {
		t.op = opEqual
		return &not{t}
	}
	return t
}

// maxPasses is the number of ranges up to which a pass over the column for each is faster than all
// of them for each value.
const maxPasses = 8

func (t *test) eval(c *Condition, columns []*value.Vec, match []bool) {
	v := columns[t.column]
	switch {
	case v.Type.IsList():
		for i := range match {
			match[i] = t.list(v.Type, v.Bytes(i))
		}
	case t.op == opSet:
		for i := range match {
			match[i] = !v.Zero(i)
		}
	case whole(v.Type) && t.op != opBits && len(t.ranges) > 0 && len(t.ranges) <= maxPasses:
		between(v, t.ranges[0], t.signed, match)
		for _, r := range t.ranges[1:] {
			other := c.borrow(len(match))
			between(v, r, t.signed, other)
			for i, ok := range other {
				match[i] = match[i] || ok
			}
			c.release(other)
		}
	case v.Type == value.IP && len(t.nets) == 1:
		t.nets[0].match(v, match)
	default:
		for i := range match {
			match[i] = t.one(v.Type, v.Bytes(i))
		}
	}
}

// match tests whole columns of addresses.
func (p *prefix) match(v *value.Vec, match []bool) {
	var mask [16]byte
	for i := range p.bits {
		mask[i/8] |= 0x80 >> (i % 8)
	}
	high, low := binary.BigEndian.Uint64(mask[:]), binary.BigEndian.Uint64(mask[8:])
	first, second := binary.BigEndian.Uint64(p.ip[1:])&high, binary.BigEndian.Uint64(p.ip[9:])&low
	data := v.Data
	for i := range match {
		ip := data[i*value.IPSize : i*value.IPSize+value.IPSize]
		match[i] = ip[0] == p.ip[0] && binary.BigEndian.Uint64(ip[1:])&high == first && binary.BigEndian.Uint64(ip[9:])&low == second
	}
}

// between tests numbers for one range of values.
func between(v *value.Vec, r [2]uint64, signed bool, match []bool) {
	low, span := r[0], r[1]-r[0]
	switch v.Type.Size() {
	case 1:
		for i := range match {
			match[i] = uint64(v.Data[i])-low <= span
		}
	case 2:
		for i := range match {
			match[i] = uint64(binary.LittleEndian.Uint16(v.Data[2*i:]))-low <= span
		}
	case 4:
		for i := range match {
			match[i] = uint64(binary.LittleEndian.Uint32(v.Data[4*i:]))-low <= span
		}
	default:
		flip := uint64(0)
		if signed {
			flip = 1 << 63
		}
		for i := range match {
			match[i] = (binary.LittleEndian.Uint64(v.Data[8*i:])^flip)-low <= span
		}
	}
}

// list reports whether one of a list's elements passes; of no test, whether there is one.
func (t *test) list(of value.Type, list []byte) bool {
	if t.op == opSet {
		return len(list) > 0
	}
	for {
		elem, rest, ok := of.Next(list)
		if !ok {
			return false
		}
		if t.one(of.Elem(), elem) {
			return true
		}
		list = rest
	}
}

// one reports whether a value passes, given as its bytes.
func (t *test) one(of value.Type, data []byte) bool {
	switch {
	case whole(of):
		key := t.key(data)
		for _, r := range t.ranges {
			if t.op == opBits && key&r[0] != 0 || t.op != opBits && key-r[0] <= r[1]-r[0] {
				return true
			}
		}
		return false
	case of == value.Float32, of == value.Float64:
		v := value.Vec{Type: of, Data: data}
		return t.float(v.Float(0))
	case of == value.IP:
		return slices.ContainsFunc(t.nets, func(p prefix) bool { return p.has(data) })
	}
	for _, text := range t.texts {
		if compares(t.op, bytes.Compare(data, text)) {
			return true
		}
	}
	return false
}

// key returns a whole number such that keys have the order of the numbers.
func (t *test) key(data []byte) uint64 {
	n := uint64(0)
	for i := len(data) - 1; i >= 0; i-- {
		n = n<<8 | uint64(data[i])
	}
	if t.signed {
		n ^= 1 << 63
	}
	return n
}

func (t *test) float(x float64) bool {
	if math.IsNaN(x) {
		return false
	}
	for _, y := range t.floats {
		order := 0
		if x < y {
			order = -1
		} else if x > y {
			order = 1
		}
		if compares(t.op, order) {
			return true
		}
	}
	return false
}

// compares reports whether a comparison holds of an order below, at or above 0.
func compares(o op, order int) bool {
	switch o {
	case opLess:
		return order < 0
	case opLessEqual:
		return order <= 0
	case opMore:
		return order > 0
	case opMoreEqual:
		return order >= 0
	}
	return order == 0
}
