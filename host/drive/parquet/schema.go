package parquet

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/sdk/value"
)

// field is a column of the file.
type field struct {
	of       value.Type
	index    int
	optional bool // no address is null
}

// schemaOf returns the schema of rows with these columns, in their order.
func schemaOf(name string, columns []value.Column) (*parquet.Schema, []field) {
	group := ordered{Group: parquet.Group{}}
	var fields []field
	for i, c := range columns {
		f := field{of: c.Type, index: i, optional: c.Type == value.IP}
		node := parquet.Encoded(leaf(c.Type.Elem()), &parquet.RLEDictionary)
		if plain(c.Type.Elem()) {
			node = leaf(c.Type.Elem())
		}
		switch {
		case c.Type.IsList():
			node = parquet.List(node)
		case f.optional:
			node = parquet.Optional(node)
		}
		group.Group[c.Name] = node
		group.names = append(group.names, c.Name)
		fields = append(fields, f)
	}
	return parquet.NewSchema(name, group), fields
}

// plain reports whether values of a type seldom repeat.
func plain(t value.Type) bool {
	return t == value.Time || t == value.Duration || t == value.Float32 || t == value.Float64
}

// leaf is how a value is kept: unsigned numbers as such, also those that are shown in hex; times in
// nanoseconds; durations as decimals of seconds; addresses as text.
func leaf(t value.Type) parquet.Node {
	switch t {
	case value.Uint8, value.Hex8:
		return parquet.Uint(8)
	case value.Uint16, value.Hex16:
		return parquet.Uint(16)
	case value.Uint32, value.Hex32:
		return parquet.Uint(32)
	case value.Uint64, value.Hex64:
		return parquet.Uint(64)
	case value.Int64:
		return parquet.Int(64)
	case value.Float32:
		return parquet.Leaf(parquet.FloatType)
	case value.Float64:
		return parquet.Leaf(parquet.DoubleType)
	case value.Time:
		return parquet.TimestampAdjusted(parquet.Nanosecond, false) // UTC; readers know nanoseconds only without a zone
	case value.Duration:
		return parquet.Decimal(9, 20, parquet.FixedLenByteArrayType(durationBytes))
	}
	return parquet.String()
}

// durationBytes hold a decimal of 20 digits.
const durationBytes = 9

// appendTo appends value i of a column to a row.
func (f *field) appendTo(row parquet.Row, v *value.Vec, i int) parquet.Row {
	if !f.of.IsList() {
		level := 0
		data := v.Bytes(i)
		if f.optional {
			if data[0] == 0 {
				return append(row, parquet.NullValue().Level(0, 0, f.index))
			}
			level = 1
		}
		return append(row, valueOf(f.of, data).Level(0, level, f.index))
	}
	list := v.Bytes(i)
	for n := 0; ; n++ {
		data, rest, ok := f.of.Next(list)
		if !ok {
			if n == 0 {
				row = append(row, parquet.NullValue().Level(0, 0, f.index))
			}
			return row
		}
		row = append(row, valueOf(f.of.Elem(), data).Level(min(n, 1), 1, f.index))
		list = rest
	}
}

func valueOf(t value.Type, data []byte) parquet.Value {
	v := value.Vec{Type: t, Data: data}
	switch t {
	case value.Uint8, value.Hex8, value.Uint16, value.Hex16, value.Uint32, value.Hex32:
		return parquet.Int32Value(int32(v.Uint(0)))
	case value.Uint64, value.Hex64:
		return parquet.Int64Value(int64(v.Uint(0)))
	case value.Int64, value.Time:
		return parquet.Int64Value(v.Int(0))
	case value.Float32:
		return parquet.FloatValue(math.Float32frombits(uint32(v.Uint(0))))
	case value.Float64:
		return parquet.DoubleValue(v.Float(0))
	case value.Duration:
		return parquet.FixedLenByteArrayValue(decimal(v.Int(0)))
	case value.Text, value.String:
		return parquet.ByteArrayValue([]byte(drive.UTF8(data)))
	}
	return parquet.ByteArrayValue(t.AppendText(nil, data))
}

// decimal returns n in two's complement, in network byte order.
func decimal(n int64) []byte {
	b := binary.BigEndian.AppendUint64([]byte{0}, uint64(n))
	if n < 0 {
		b[0] = 0xff
	}
	return b
}

// ordered is a group whose fields have an order of their own, not that of their names.
type ordered struct {
	parquet.Group
	names []string
}

func (o ordered) Fields() []parquet.Field {
	fields := o.Group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int {
		return slices.Index(o.names, a.Name()) - slices.Index(o.names, b.Name())
	})
	return fields
}
