package drive

import (
	"encoding/binary"
	"errors"

	"github.com/t2host/t2host/sdk/value"
)

// AppendColumns appends columns of n rows: the number of rows, then each column: the number of its
// bytes and these; of values without a fixed width first where each ends. Numbers are u32, little-endian.
func AppendColumns(b []byte, n int, columns []value.Vec) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(n))
	for i := range columns {
		v := &columns[i]
		for _, end := range v.Ends {
			b = binary.LittleEndian.AppendUint32(b, end)
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(len(v.Data)))
		b = append(b, v.Data...)
	}
	return b
}

var errColumns = errors.New("batch does not hold columns of its types")

// Columns returns the rows of a table's batch as columns.
func (b *Batch) Columns(columns []value.Column) ([]value.Vec, error) {
	vecs := make([]value.Vec, len(columns))
	for i := range columns {
		vecs[i].Reset(columns[i].Type)
	}
	rows := 0
	for rest := b.Data; len(rest) > 0; {
		n, more, ok := u32(rest)
		if !ok || n > len(rest) {
			return nil, errColumns
		}
		rows, rest = rows+n, more
		for i := range vecs {
			if rest, ok = readVec(&vecs[i], n, rest); !ok {
				return nil, errColumns
			}
		}
	}
	if rows != b.Rows {
		return nil, errColumns
	}
	return vecs, nil
}

// readVec adds n values to v, and returns the rest of b.
func readVec(v *value.Vec, n int, b []byte) ([]byte, bool) {
	start, last := uint32(len(v.Data)), 0
	if v.Type.Size() == 0 {
		if len(b)/4 < n {
			return nil, false
		}
		for i := range n {
			end, _, _ := u32(b[4*i:])
			if end < last {
				return nil, false
			}
			v.Ends = append(v.Ends, start+uint32(end))
			last = end
		}
		b = b[4*n:]
	} else {
		last = n * v.Type.Size()
	}
	size, b, ok := u32(b)
	if !ok || size > len(b) || size != last {
		return nil, false
	}
	v.Data = append(v.Data, b[:size]...)
	return b[size:], true
}

func u32(b []byte) (n int, rest []byte, ok bool) {
	if len(b) < 4 {
		return 0, nil, false
	}
	return int(binary.LittleEndian.Uint32(b)), b[4:], true
}
