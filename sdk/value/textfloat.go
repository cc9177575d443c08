package value

import (
	"math"
	"math/bits"
	"slices"
	"strconv"

	"github.com/t2host/t2host/sdk/internal/little"
)

// appendFloat32 appends x as C's %.7g does: seven significant digits, rounded half
// to even by the exact value, without trailing zeros, with an exponent where it is
// below -4 or above 6.
func appendFloat32(b []byte, x float32) []byte {
	u := math.Float32bits(x)
	if u>>31 != 0 {
		b = append(b, '-')
		u &^= 1 << 31
		x = -x
	}
	if u >= 0x7f800000 {
		return appendNotFinite(b, u > 0x7f800000)
	}
	if x < 1e7 {
		// Counts, sizes and lengths are whole numbers.
		if whole := uint32(x); float32(whole) == x {
			return AppendDecimal(b, uint64(whole))
		}
	}
	digits, exponent, ok := sevenDigits(u)
	if !ok {
		digits, exponent = sevenDigitsExactly(x)
	}
	return appendDigits(b, digits, exponent)
}

func appendNotFinite(b []byte, nan bool) []byte {
	if nan {
		return append(b, "nan"...)
	}
	return append(b, "inf"...)
}

// sevenDigits returns the seven digits of the float with the bits u, which is above 0
// and finite, and the power of ten of the first. It is one multiplication by a power
// of ten in 64 bits; ok is false where the bits that the power lacks could matter: for
// one in 3,122 of all floats.
func sevenDigits(u uint32) (digits uint32, exponent int, ok bool) {
	m, e := uint64(u&0x7fffff|0x800000), int(u>>23)-150
	if u < 0x800000 { // denormal
		shift := bits.LeadingZeros32(u) - 8
		m, e = uint64(u)<<shift, -149-shift
	}
	exponent = (e + 23) * 78913 >> 18 // of log10(2): right, or one too few
	product, shift := scaled(m, e, 6-exponent)
	if product>>shift >= 1e7 {
		exponent++
		product, shift = scaled(m, e, 6-exponent)
	}
	digits = uint32(product >> shift)
	fraction, half := product&(1<<shift-1), uint64(1)<<(shift-1)
	exact := exponent <= 6 && exponent >= 6-exactPower
	switch {
	case fraction > half, fraction == half && (!exact || digits&1 != 0):
		digits++
	case !exact && fraction+m > half: // the power is less than 1 too small
		return 0, 0, false
	}
	if digits == 1e7 {
		return 1e6, exponent + 1, true
	}
	return digits, exponent, true
}

// scaled is m, of 24 bits, times 2^e times 10^q, but for a division by 2^shift.
func scaled(m uint64, e, q int) (product uint64, shift uint) {
	return m * powers10[q-firstPower], uint(-e - powerShift(q))
}

// sevenDigitsExactly is the same by strconv.
func sevenDigitsExactly(x float32) (digits uint32, exponent int) {
	var buf [16]byte
	text := strconv.AppendFloat(buf[:0], float64(x), 'e', 6, 64) // d.dddddde±dd
	for i, c := range text[:8] {
		if i != 1 {
			digits = 10*digits + uint32(c-'0')
		}
	}
	for _, c := range text[10:] {
		exponent = 10*exponent + int(c-'0')
	}
	if text[9] == '-' {
		exponent = -exponent
	}
	return digits, exponent
}

// appendDigits appends a number of seven digits, exponent being the power of ten of
// the first.
func appendDigits(b []byte, digits uint32, exponent int) []byte {
	v := eightDigits(digits) >> 8
	n := (71 - bits.LeadingZeros64(v)) >> 3 // without trailing zeros
	v |= zeros
	b = slices.Grow(b, 24)
	d := b[len(b) : len(b)+24]
	switch {
	case exponent < -4 || exponent > 6:
		d[0], d[1] = byte(v), '.'
		little.PutUint64(d[2:], v>>8)
		if n++; n == 2 {
			n = 1
		}
		d[n], d[n+1] = 'e', '+'
		if exponent < 0 {
			d[n+1], exponent = '-', -exponent
		}
		d[n+2], d[n+3] = '0'+byte(exponent/10), '0'+byte(exponent%10)
		n += 4
	case exponent < 0:
		little.PutUint64(d, zeros)
		d[1] = '.'
		little.PutUint64(d[1-exponent:], v)
		n += 1 - exponent
	case n <= exponent+1:
		little.PutUint64(d, v)
		n = exponent + 1
	default:
		little.PutUint64(d, v)
		d[exponent+1] = '.'
		little.PutUint64(d[exponent+2:], v>>(8*(exponent+1)))
		n++
	}
	return b[:len(b)+n]
}

// appendFloat64 appends x as C's %f does: with six decimals, rounded half to even by
// the exact value.
func appendFloat64(b []byte, x float64) []byte {
	u := math.Float64bits(x)
	if u>>63 != 0 {
		b = append(b, '-')
		u &^= 1 << 63
	}
	if u >= 0x7ff<<52 {
		return appendNotFinite(b, u > 0x7ff<<52)
	}
	exponent := uint(u >> 52)
	switch {
	case exponent < 1023-21: // less than half a millionth
		return append(b, "0.000000"...)
	case exponent >= 1023+41:
		return strconv.AppendFloat(b, math.Float64frombits(u), 'f', 6, 64)
	}
	// The product has 73 bits. The last ten only say whether there is a rest.
	high, low := bits.Mul64(u&(1<<52-1)|1<<52, 1e6)
	product := high<<54 | low>>10
	if low&1023 != 0 {
		product |= 1
	}
	shift := 1065 - exponent
	millionths := product >> shift
	if rest, half := product&(1<<shift-1), uint64(1)<<(shift-1); rest > half || rest == half && millionths&1 != 0 {
		millionths++
	}
	whole := millionths / 1e6
	b = slices.Grow(AppendDecimal(b, whole), 8)
	little.PutUint64(b[len(b):len(b)+8], eightDigits(uint32(millionths-whole*1e6))>>8|zeros)
	b[:len(b)+1][len(b)] = '.'
	return b[:len(b)+7]
}
