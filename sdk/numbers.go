package sdk

import "unsafe"

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
	size := int(unsafe.Sizeof(T(0)))
	if littleEndian {
		return append(b, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*size)...)
	}
	for _, x := range v {
		b = appendUint(b, uint64(x), size)
	}
	return b
}

// NumbersFromWire gives the numbers that AppendNumbers wrote: in the memory of b
// where that is possible.
func NumbersFromWire[T Number](b []byte) []T {
	size := int(unsafe.Sizeof(T(0)))
	n := len(b) / size
	if n == 0 {
		return nil
	}
	if first := unsafe.Pointer(unsafe.SliceData(b)); littleEndian && uintptr(first)%unsafe.Alignof(T(0)) == 0 {
		return unsafe.Slice((*T)(first), n)
	}
	v := make([]T, n)
	for i := range v {
		v[i] = T(getUint(b[i*size : (i+1)*size]))
	}
	return v
}
