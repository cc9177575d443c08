package wire

import (
	"slices"
	"unsafe"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

// A column's values follow each other without gaps; they begin aligned. What is read
// lives in the message where it can.

// column returns the bytes of n values of size bytes each.
func (c *cursor) column(n, size int) []byte {
	c.align(8)
	return c.take(n * size)
}

func appendColumn[T value.Number](b []byte, start int, v []T) []byte {
	return value.AppendNumbers(pad(b, start, 8), v)
}

func readColumn[T value.Number](c *cursor, n int) []T {
	return value.NumbersFromWire[T](c.column(n, int(unsafe.Sizeof(T(0)))))
}

// appendIPs relies on it that an IP in memory is its bytes on the wire.
func appendIPs(b []byte, start int, v []sdk.IP) []byte {
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*value.IPSize)
	return append(pad(b, start, 8), bytes...)
}

// ips reads n addresses: in the message's memory, unless a version in it is none, which is
// read as no address.
func (c *cursor) ips(n int) []sdk.IP {
	b := c.column(n, value.IPSize)
	v := unsafe.Slice((*sdk.IP)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/value.IPSize)
	copied := false
	for i := range v {
		if version := v[i].Version(); version != 4 && version != 6 && v[i] != (sdk.IP{}) {
			if !copied {
				v, copied = slices.Clone(v), true
			}
			v[i] = sdk.IP{}
		}
	}
	return v
}

// appendMACs appends addresses: in memory they are their bytes on the wire.
func appendMACs(b []byte, start int, v []sdk.MAC) []byte {
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*len(sdk.MAC{}))
	return append(pad(b, start, 8), bytes...)
}

// macs reads n addresses, in the message's memory.
func (c *cursor) macs(n int) []sdk.MAC {
	b := c.column(n, len(sdk.MAC{}))
	return unsafe.Slice((*sdk.MAC)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/len(sdk.MAC{}))
}
