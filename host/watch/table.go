package watch

import "github.com/t2host/t2host/sdk/value"

// Table is a table that a plugin exports, at a moment. Nobody may change what it holds.
type Table struct {
	Name    string // "plugin.table"
	Key     []value.Column
	Fields  []value.Column // of a row
	Rows    []Row          // in the order in which their keys were first set
	Changes uint64         // how often it has changed
}

// Row is a row of a table: its key and its fields, as the wire has them.
type Row struct {
	Key    string
	Fields []byte
}

// Values appends the values of a row's bytes to dst, with these types. Values without a fixed width have their length, a
// little-endian uint32, before them. It returns fewer values if b is not of these types.
func Values[B []byte | string](dst [][]byte, columns []value.Column, bytes B) [][]byte {
	b := []byte(bytes)
	for _, c := range columns {
		v, rest, ok := c.Type.Cut(b)
		if !ok {
			return dst
		}
		dst, b = append(dst, v), rest
	}
	return dst
}
