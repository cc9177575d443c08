package encode

import (
	"math"
	"strconv"
	"time"

	"github.com/t2host/t2host/sdk/value"
)

// appendTime appends a time, nanoseconds since 1970 UTC, as RFC 3339 has it, always with nine digits
// of the second, so that the text sorts as the time does.
func appendTime(b []byte, ns int64) []byte {
	return time.Unix(0, ns).UTC().AppendFormat(b, "2006-01-02T15:04:05.000000000Z")
}

// appendDuration appends nanoseconds as seconds with nine decimals.
func appendDuration(b []byte, ns int64) []byte {
	if ns < 0 {
		b = append(b, '-')
		ns = -ns
	}
	b = strconv.AppendUint(b, uint64(ns)/1e9, 10)
	b = append(b, '.')
	rest := uint64(ns) % 1e9
	for unit := uint64(1e8); unit > 0; unit /= 10 {
		b = append(b, '0'+byte(rest/unit%10))
	}
	return b
}

// appendFloat appends the shortest number that is read as the same float; nothing if it is not finite.
func appendFloat(b []byte, v *value.Vec, i int) []byte {
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
