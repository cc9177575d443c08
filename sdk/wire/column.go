package wire

import (
	"unsafe"

	"github.com/t2host/t2host/sdk"
)

// A column's values follow each other without gaps, little-endian, and begin aligned
// to 8: as this machine holds them, if it is little-endian. Then a column is
// written as one piece, and what is read lives in the message.

// number is a value of a column.
type number interface {
	uint8 | uint16 | uint32 | uint64 | int32 | int64
}

var littleEndian = func() bool {
	one := uint16(1)
	return *(*byte)(unsafe.Pointer(&one)) == 1
}()

// appendColumn appends a column.
func appendColumn[T number](b []byte, start int, v []T) []byte {
	b = pad(b, start, 8)
	size := int(unsafe.Sizeof(T(0)))
	if littleEndian || size == 1 {
		return append(b, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*size)...)
	}
	for _, x := range v {
		for i := range size {
			b = append(b, byte(uint64(x)>>(8*i)))
		}
	}
	return b
}

// readColumn reads a column of n values.
func readColumn[T number](c *cursor, n int) []T {
	size := int(unsafe.Sizeof(T(0)))
	b := c.column(n, size)
	if len(b) == 0 {
		return nil
	}
	first := unsafe.Pointer(unsafe.SliceData(b))
	if littleEndian && uintptr(first)%unsafe.Alignof(T(0)) == 0 || size == 1 {
		return unsafe.Slice((*T)(first), n)
	}
	v := make([]T, n)
	for i := range v {
		var x uint64
		for k := range size {
			x |= uint64(b[i*size+k]) << (8 * k)
		}
		v[i] = T(x)
	}
	return v
}

func appendIPs(b []byte, start int, v []sdk.IP) []byte {
	return sdk.AppendIPs(pad(b, start, 8), v)
}

func (c *cursor) ips(n int) []sdk.IP { return sdk.IPsFromWire(c.column(n, sdk.IPSize)) }
