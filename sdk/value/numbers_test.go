package value

import (
	"slices"
	"testing"
)

// TestByteOrder: a machine of the other byte order turns bytes, and what was turned
// twice is what it was. An odd address does not matter.
func TestByteOrder(t *testing.T) {
	defer func(here bool) { littleEndian = here }(littleEndian)
	testByteOrder(t, []uint8{0, 1, 255}, "\x00\x01\xff")
	testByteOrder(t, []uint16{0, 0x0102, 0xffff}, "\x00\x00\x02\x01\xff\xff")
	testByteOrder(t, []uint32{0x01020304}, "\x04\x03\x02\x01")
	testByteOrder(t, []int32{-2, 0x01020304}, "\xfe\xff\xff\xff\x04\x03\x02\x01")
	testByteOrder(t, []uint64{0x0102030405060708}, "\x08\x07\x06\x05\x04\x03\x02\x01")
	testByteOrder(t, []int64{0, -1}, "\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff")
	testByteOrder(t, []uint64{}, "")
}

func testByteOrder[T Number](t *testing.T, v []T, want string) {
	here := littleEndian
	b := AppendNumbers([]byte("x"), v)[1:] // at an odd address
	if string(b) != want {
		t.Errorf("%v is written as % x", v, b)
	}
	if got := NumbersFromWire[T](b); !slices.Equal(got, v) {
		t.Errorf("%v is read as %v", v, got)
	}
	littleEndian = !here
	turned := AppendNumbers(nil, v)
	if got := NumbersFromWire[T](turned); !slices.Equal(got, v) {
		t.Errorf("%v of the other order is read as %v", v, got)
	}
	littleEndian = here
	size := max(1, len(b)/max(1, len(v)))
	for i := range turned {
		if at := i - i%size + size - 1 - i%size; turned[i] != b[at] {
			t.Errorf("%v is turned to % x", v, turned)
			break
		}
	}
}
