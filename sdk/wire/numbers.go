package wire

import "github.com/t2host/t2host/sdk"

// The numbers are read and written byte by byte, which the compiler makes one
// load or store of: encoding/binary would bring reflect into a guest.

func get16(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }

func get32(b []byte) uint32 {
	_ = b[3]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

func get64(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

func put16(b []byte, v uint16) { b[0], b[1] = byte(v), byte(v>>8) }

func put32(b []byte, v uint32) {
	_ = b[3]
	b[0], b[1], b[2], b[3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
}

func put64(b []byte, v uint64) {
	_ = b[7]
	b[0], b[1], b[2], b[3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
	b[4], b[5], b[6], b[7] = byte(v>>32), byte(v>>40), byte(v>>48), byte(v>>56)
}

func append16(b []byte, v uint16) []byte { return append(b, byte(v), byte(v>>8)) }

func append32(b []byte, v uint32) []byte {
	return append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
}

func append64(b []byte, v uint64) []byte {
	return append32(append32(b, uint32(v)), uint32(v>>32))
}

// extend gives b with n more bytes.
func extend(b []byte, n int) []byte {
	if cap(b)-len(b) < n {
		b = append(b[:cap(b)], make([]byte, len(b)+n-cap(b))...)[:len(b)]
	}
	return b[: len(b)+n : cap(b)]
}

// A column's values follow each other without gaps; they begin aligned.

func column8(b []byte, start int, v []uint8) []byte {
	return append(pad(b, start, 8), v...)
}

func column16(b []byte, start int, v []uint16) []byte {
	b = pad(b, start, 8)
	at := len(b)
	b = extend(b, 2*len(v))
	for i, x := range v {
		put16(b[at+2*i:], x)
	}
	return b
}

func column32[T uint32 | int32](b []byte, start int, v []T) []byte {
	b = pad(b, start, 8)
	at := len(b)
	b = extend(b, 4*len(v))
	for i, x := range v {
		put32(b[at+4*i:], uint32(x))
	}
	return b
}

func column64[T uint64 | int64](b []byte, start int, v []T) []byte {
	b = pad(b, start, 8)
	at := len(b)
	b = extend(b, 8*len(v))
	for i, x := range v {
		put64(b[at+8*i:], uint64(x))
	}
	return b
}

func columnIP(b []byte, start int, v []sdk.IP) []byte {
	b = pad(b, start, 8)
	for _, ip := range v {
		b = ip.AppendWire(b)
	}
	return b
}

// column gives the bytes of n values of size bytes each.
func (c *cursor) column(n, size int) []byte {
	c.align(8)
	return c.take(n * size)
}

func (c *cursor) column8(v []uint8, n int) []uint8 {
	return append(v[:0], c.column(n, 1)...)
}

func (c *cursor) column16(v []uint16, n int) []uint16 {
	v = v[:0]
	for b := c.column(n, 2); len(b) >= 2; b = b[2:] {
		v = append(v, get16(b))
	}
	return v
}

func read32[T uint32 | int32](c *cursor, v []T, n int) []T {
	v = v[:0]
	for b := c.column(n, 4); len(b) >= 4; b = b[4:] {
		v = append(v, T(get32(b)))
	}
	return v
}

func read64[T uint64 | int64](c *cursor, v []T, n int) []T {
	v = v[:0]
	for b := c.column(n, 8); len(b) >= 8; b = b[8:] {
		v = append(v, T(get64(b)))
	}
	return v
}

func (c *cursor) columnIP(v []sdk.IP, n int) []sdk.IP {
	v = v[:0]
	for b := c.column(n, sdk.IPSize); len(b) >= sdk.IPSize; b = b[sdk.IPSize:] {
		v = append(v, sdk.IPFromWire(b))
	}
	return v
}
