package sdk

import (
	"math"

	"github.com/t2host/t2host/sdk/internal/little"
	"github.com/t2host/t2host/sdk/value"
)

// TableFields visits the fields of a table's key or row. The type's method Fields names each
// field once, by a method of TableFields; that serves to declare, to write and to read it. Names
// are of letters, digits and _, at most 64 bytes.
//
//	func (r *Row) Fields(f *sdk.TableFields) {
//		f.Uint32("packets", &r.Packets)
//		f.Float32("ratio", &r.Ratio)
//	}
type TableFields struct {
	mode    fieldMode
	columns []Column
	buf     []byte
	short   bool
}

type fieldMode uint8

const (
	declareFields fieldMode = iota
	writeFields
	readFields
)

// Uint32 visits an unsigned 32-bit number.
func (f *TableFields) Uint32(name string, v *uint32) {
	u := uint64(*v)
	f.number(name, value.Uint32, &u)
	*v = uint32(u)
}

// Uint64 visits an unsigned 64-bit number.
func (f *TableFields) Uint64(name string, v *uint64) { f.number(name, value.Uint64, v) }

// Float32 visits a single-precision number.
func (f *TableFields) Float32(name string, v *float32) {
	u := uint64(math.Float32bits(*v))
	f.number(name, value.Float32, &u)
	*v = math.Float32frombits(uint32(u))
}

// Time visits nanoseconds since 1970 UTC.
func (f *TableFields) Time(name string, v *int64) {
	u := uint64(*v)
	f.number(name, value.Time, &u)
	*v = int64(u)
}

// Duration visits nanoseconds.
func (f *TableFields) Duration(name string, v *int64) {
	u := uint64(*v)
	f.number(name, value.Duration, &u)
	*v = int64(u)
}

// IP visits an address.
func (f *TableFields) IP(name string, v *IP) {
	switch f.mode {
	case declareFields:
		f.columns = append(f.columns, Column{Name: name, Type: value.IP})
	case writeFields:
		f.buf = v.AppendWire(f.buf)
	case readFields:
		if b := f.take(value.IPSize); b != nil {
			*v = ipFromWire(b)
		}
	}
}

func (f *TableFields) number(name string, t value.Type, v *uint64) {
	switch f.mode {
	case declareFields:
		f.columns = append(f.columns, Column{Name: name, Type: t})
	case writeFields:
		f.buf = little.AppendUint(f.buf, *v, t.Size())
	case readFields:
		if b := f.take(t.Size()); b != nil {
			*v = little.Uint(b)
		}
	}
}

func (f *TableFields) take(n int) []byte {
	if len(f.buf) < n {
		f.short = true
		return nil
	}
	b := f.buf[:n]
	f.buf = f.buf[n:]
	return b
}

func declared(visit func(*TableFields)) []Column {
	var f TableFields
	visit(&f)
	return f.columns
}

func written(b []byte, visit func(*TableFields)) []byte {
	f := TableFields{mode: writeFields, buf: b}
	visit(&f)
	return f.buf
}

// read reports whether b held exactly the fields.
func read(b []byte, visit func(*TableFields)) bool {
	f := TableFields{mode: readFields, buf: b}
	visit(&f)
	return !f.short && len(f.buf) == 0
}
