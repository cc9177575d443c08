package sdk

import (
	"strconv"

	"github.com/t2host/t2host/sdk/value"
)

// Count returns n as T2's reports show it: "1023", "46136 (46.14 K)". As in T2, the unit goes by
// powers of 1024, and the figure before it by powers of 1000.
func Count(n uint64) string {
	b := strconv.AppendUint(nil, n, 10)
	if n < 1024 {
		return string(b)
	}
	unit, div := -1, 1.0
	for u := n; u >= 1024; u /= 1024 {
		unit++
		div *= 1000
	}
	b = append(b, " ("...)
	b = strconv.AppendFloat(b, float64(n)/div, 'f', 2, 64)
	return string(append(b, ' ', "KMGTPE"[unit], ')'))
}

// Share returns n as Count does, with its percentage of total: "1477 (1.48 K) [12.34%]".
func Share(n, total uint64) string {
	percent := 0.0
	if total > 0 {
		percent = 100 * float64(n) / float64(total)
	}
	return Count(n) + " [" + strconv.FormatFloat(percent, 'f', 2, 64) + "%]"
}

// Hex8 returns a status byte as T2 shows it: "0x01".
func Hex8(b uint8) string {
	const digits = "0123456789abcdef"
	return "0x" + string([]byte{digits[b>>4], digits[b&15]})
}

// Seconds returns nanoseconds as seconds with that many decimals: Seconds(1500000000, 1) is "1.5".
func Seconds(ns int64, decimals int) string {
	return strconv.FormatFloat(float64(ns)/1e9, 'f', decimals, 64)
}

// AppendSeconds appends nanoseconds as seconds with nine decimals, as T2 shows times and
// durations. T2's seconds are unsigned and have 32 bits: -1 s is shown as 4294967295.
func AppendSeconds(b []byte, ns int64) []byte { return value.AppendSeconds(b, ns) }
