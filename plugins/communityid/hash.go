package communityid

import "math/bits"

// sha1 returns the SHA-1 of at most 55 bytes, which fill one block (FIPS 180-4, 6.1). crypto/sha1 makes the
// module of the plugin larger by its self-tests and by fmt.
func sha1(data []byte) (sum [20]byte) {
	var block [64]byte
	copy(block[:], data)
	block[len(data)] = 0x80
	block[62], block[63] = byte(8*len(data)>>8), byte(8*len(data))
	var w [80]uint32
	for i := range 16 {
		w[i] = uint32(block[4*i])<<24 | uint32(block[4*i+1])<<16 | uint32(block[4*i+2])<<8 | uint32(block[4*i+3])
	}
	for i := 16; i < 80; i++ {
		w[i] = bits.RotateLeft32(w[i-3]^w[i-8]^w[i-14]^w[i-16], 1)
	}
	h := [5]uint32{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}
	a, b, c, d, e := h[0], h[1], h[2], h[3], h[4]
	for i := range 80 {
		var f, k uint32
		switch {
		case i < 20:
			f, k = b&c|^b&d, 0x5a827999
		case i < 40:
			f, k = b^c^d, 0x6ed9eba1
		case i < 60:
			f, k = b&c|b&d|c&d, 0x8f1bbcdc
		default:
			f, k = b^c^d, 0xca62c1d6
		}
		a, b, c, d, e = bits.RotateLeft32(a, 5)+f+e+k+w[i], a, bits.RotateLeft32(b, 30), c, d
	}
	for i, v := range [5]uint32{h[0] + a, h[1] + b, h[2] + c, h[3] + d, h[4] + e} {
		sum[4*i], sum[4*i+1], sum[4*i+2], sum[4*i+3] = byte(v>>24), byte(v>>16), byte(v>>8), byte(v)
	}
	return sum
}

// appendBase64 appends data in base64 with padding (RFC 4648, 4).
func appendBase64(b, data []byte) []byte {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for ; len(data) > 0; data = data[min(3, len(data)):] {
		var three [3]byte
		n := copy(three[:], data)
		v := uint(three[0])<<16 | uint(three[1])<<8 | uint(three[2])
		b = append(b, digits[v>>18], digits[v>>12&63], digits[v>>6&63], digits[v&63])
		for k := n; k < 3; k++ {
			b[len(b)-3+k] = '='
		}
	}
	return b
}
