package jsontext

import (
	"math"
	"strconv"

	"github.com/t2host/t2host/sdk/value"
)

// AppendTime appends a time, nanoseconds since 1970 UTC, as RFC 3339 has it, always with nine digits
// of the second, so that the text sorts as the time does.
func AppendTime(b []byte, ns int64) []byte {
	s, rest := ns/1e9, ns%1e9
	if rest < 0 {
		s, rest = s-1, rest+1e9
	}
	days, of := s/86400, s%86400
	if of < 0 {
		days, of = days-1, of+86400
	}
	// The civil date of a number of days: years begin in March, so that the leap day is the last (H. Hinnant,
	// "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
	z := days + 719468 // since 0000-03-01; positive for all times that 64 bits of nanoseconds hold
	era := z / 146097
	day := z % 146097
	year := (day - day/1460 + day/36524 - day/146096) / 365
	day -= 365*year + year/4 - year/100
	month := (5*day + 2) / 153
	day -= (153*month + 2) / 5
	year += era * 400
	if month < 10 {
		month += 3
	} else {
		month, year = month-9, year+1
	}
	b = appendTwo(appendTwo(b, year/100), year%100)
	b = appendTwo(append(b, '-'), month)
	b = appendTwo(append(b, '-'), day+1)
	b = appendTwo(append(b, 'T'), of/3600)
	b = appendTwo(append(b, ':'), of/60%60)
	b = appendTwo(append(b, ':'), of%60)
	return append(appendNine(append(b, '.'), uint64(rest)), 'Z')
}

// appendTwo appends a number below 100 with two digits.
func appendTwo(b []byte, n int64) []byte { return append(b, '0'+byte(n/10), '0'+byte(n%10)) }

// appendNine appends a number below 10^9 with nine digits.
func appendNine(b []byte, n uint64) []byte {
	var d [9]byte
	for i := 8; i >= 0; i-- {
		d[i] = '0' + byte(n%10)
		n /= 10
	}
	return append(b, d[:]...)
}

// AppendDuration appends nanoseconds as seconds with nine decimals.
func AppendDuration(b []byte, ns int64) []byte {
	if ns < 0 {
		b = append(b, '-')
		ns = -ns
	}
	b = strconv.AppendUint(b, uint64(ns)/1e9, 10)
	return appendNine(append(b, '.'), uint64(ns)%1e9)
}

// AppendFloat appends the shortest number that is read as the same float; nothing if it is not finite.
func AppendFloat(b []byte, v *value.Vec, i int) []byte {
	x := v.Float(i)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return b
	}
	if x == 0 {
		return append(b, '0')
	}
	bits := 64
	if v.Type == value.Float32 {
		bits = 32
	}
	return strconv.AppendFloat(b, x, 'g', -1, bits)
}
