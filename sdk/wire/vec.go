package wire

import (
	"github.com/t2host/t2host/sdk/internal/little"
	"github.com/t2host/t2host/sdk/value"
)

// A column of values that differ in width is a column of their lengths (u32), and
// after it their bytes, without gaps.

func columnVec(b []byte, start int, v *value.Vec) []byte {
	b = pad(b, start, 8)
	at := len(b)
	b = extend(b, 4*len(v.Ends))
	lengths, last := b[at:], uint32(0)
	for i, end := range v.Ends {
		little.PutUint32(lengths[4*i:], end-last)
		last = end
	}
	return append(b, v.Data...)
}

// vec reads n values of a type. Data lives in the message.
func (c *cursor) vec(v *value.Vec, t value.Type, n int) {
	v.Type, v.Ends = t, v.Ends[:0]
	if size := t.Size(); size > 0 {
		v.Data = c.column(n, size)
		return
	}
	if cap(v.Ends) < n {
		v.Ends = make([]uint32, 0, n)
	}
	ends, end := v.Ends[:n], uint64(0)
	// Of a list whose values have a width, each length is a multiple of it.
	width := uint32(1)
	if t.IsList() {
		width = uint32(max(1, t.Elem().Size()))
	}
	whole := true
	lengths := readColumn[uint32](c, n)
	for i, length := range lengths {
		end += uint64(length)
		ends[i] = uint32(end)
		whole = whole && length%width == 0
	}
	if end > uint64(c.limit) {
		c.fail("the message ends too early")
	}
	if v.Data = c.take(int(end)); c.err != nil {
		v.Data = nil
		return
	}
	v.Ends = ends
	if !whole || t.IsList() && t.Elem().Size() == 0 && !wholeTexts(v.Data, ends) {
		c.fail("a list holds part of a value")
	}
}

// wholeTexts reports whether each list that ends there holds whole texts: each its
// length (u32), and that many bytes.
func wholeTexts(data []byte, ends []uint32) bool {
	at := uint64(0)
	for _, end := range ends {
		for at < uint64(end) {
			if uint64(end)-at < 4 {
				return false
			}
			at += 4 + uint64(little.Uint32(data[at:]))
		}
		if at > uint64(end) {
			return false
		}
	}
	return true
}
