package sdk

import "github.com/t2host/t2host/sdk/value"

// Size is the bytes of a packet row on the wire, of the payload that of its length.
func (s PacketSelect) Size() int {
	if s.Rows == NoRows {
		return 0
	}
	n := 4
	for i, f := range packetFields {
		if s.Fields>>i&1 != 0 {
			n += f.size
		}
	}
	return n
}

// Size is the bytes of a flow end on the wire, of values that differ in width that
// of their lengths.
func (s EndSelect) Size() int {
	if !s.On {
		return 0
	}
	n := 8
	for i, f := range endFields {
		if s.Fields>>i&1 != 0 {
			n += f.size
		}
	}
	for _, c := range s.Columns {
		n += columnSize(c.Type)
	}
	return n
}

// columnSize is what a value of that type takes on the wire, without its bytes
// where values differ in width.
func columnSize(t value.Type) int {
	if size := t.Size(); size > 0 {
		return size
	}
	return 4
}

// slice keeps a column that was not declared nil.
func slice[T any](column []T, from, to int) []T {
	if column == nil {
		return nil
	}
	return column[from:to]
}

func sliceVec(v *value.Vec, from, to int) value.Vec {
	if v.Type == 0 {
		return value.Vec{}
	}
	return v.Slice(from, to)
}
