package value

import (
	"slices"

	"github.com/t2host/t2host/sdk/internal/little"
)

// appendEscaped appends s as T2 shows it: UTF-8 as it is but for control
// characters, quotes and backslashes, which are escaped; a dot for what is no
// UTF-8.
func appendEscaped(b, s []byte) []byte {
	if n := len(s); n >= 8 {
		b = slices.Grow(b, n)
		d := b[len(b) : len(b)+n]
		plain := 0
		for plain < n {
			at := min(plain, n-8) // the last eight bytes may overlap those before
			x := little.Uint64(s[at:])
			if special(x) {
				break
			}
			little.PutUint64(d[at:], x)
			plain = at + 8
		}
		b, s = b[:len(b)+plain], s[plain:]
	}
	for len(s) > 0 {
		c := s[0]
		n := 1
		switch {
		case c >= 0x80:
			var ok bool
			if n, ok = sequence(s); ok {
				b = append(b, s[:n]...)
			} else {
				b = append(b, '.')
			}
		case c < ' ' || c == 0x7f || c == '"' || c == '\\':
			b = appendEscape(b, c)
		default:
			b = append(b, c)
		}
		s = s[n:]
	}
	return b
}

// special reports whether one of eight bytes is not shown as it is: most texts are
// plain, and short.
func special(x uint64) bool {
	const each = 0x01010101_01010101
	below := x - ' '*each | (x ^ '"'*each - each) | (x ^ '\\'*each - each) | (x ^ 0x7f*each - each)
	return (x|below)&(0x80*each) != 0
}

// escapes has the letter of the control characters from \b to \r.
const escapes = "btnvfr"

func appendEscape(b []byte, c byte) []byte {
	switch {
	case c == '"' || c == '\\':
		return append(b, '\\', c)
	case c >= '\b' && c <= '\r':
		return append(b, '\\', escapes[c-'\b'])
	}
	const upper = "0123456789ABCDEF"
	return append(b, '\\', 'u', '0', '0', upper[c>>4], upper[c&15])
}

// sequence is the length of the UTF-8 sequence that s begins with (RFC 3629). Where
// it begins with none, it is how many bytes one dot represents: the byte that
// breaks a sequence off is looked at anew, one that makes it overlong, a surrogate
// or more than U+10FFFF is not.
func sequence(s []byte) (n int, ok bool) {
	low, high := byte(0x80), byte(0xbf) // of the second byte
	switch c := s[0]; {
	case c >= 0xc2 && c <= 0xdf:
		n = 2
	case c == 0xe0:
		n, low = 3, 0xa0
	case c == 0xed:
		n, high = 3, 0x9f
	case c >= 0xe1 && c <= 0xef:
		n = 3
	case c == 0xf0:
		n, low = 4, 0x90
	case c == 0xf4:
		n, high = 4, 0x8f
	case c >= 0xf1 && c <= 0xf3:
		n = 4
	default:
		return 1, false
	}
	for i := 1; i < n; i++ {
		switch {
		case i == len(s) || s[i]&0xc0 != 0x80:
			return i, false
		case i == 1 && (s[1] < low || s[1] > high):
			return 2, false
		}
	}
	return n, true
}
