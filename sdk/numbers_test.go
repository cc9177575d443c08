package sdk

import (
	"slices"
	"testing"
)

// TestByteOrder: a machine of the other byte order writes and reads the same.
func TestByteOrder(t *testing.T) {
	if !littleEndian {
		t.Skip("this machine is big-endian")
	}
	defer func() { littleEndian = true }()
	testByteOrder(t, []uint8{0, 1, 255})
	testByteOrder(t, []uint16{0, 0x0102, 0xffff})
	testByteOrder(t, []uint32{0, 0x01020304})
	testByteOrder(t, []int32{0, -1, 0x01020304})
	testByteOrder(t, []uint64{0, 0x0102030405060708})
	testByteOrder(t, []int64{-1, 0x0102030405060708})
}

func testByteOrder[T Number](t *testing.T, v []T) {
	littleEndian = true
	b := AppendNumbers([]byte("x"), v)[1:]
	odd := append([]byte("x"), b...)[1:]
	for _, littleEndian = range []bool{true, false} {
		if again := AppendNumbers(nil, v); !slices.Equal(again, b) {
			t.Errorf("%T: % x, want % x", v, again, b)
		}
		if got := NumbersFromWire[T](b); !slices.Equal(got, v) {
			t.Errorf("%v is read as %v", v, got)
		}
		if got := NumbersFromWire[T](odd); !slices.Equal(got, v) {
			t.Errorf("%v at an odd address is read as %v", v, got)
		}
	}
}
