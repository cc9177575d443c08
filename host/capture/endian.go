package capture

import (
	"encoding/binary"
	"math/bits"
)

// endian reads the numbers of a file in its byte order. Swapping is cheaper than a call
// through binary.ByteOrder.
type endian struct{ big bool }

func (e endian) u16(b []byte) uint16 {
	v := binary.LittleEndian.Uint16(b)
	if e.big {
		v = bits.ReverseBytes16(v)
	}
	return v
}

func (e endian) u32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if e.big {
		v = bits.ReverseBytes32(v)
	}
	return v
}
