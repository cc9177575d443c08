package sdk

import (
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// PacketSelect is what a plugin reads of packets. Make one with [TCP] or [All].
type PacketSelect struct {
	Rows       field.Rows
	Fields     field.Packet
	PayloadLen int // with field.Payload: the bytes of it, 1 to MaxPayload
	HeaderLen  int // with field.Header: the bytes of it, 1 to MaxPayload
}

// MaxPayload is the largest number of bytes of a packet's payload, or of its headers, that a
// plugin can read: no capture has longer packets.
const MaxPayload = 262144

// TCP selects the TCP packets that have a flow, with these fields. Of a fragmented packet it
// selects the first fragment.
func TCP(fields ...field.Packet) PacketSelect {
	return PacketSelect{Rows: field.TCPRows, Fields: union(fields)}
}

// All selects all packets that have a flow, with these fields.
func All(fields ...field.Packet) PacketSelect {
	return PacketSelect{Rows: field.AllRows, Fields: union(fields)}
}

// WithPayload adds the first n bytes of each packet's payload, 1 to [MaxPayload].
func (s PacketSelect) WithPayload(n int) PacketSelect {
	s.Fields |= field.Payload
	s.PayloadLen = n
	return s
}

// EndSelect is what a plugin reads at flow ends. Make one with [End].
type EndSelect struct {
	On      bool // flow ends are read
	Fields  field.Flow
	Columns []Column // of other plugins, named "plugin.column"
	All     bool     // read all columns of the plugins before this one; Columns is empty
}

// End selects flow ends, with these fields.
func End(fields ...field.Flow) EndSelect { return EndSelect{On: true, Fields: union(fields)} }

// With adds columns of other plugins, named "plugin.column": their types must be as declared,
// their docs may be empty, and Spec.Requires must name the plugins. [EndRow.Uint] and its like
// read them by their index here. If an optional plugin is not loaded, its columns are zeros or
// empty.
func (e EndSelect) With(columns ...Column) EndSelect {
	e.Columns = append(e.Columns[:len(e.Columns):len(e.Columns)], columns...)
	return e
}

// WithAll adds all columns of the plugins before this one. They are in Env.Columns, in the
// order of their indexes.
func (e EndSelect) WithAll() EndSelect {
	e.All = true
	return e
}

func union[F field.Packet | field.Flow](fields []F) F {
	var u F
	for _, f := range fields {
		u |= f
	}
	return u
}

// WithHeader adds the first n bytes of each packet from its IP header on, 1 to [MaxPayload].
func (s PacketSelect) WithHeader(n int) PacketSelect {
	s.Fields |= field.Header
	s.HeaderLen = n
	return s
}

// Size returns the bytes of a packet row on the wire, without those of its payload
// and header.
func (s PacketSelect) Size() int {
	if s.Rows == field.NoRows {
		return 0
	}
	return 4 + s.Fields.Size()
}

// Size returns the bytes of a flow end on the wire, without those of values that have no fixed
// width.
func (e EndSelect) Size() int {
	if !e.On {
		return 0
	}
	n := 8 + e.Fields.Size()
	for _, c := range e.Columns {
		if size := c.Type.Size(); size > 0 {
			n += size
		} else {
			n += 4
		}
	}
	return n
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
