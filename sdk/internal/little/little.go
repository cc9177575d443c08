// Package little reads and writes little-endian numbers, which the compiler
// turns into one load or store each. It replaces encoding/binary, which
// links reflect into a guest.
package little

// Uint16 returns the number in the first two bytes of b.
func Uint16(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }

// Uint32 returns the number in the first four bytes of b.
func Uint32(b []byte) uint32 {
	_ = b[3]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

// Uint64 returns the number in the first eight bytes of b.
func Uint64(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// PutUint16 stores u in the first two bytes of b.
func PutUint16(b []byte, u uint16) { b[0], b[1] = byte(u), byte(u>>8) }

// PutUint32 stores u in the first four bytes of b.
func PutUint32(b []byte, u uint32) {
	_ = b[3]
	b[0], b[1], b[2], b[3] = byte(u), byte(u>>8), byte(u>>16), byte(u>>24)
}

// PutUint64 stores u in the first eight bytes of b.
func PutUint64(b []byte, u uint64) {
	_ = b[7]
	b[0], b[1], b[2], b[3] = byte(u), byte(u>>8), byte(u>>16), byte(u>>24)
	b[4], b[5], b[6], b[7] = byte(u>>32), byte(u>>40), byte(u>>48), byte(u>>56)
}

// AppendUint16 appends u to b.
func AppendUint16(b []byte, u uint16) []byte { return append(b, byte(u), byte(u>>8)) }

// AppendUint32 appends u to b.
func AppendUint32(b []byte, u uint32) []byte {
	return append(b, byte(u), byte(u>>8), byte(u>>16), byte(u>>24))
}

// AppendUint64 appends u to b.
func AppendUint64(b []byte, u uint64) []byte {
	return append(b, byte(u), byte(u>>8), byte(u>>16), byte(u>>24), byte(u>>32), byte(u>>40), byte(u>>48), byte(u>>56))
}

// Uint returns the number that all of b holds, of at most eight bytes.
func Uint(b []byte) uint64 {
	var u uint64
	for i := len(b) - 1; i >= 0; i-- {
		u = u<<8 | uint64(b[i])
	}
	return u
}

// AppendUint appends u to b as a number of size bytes: 1, 2, 4 or 8.
func AppendUint(b []byte, u uint64, size int) []byte {
	switch size {
	case 1:
		return append(b, byte(u))
	case 2:
		return AppendUint16(b, uint16(u))
	case 4:
		return AppendUint32(b, uint32(u))
	}
	return AppendUint64(b, u)
}
