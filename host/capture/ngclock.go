package capture

import (
	"math"
	"math/bits"
)

// Options of an Interface Description Block.
const (
	ngOptEnd        = 0
	ngOptResolution = 9  // if_tsresol
	ngOptOffset     = 14 // if_tsoffset
)

// ngClock turns an interface's timestamps into nanoseconds since 1970.
type ngClock struct {
	perSecond uint64 // units of a second
	scale     uint64 // nanoseconds of a unit, 0 if not an integer
	offset    int64  // seconds to add
}

// clock reads the options of an interface that say how its timestamps count. The others are only checked.
func (r *ngReader) clock(opts []byte) (ngClock, error) {
	c := ngClock{perSecond: 1e6, scale: 1e3}
	for len(opts) >= 4 {
		code, n := r.u16(opts), int(r.u16(opts[2:]))
		opts = opts[4:]
		if code == ngOptEnd {
			break
		}
		padded := (n + 3) &^ 3
		if padded > len(opts) {
			return c, r.corrupt("option %d of an interface has the length %d, its block has %d bytes left", code, n, len(opts))
		}
		switch code {
		case ngOptResolution:
			if n != 1 {
				return c, r.corrupt("time resolution of an interface has %d bytes instead of 1", n)
			}
			var ok bool
			if c.perSecond, ok = ngUnits(opts[0]); !ok {
				return c, r.corrupt("time resolution %#02x of an interface is beyond 10^-19 and 2^-63", opts[0])
			}
			c.scale = 0
			if 1e9%c.perSecond == 0 {
				c.scale = 1e9 / c.perSecond
			}
		case ngOptOffset:
			if n != 8 {
				return c, r.corrupt("time offset of an interface has %d bytes instead of 8", n)
			}
			hi, lo := r.u32(opts), r.u32(opts[4:])
			if !r.big {
				hi, lo = lo, hi
			}
			c.offset = int64(uint64(hi)<<32 | uint64(lo))
		}
		opts = opts[padded:]
	}
	return c, nil
}

// ngUnits is the number of units in a second for an if_tsresol: 10 to its power, or 2 if the top bit is set.
func ngUnits(resolution byte) (uint64, bool) {
	n := resolution & 0x7f
	if resolution&0x80 != 0 {
		return 1 << (n & 63), n <= 63
	}
	units := uint64(1)
	for range min(n, 19) {
		units *= 10
	}
	return units, n <= 19
}

// nanoseconds returns the time of a timestamp, rounded down. Of times that an int64 cannot hold (before 1678, after
// 2261) it keeps the seconds modulo 2^32, as T2 does of all: differences between them stay right.
func (c ngClock) nanoseconds(ts uint64) int64 {
	if c.scale != 0 && c.offset == 0 && ts <= math.MaxInt64/1_000_000_000 { // nearly all files; three divisions less
		return int64(ts * c.scale)
	}
	const lastSecond = math.MaxInt64/1_000_000_000 - 1
	sec, part := ts/c.perSecond, ts%c.perSecond
	hi, lo := bits.Mul64(part, 1e9)
	ns, _ := bits.Div64(hi, lo, c.perSecond) // below 1e9, as part is below perSecond
	// Both are cut to a third of the range first, so that their sum cannot overflow.
	s := int64(min(sec, math.MaxInt64/3)) + max(min(c.offset, math.MaxInt64/3), math.MinInt64/3)
	if s > lastSecond || s < -lastSecond {
		s = int64(uint32(sec) + uint32(c.offset))
	}
	return s*1e9 + int64(ns)
}
