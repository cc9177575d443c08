package value

import (
	"slices"

	"github.com/t2host/t2host/sdk/internal/little"
)

// AppendIP appends the bytes of an IP as text: dotted, or compressed (RFC 5952), or "-" for none.
func AppendIP(b, ip []byte) []byte {
	switch ip[0] {
	case 4:
		return appendIPv4(b, ip[1:5])
	case 6:
		return appendIPv6(b, ip[1:17])
	}
	return append(b, '-')
}

// octets are the bytes of an IPv4 address as text, the first character lowest, with
// a dot after it.
var octets = makeOctets()

func makeOctets() (list [256]uint32) {
	for i := range list {
		u := '0' + uint32(i%10) | '.'<<8
		if i > 9 {
			u = u<<8 | '0' + uint32(i/10%10)
		}
		if i > 99 {
			u = u<<8 | '0' + uint32(i/100)
		}
		list[i] = u
	}
	return list
}

// appendIPv4 appends four bytes, dotted.
func appendIPv4(b, ip []byte) []byte {
	b = slices.Grow(b, 16)
	d := b[len(b) : len(b)+16]
	n := 0
	for _, c := range ip[:4] {
		u := octets[c]
		little.PutUint32(d[n:], u)
		if n += 2; c > 9 {
			n++
		}
		if c > 99 {
			n++
		}
	}
	return b[:len(b)+n-1]
}

// appendIPv6 appends 16 bytes as inet_ntop does, and so T2: compressed (RFC 5952),
// the last four dotted if the rest marks an embedded IPv4 address:
// ::ffff:1.2.3.4 and, where netip does not, ::1.2.3.4.
func appendIPv6(b, ip []byte) []byte {
	b = slices.Grow(b, 39)
	from, to := zeroRun(ip)
	words := 8
	if from == 0 && (to == 6 || to == 5 && ip[10]&ip[11] == 0xff) {
		words = 6
	}
	for i := 0; i < words; i++ {
		switch {
		case i == from:
			b = append(b, ':', ':')
			i = to - 1
			continue
		case i > 0 && i != to:
			b = append(b, ':')
		}
		b = appendWord(b, ip[2*i], ip[2*i+1])
	}
	if words == 6 {
		if to != 6 {
			b = append(b, ':')
		}
		b = appendIPv4(b, ip[12:])
	}
	return b
}

// zeroRun is the first longest run of words that are 0, of at least two; after the
// words if there is none.
func zeroRun(ip []byte) (from, to int) {
	from, to = 8, 9 // a run of one, never met
	for i := 0; i < 8; i++ {
		start := i
		for i < 8 && ip[2*i]|ip[2*i+1] == 0 {
			i++
		}
		if i-start > to-from {
			from, to = start, i
		}
	}
	return from, to
}

// appendWord appends a word in hex without leading zeros.
func appendWord(b []byte, high, low byte) []byte {
	if high > 0xf {
		b = append(b, hexDigits[high>>4])
	}
	if high > 0 {
		b = append(b, hexDigits[high&15])
	}
	if high > 0 || low > 0xf {
		b = append(b, hexDigits[low>>4])
	}
	return append(b, hexDigits[low&15])
}
