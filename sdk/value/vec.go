package value

import (
	"math"

	"github.com/t2host/t2host/sdk/internal/little"
)

// Vec is a column of values: their bytes on the wire, one after the other. If the type has no
// fixed width, Ends[i] is where value i ends in Data.
//
// A list is the bytes of its elements, one after the other. If these have no fixed width, the
// length of each (uint32) comes before it.
type Vec struct {
	Type Type
	Data []byte
	Ends []uint32 // nil if the type has a fixed width
}

// Len returns the number of values.
func (v *Vec) Len() int {
	if size := v.Type.Size(); size > 0 {
		return len(v.Data) / size
	}
	return len(v.Ends)
}

// Bytes returns the bytes of value i, in the memory of v. It panics if there is none.
func (v *Vec) Bytes(i int) []byte {
	if size := v.Type.Size(); size > 0 {
		return v.Data[i*size : i*size+size]
	}
	start := uint32(0)
	if i > 0 {
		start = v.Ends[i-1]
	}
	return v.Data[start:v.Ends[i]]
}

// Append appends a value, as its bytes on the wire.
func (v *Vec) Append(value []byte) {
	v.Data = append(v.Data, value...)
	if v.Type.Size() == 0 {
		v.Ends = append(v.Ends, uint32(len(v.Data)))
	}
}

// SetZeros sets the column to n values that are zero or empty.
func (v *Vec) SetZeros(n int) {
	v.Reset(v.Type)
	size := v.Type.Size()
	v.Data = append(v.Data, make([]byte, n*size)...)
	if size == 0 {
		v.Ends = append(v.Ends, make([]uint32, n)...)
	}
}

// Reset empties the column, keeps its memory and sets its type.
func (v *Vec) Reset(t Type) { v.Type, v.Data, v.Ends = t, v.Data[:0], v.Ends[:0] }

// Slice returns values [from, to). They share the memory of v, but for Ends.
func (v *Vec) Slice(from, to int) Vec {
	if size := v.Type.Size(); size > 0 {
		return Vec{Type: v.Type, Data: v.Data[from*size : to*size]}
	}
	if from == to {
		return Vec{Type: v.Type}
	}
	start := uint32(0)
	if from > 0 {
		start = v.Ends[from-1]
	}
	s := Vec{Type: v.Type, Data: v.Data[start:v.Ends[to-1]]}
	for _, end := range v.Ends[from:to] {
		s.Ends = append(s.Ends, end-start)
	}
	return s
}

// Spread returns a column of n values: copies of those of v at these indexes, which ascend, and zero or empty ones between them.
func (v *Vec) Spread(at []int, n int) Vec {
	s := Vec{Type: v.Type}
	size := v.Type.Size()
	if size > 0 {
		s.Data = make([]byte, n*size)
		for i, k := range at {
			copy(s.Data[k*size:], v.Bytes(i))
		}
		return s
	}
	i := 0
	for k := range n {
		if i < len(at) && at[i] == k {
			s.Append(v.Bytes(i))
			i++
		} else {
			s.Append(nil)
		}
	}
	return s
}

// Pick returns a column of copies of the values with these indexes; one without a type stays so.
func (v *Vec) Pick(at []int) Vec {
	p := Vec{Type: v.Type}
	if v.Type != 0 {
		for _, i := range at {
			p.Append(v.Bytes(i))
		}
	}
	return p
}

// Zero reports whether value i is zero or empty: all of its bytes are.
func (v *Vec) Zero(i int) bool {
	for _, b := range v.Bytes(i) {
		if b != 0 {
			return false
		}
	}
	return true
}

// Next returns the first element of the bytes of a list of type t and the rest of the list. ok is
// false if there is none.
func (t Type) Next(list []byte) (value, rest []byte, ok bool) {
	size := t.Elem().Size()
	if size == 0 {
		if len(list) < 4 {
			return nil, nil, false
		}
		size = int(little.Uint(list[:4]))
		list = list[4:]
	}
	if len(list) == 0 && size > 0 || len(list) < size {
		return nil, nil, false
	}
	return list[:size], list[size:], true
}

// AppendTo appends an element to the bytes of a list of type t.
func (t Type) AppendTo(list, value []byte) []byte {
	if t.Elem().Size() == 0 {
		list = little.AppendUint(list, uint64(len(value)), 4)
	}
	return append(list, value...)
}

// Whole reports whether a column of type t can hold value: whether it has the width of the type,
// or holds whole elements.
func (t Type) Whole(value []byte) bool {
	size := t.Elem().Size()
	switch {
	case !t.IsList():
		return size == 0 || len(value) == size
	case size > 0:
		return len(value)%size == 0
	}
	for len(value) > 0 {
		_, rest, ok := t.Next(value)
		if !ok {
			return false
		}
		value = rest
	}
	return true
}

// Uint returns value i of a column of unsigned numbers of any width.
func (v *Vec) Uint(i int) uint64 { return little.Uint(v.Bytes(i)) }

// Int returns value i of a column of signed numbers, times or durations.
func (v *Vec) Int(i int) int64 { return int64(v.Uint(i)) }

// Float returns value i of a column of floats of either width.
func (v *Vec) Float(i int) float64 {
	if v.Type == Float32 {
		return float64(math.Float32frombits(uint32(v.Uint(i))))
	}
	return math.Float64frombits(v.Uint(i))
}
