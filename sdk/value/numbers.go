package value

import (
	"slices"
	"unsafe"
)

// Number is a type of numbers in a column.
type Number interface {
	uint8 | uint16 | uint32 | uint64 | int32 | int64 | float32 | float64
}

// littleEndian is whether this machine holds numbers as they are on the wire, so that a column
// is copied in one piece.
var littleEndian = func() bool {
	one := uint16(1)
	return *(*byte)(unsafe.Pointer(&one)) == 1
}()

// AppendNumbers appends the bytes of numbers on the wire.
func AppendNumbers[T Number](b []byte, v []T) []byte {
	at, size := len(b), int(unsafe.Sizeof(T(0)))
	b = append(b, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*size)...)
	if !littleEndian {
		turn(b[at:], size)
	}
	return b
}

// NumbersFromWire returns the numbers that AppendNumbers wrote: in the memory of b, if it is
// aligned and this machine is little-endian, else in new memory.
func NumbersFromWire[T Number](b []byte) []T {
	size := int(unsafe.Sizeof(T(0)))
	if !littleEndian || uintptr(unsafe.Pointer(unsafe.SliceData(b)))%unsafe.Alignof(T(0)) != 0 {
		b = moved(b, size)
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/size)
}

// moved returns a copy of numbers in this machine's byte order, aligned.
func moved(b []byte, size int) []byte {
	words := make([]uint64, (len(b)+7)/8)
	to := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), 8*len(words))[:len(b)]
	copy(to, b)
	if !littleEndian {
		turn(to, size)
	}
	return to
}

// turn reverses the bytes of each number.
func turn(b []byte, size int) {
	for ; len(b) >= size; b = b[size:] {
		slices.Reverse(b[:size])
	}
}
