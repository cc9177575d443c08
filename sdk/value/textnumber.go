package value

import (
	"math/bits"
	"slices"

	"github.com/t2host/t2host/sdk/internal/little"
)

// zeros are eight digits 0.
const zeros = 0x3030303030303030

// eightDigits are those of u, which is below 10^8, a byte each, the first one
// lowest, as values from 0 to 9.
func eightDigits(u uint32) uint64 {
	high := u / 10000
	fours := uint64(high) | uint64(u-high*10000)<<32
	hundreds := fours * 10486 >> 20 & 0x0000007f_0000007f
	twos := hundreds + (fours-100*hundreds)<<16
	tens := twos * 103 >> 10 & 0x000f000f_000f000f
	return tens + (twos-10*tens)<<8
}

// AppendDecimal appends u in decimal digits.
func AppendDecimal(b []byte, u uint64) []byte {
	if u < 10 {
		return append(b, '0'+byte(u))
	}
	b = slices.Grow(b, 20)
	d := b[len(b) : len(b)+20]
	if u>>32 == 0 {
		return b[:len(b)+decimal32(d, uint32(u))]
	}
	high := u / 1e8 // of 64 bits, which a guest divides slowly
	b = AppendDecimal(b, high)
	little.PutUint64(b[len(b):len(b)+8], eightDigits(uint32(u-high*1e8))+zeros)
	return b[:len(b)+8]
}

// decimal32 writes u into d, which holds 10 bytes, and returns the number of digits.
func decimal32(d []byte, u uint32) int {
	n := 0
	if u >= 1e8 {
		high := u / 1e8
		u -= high * 1e8
		if high >= 10 {
			d[0] = '0' + byte(high/10)
			n = 1
			high %= 10
		}
		d[n] = '0' + byte(high)
		n++
		little.PutUint64(d[n:], eightDigits(u)+zeros)
		return n + 8
	}
	digits := eightDigits(u)
	none := bits.TrailingZeros64(digits|1<<56) >> 3 // 0 has a digit
	little.PutUint64(d, digits>>(8*none)+zeros)
	return 8 - none
}

func appendSigned(b []byte, i int64) []byte {
	if i < 0 {
		return AppendDecimal(append(b, '-'), -uint64(i))
	}
	return AppendDecimal(b, uint64(i))
}

// AppendSeconds appends nanoseconds as seconds with nine decimals, as T2 shows times and
// durations. T2's seconds are unsigned and have 32 bits: -1 s is shown as 4294967295.
func AppendSeconds(b []byte, ns int64) []byte {
	sec := ns / 1e9
	if ns -= sec * 1e9; ns < 0 {
		sec, ns = sec-1, ns+1e9
	}
	b = slices.Grow(b, 24)
	d := b[len(b) : len(b)+24]
	n := 10
	if s := uint32(sec); s >= 1e9 { // times of day, since 2001
		high := s / 1e8
		d[0], d[1] = '0'+byte(high/10), '0'+byte(high%10)
		little.PutUint64(d[2:], eightDigits(s-high*1e8)+zeros)
	} else {
		n = decimal32(d, s)
	}
	first := uint32(ns) / 1e8
	d[n], d[n+1] = '.', '0'+byte(first)
	little.PutUint64(d[n+2:], eightDigits(uint32(ns)-first*1e8)+zeros)
	return b[:len(b)+n+10]
}

// eightHex are the hex digits of u, a byte each, the first one lowest, as text.
func eightHex(u uint32) uint64 {
	x := uint64(bits.ReverseBytes32(u))
	x = (x | x<<16) & 0x0000ffff_0000ffff
	x = (x | x<<8) & 0x00ff00ff_00ff00ff
	x = x>>4&0x000f000f_000f000f | x&0x000f000f_000f000f<<8
	letters := (x + 0x06060606_06060606) >> 4 & 0x01010101_01010101
	return x + zeros + letters*('a'-'0'-10)
}

// appendHex appends 0x and the first n hex digits of u.
func appendHex(b []byte, u uint32, n int) []byte {
	b = slices.Grow(b, 10)
	d := b[len(b) : len(b)+10]
	d[0], d[1] = '0', 'x'
	little.PutUint64(d[2:], eightHex(u))
	return b[:len(b)+2+n]
}

func appendHex64(b []byte, u uint64) []byte {
	b = slices.Grow(b, 18)
	d := b[len(b) : len(b)+18]
	d[0], d[1] = '0', 'x'
	little.PutUint64(d[2:], eightHex(uint32(u>>32)))
	little.PutUint64(d[10:], eightHex(uint32(u)))
	return b[:len(b)+18]
}

const hexDigits = "0123456789abcdef"

// AppendMAC appends the six bytes of a link-layer address as text: 00:00:5e:00:53:01.
func AppendMAC(b, mac []byte) []byte {
	b = slices.Grow(b, 24)
	d := b[len(b) : len(b)+24]
	_ = mac[5]
	high := eightHex(uint32(mac[0])<<24 | uint32(mac[1])<<16 | uint32(mac[2])<<8 | uint32(mac[3]))
	low := eightHex(uint32(mac[4])<<24 | uint32(mac[5])<<16)
	const colon = ':'
	little.PutUint64(d, high&0xffff|colon<<16|high>>16&0xffff<<24|colon<<40|high>>32&0xffff<<48)
	little.PutUint64(d[8:], colon|high>>48<<8|colon<<24|low&0xffff<<32|colon<<48|low>>16&0xff<<56)
	d[16] = byte(low >> 24)
	return b[:len(b)+17]
}
