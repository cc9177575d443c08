package wire

import (
	"unsafe"

	"github.com/t2host/t2host/sdk"
)

// A column's values follow each other without gaps; they begin aligned. What is read
// lives in the message where it can.

// column gives the bytes of n values of size bytes each.
func (c *cursor) column(n, size int) []byte {
	c.align(8)
	return c.take(n * size)
}

func appendColumn[T sdk.Number](b []byte, start int, v []T) []byte {
	return sdk.AppendNumbers(pad(b, start, 8), v)
}

func readColumn[T sdk.Number](c *cursor, n int) []T {
	return sdk.NumbersFromWire[T](c.column(n, int(unsafe.Sizeof(T(0)))))
}

func appendIPs(b []byte, start int, v []sdk.IP) []byte {
	return sdk.AppendIPs(pad(b, start, 8), v)
}

func (c *cursor) ips(n int) []sdk.IP { return sdk.IPsFromWire(c.column(n, sdk.IPSize)) }
