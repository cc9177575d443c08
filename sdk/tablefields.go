package sdk

import (
	"github.com/t2host/t2host/sdk/internal/little"
	"github.com/t2host/t2host/sdk/value"
)

// TableFields visits the fields of a table's key or row. The type's method Fields names each
// field once, by [Field] or [ListField]; that serves to declare, to write and to read it.
//
//	func (r *Row) Fields(f *sdk.TableFields) {
//		sdk.Field(f, "packets", &r.Packets, sdk.MergeSum)
//		sdk.Field(f, "longest", &r.Longest, sdk.ShowDuration, sdk.MergeMax)
//	}
type TableFields struct {
	mode    fieldMode
	columns []ColumnInfo
	buf     []byte
	size    int // bytes on the wire, in the mode measureFields
	short   bool
}

type fieldMode uint8

const (
	declareFields fieldMode = iota
	writeFields
	readFields
	measureFields
)

// Field visits a field of a key or row. Its name has letters, digits and _, at most 64 bytes. The
// options are those of columns, and how rows merge.
func Field[T ColumnValue](f *TableFields, name string, v *T, options ...ColumnOption) {
	f.field(name, v, options)
}

// field visits a field, to whose value v points.
func (f *TableFields) field(name string, v any, options []ColumnOption) {
	t := typeOfPointer(v)
	switch f.mode {
	case declareFields:
		f.columns = append(f.columns, declare(name, "", t, options).info)
	case measureFields:
		f.size += elemSize(v)
	case writeFields:
		// A text has its length before it here, as in a list.
		f.buf = appendElem(f.buf, v)
	case readFields:
		size := t.Size()
		if size == 0 {
			size = f.length()
		}
		if b := f.take(size); b != nil {
			readElem(b, v)
		}
	}
}

// ListField visits a field of a row that is a list. In a key it is a [KeyList], since slices cannot be
// compared.
func ListField[T ColumnValue](f *TableFields, name string, v *[]T, options ...ColumnOption) {
	t := typeOf[T]() | value.List
	switch f.mode {
	case declareFields:
		f.columns = append(f.columns, declare(name, "", t, options).info)
	case measureFields:
		f.size += 4
		for i := range *v {
			f.size += elemSize(&(*v)[i])
		}
	case writeFields:
		at := len(f.buf)
		f.buf = little.AppendUint32(f.buf, 0)
		for i := range *v {
			f.buf = appendElem(f.buf, &(*v)[i])
		}
		little.PutUint32(f.buf[at:], uint32(len(f.buf)-at-4))
	case readFields:
		list := f.take(f.length())
		f.short = f.short || !t.Whole(list)
		*v = appendElems[T](nil, list) // readers may keep the list
	}
}

// KeyList is a list that can be compared, and so be a field of a key.
type KeyList[T ColumnValue] struct{ bytes string }

// KeyListOf returns a list of values.
func KeyListOf[T ColumnValue](values ...T) KeyList[T] {
	var b []byte
	for i := range values {
		b = appendElem(b, &values[i])
	}
	return KeyList[T]{string(b)}
}

// Values returns the values of the list.
func (l KeyList[T]) Values() []T { return appendElems[T](nil, []byte(l.bytes)) }

// KeyListField visits a field of a key that is a list.
func KeyListField[T ColumnValue](f *TableFields, name string, v *KeyList[T], options ...ColumnOption) {
	t := typeOf[T]() | value.List
	if f.mode == declareFields {
		f.columns = append(f.columns, declare(name, "", t, options).info)
		return
	}
	f.field(name, &v.bytes, nil) // its bytes with their length before them, as those of a text
	f.short = f.short || f.mode == readFields && !t.Whole([]byte(v.bytes))
}

// elemSize returns the bytes that appendElem appends.
func elemSize(v any) int {
	if s, ok := v.(*string); ok {
		return 4 + len(*s)
	}
	return typeOfPointer(v).Size()
}

// length reads the length of a value that has no fixed width.
func (f *TableFields) length() int {
	b := f.take(4)
	if b == nil {
		return 0
	}
	return int(little.Uint32(b))
}

func (f *TableFields) take(n int) []byte {
	if uint(len(f.buf)) < uint(n) {
		f.short = true
		return nil
	}
	b := f.buf[:n:n]
	f.buf = f.buf[n:]
	return b
}

// declaredFields returns the description of the fields.
func declaredFields(visit func(*TableFields)) []ColumnInfo {
	var f TableFields
	visit(&f)
	return f.columns
}

func written(b []byte, visit func(*TableFields)) []byte {
	f := TableFields{mode: writeFields, buf: b}
	visit(&f)
	return f.buf
}

// measured returns the bytes of the fields on the wire.
func measured(visit func(*TableFields)) int {
	f := TableFields{mode: measureFields}
	visit(&f)
	return f.size
}

// read reports whether b held exactly the fields.
func read(b []byte, visit func(*TableFields)) bool {
	f := TableFields{mode: readFields, buf: b}
	visit(&f)
	return !f.short && len(f.buf) == 0
}
