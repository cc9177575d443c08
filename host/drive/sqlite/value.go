package sqlite

import (
	"math"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/sdk/value"
)

// valueOf returns value i of a column, and whether SQLite can hold it.
func valueOf(v *value.Vec, i int) (any, bool) {
	switch v.Type {
	case value.Uint8, value.Uint16, value.Uint32, value.Uint64:
		n := v.Uint(i)
		return int64(n), n <= math.MaxInt64
	case value.Int64:
		return v.Int(i), true
	case value.Float32, value.Float64:
		x := v.Float(i)
		if math.IsNaN(x) {
			return nil, true
		}
		if v.Type == value.Float32 {
			return drive.Shortest(float32(x)), true
		}
		return x, true
	case value.Duration:
		return float64(v.Int(i)) / 1e9, true
	}
	text, ok := drive.Text(v, i)
	if !ok {
		return nil, true
	}
	return text, true
}
