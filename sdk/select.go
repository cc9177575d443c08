package sdk

import (
	"time"

	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// PacketSelect is what a plugin reads of packets. Make one with [TCP] or [All].
type PacketSelect struct {
	Rows       field.Rows
	Fields     field.Packet
	PayloadLen int          // with field.Payload: the bytes of it, 1 to MaxPayload
	HeaderLen  int          // with field.Header: the bytes of it, 1 to MaxPayload
	Tables     bool         // tables are used at packets
	Columns    []ColumnInfo // that the plugin adds to each packet that it reads; Define sets it

	writes []AnyColumn // see WithColumns
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

// WithColumns adds columns that the plugin writes at each packet that it reads, in runs whose user asks for packets
// (-s, or the stream packets): see [PacketWriter]. A column of flow ends may be one of packets too.
func (s PacketSelect) WithColumns(columns ...AnyColumn) PacketSelect {
	s.writes = append(s.writes[:len(s.writes):len(s.writes)], columns...)
	return s
}

// WithTables declares that tables are read or changed at packets, so that each packet tells its
// place among the batch's events: four bytes a packet.
func (s PacketSelect) WithTables() PacketSelect {
	s.Tables = true
	return s
}

// StartSelect is what a plugin reads when flows begin. Make one with [Start].
type StartSelect struct {
	On     bool // begins are read
	Fields field.Flow
}

// Start selects begins of flows, with these fields, of those that are known then:
// [field.AllStarts].
func Start(fields ...field.Flow) StartSelect { return StartSelect{On: true, Fields: union(fields)} }

// Size returns the bytes of a begin on the wire.
func (s StartSelect) Size() int {
	if !s.On {
		return 0
	}
	return 12 + s.Fields.Size()
}

// TickSelect is how often a plugin is called by packet time. Make one with [Every] or
// [EverySetting].
type TickSelect struct {
	Every   int64  // nanoseconds of packet time, MinTick at least; 0: none
	Setting string // or the number setting that holds it, in seconds, in which 0 is none
}

// MinTick is the shortest interval of ticks, in nanoseconds.
const MinTick = 1e6

// Every declares ticks at each multiple of d of packet time since 1970.
func Every(d time.Duration) TickSelect { return TickSelect{Every: int64(d)} }

// EverySetting declares ticks whose interval is the number setting of that name, in seconds.
func EverySetting(name string) TickSelect { return TickSelect{Setting: name} }

// On reports whether there are ticks.
func (t TickSelect) On() bool { return t != TickSelect{} }

// Size returns the bytes of a tick on the wire.
func (TickSelect) Size() int { return 20 }

// EndSelect is what a plugin reads at flow ends. Make one with [End].
type EndSelect struct {
	On      bool // flow ends are read
	Fields  field.Flow
	Columns []ColumnInfo // of other plugins, named "plugin.column"
	All     bool         // read all columns of the plugins before this one; Columns is empty
}

// End selects flow ends, with these fields.
func End(fields ...field.Flow) EndSelect { return EndSelect{On: true, Fields: union(fields)} }

// With adds columns of other plugins, which Spec.Requires must name. Their Reader reads them.
func (e EndSelect) With(columns ...AnyColumn) EndSelect {
	e.Columns = e.Columns[:len(e.Columns):len(e.Columns)]
	for _, c := range columns {
		e.Columns = append(e.Columns, c.Info())
	}
	return e
}

// WithAll adds all columns of the plugins before this one. They are in Env.Columns, in the
// order of their indexes for [EndRow.Bytes].
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
	n := 4 + s.Fields.Size()
	if s.Tables {
		n += 4
	}
	return n
}

// Size returns the bytes of a flow end on the wire, without those of values that have no fixed
// width.
func (e EndSelect) Size() int {
	if !e.On {
		return 0
	}
	n := 12 + e.Fields.Size()
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

// pick returns copies of the values with these indexes; a column that was not declared stays nil.
func pick[T any](column []T, at []int) []T {
	if column == nil {
		return nil
	}
	list := make([]T, 0, len(at))
	for _, i := range at {
		list = append(list, column[i])
	}
	return list
}

// less returns the counts [from, to), each without rows packets.
func less(before []uint32, from, to, rows int) []uint32 {
	var list []uint32
	for _, n := range slice(before, from, to) {
		list = append(list, n-uint32(rows))
	}
	return list
}

func sliceVec(v *value.Vec, from, to int) value.Vec {
	if v.Type == 0 {
		return value.Vec{}
	}
	return v.Slice(from, to)
}
