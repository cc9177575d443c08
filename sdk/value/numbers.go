package value

import (
	"slices"
	"unsafe"
)

// Number is a whole number of a column.
type Number interface {
	uint8 | uint16 | uint32 | uint64 | int32 | int64
}

// littleEndian: this machine holds numbers as they are on the wire, so that a column
// of them is one piece, here and there.
var littleEndian = func() bool {
	one := uint16(1)
	return *(*byte)(unsafe.Pointer(&one)) == 1
}()

// AppendNumbers appends numbers as on the wire.
func AppendNumbers[T Number](b []byte, v []T) []byte {
	at, size := len(b), int(unsafe.Sizeof(T(0)))
	b = append(b, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*size)...)
	if !littleEndian {
		turn(b[at:], size)
	}
	return b
}

// NumbersFromWire gives the numbers that AppendNumbers wrote: in the memory of b
// where that is possible.
func NumbersFromWire[T Number](b []byte) []T {
	size := int(unsafe.Sizeof(T(0)))
	if !littleEndian || uintptr(unsafe.Pointer(unsafe.SliceData(b)))%unsafe.Alignof(T(0)) != 0 {
		b = moved(b, size)
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/size)
}

// moved is a copy of numbers, as this machine holds them and where it takes them.
func moved(b []byte, size int) []byte {
	words := make([]uint64, (len(b)+7)/8)
	to := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), 8*len(words))[:len(b)]
	copy(to, b)
	if !littleEndian {
		turn(to, size)
	}
	return to
}

// turn gives the bytes of each number the other order.
func turn(b []byte, size int) {
	for ; len(b) >= size; b = b[size:] {
		slices.Reverse(b[:size])
	}
}
