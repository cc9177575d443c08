package wire

import "github.com/t2host/t2host/sdk"

// A column of values that differ in width is a column of their lengths (u32), and
// behind it their bytes, without gaps.

func columnVec(b []byte, start int, v *sdk.Vec) []byte {
	b = pad(b, start, 8)
	last := uint32(0)
	for _, end := range v.Ends {
		b = append32(b, end-last)
		last = end
	}
	return append(b, v.Data...)
}

// vec reads n values of a type. Data lives in the message.
func (c *cursor) vec(v *sdk.Vec, t sdk.Type, n int) {
	v.Type, v.Ends = t, v.Ends[:0]
	if size := t.Size(); size > 0 {
		v.Data = c.column(n, size)
		return
	}
	end := uint64(0)
	for lengths := c.column(n, 4); len(lengths) >= 4; lengths = lengths[4:] {
		end += uint64(get32(lengths))
		v.Ends = append(v.Ends, uint32(end))
	}
	if end > uint64(len(c.msg)) {
		c.fail("message ends too early")
		end = 0
	}
	v.Data = c.take(int(end))
	if c.err != nil {
		v.Data, v.Ends = nil, v.Ends[:0]
		return
	}
	for i := range v.Ends {
		if !t.Whole(v.Bytes(i)) {
			c.fail("a list holds part of a value")
		}
	}
}
