package sdk

import (
	"math"
	"unsafe"

	"github.com/t2host/t2host/sdk/internal/little"
	"github.com/t2host/t2host/sdk/value"
)

// The Go types of columns and how they are kept in columns. Each switch has pointers to all
// types of ColumnValue: a sandboxed plugin does not link reflect, and links one function of each
// for all of its columns.

func typeOf[T ColumnValue]() value.Type { return typeOfPointer((*T)(nil)) }

func typeOfPointer(p any) value.Type {
	switch p.(type) {
	case *uint8:
		return value.Uint8
	case *uint16:
		return value.Uint16
	case *uint32:
		return value.Uint32
	case *uint64:
		return value.Uint64
	case *int64:
		return value.Int64
	case *float32:
		return value.Float32
	case *float64:
		return value.Float64
	case *IP:
		return value.IP
	case *MAC:
		return value.MAC
	}
	return value.Text
}

// appendValues adds the values of a *[]ColumnValue to a column.
func appendValues(v *value.Vec, values any) {
	switch values := values.(type) {
	case *[]uint8:
		v.Data = append(v.Data, *values...)
	case *[]uint16:
		v.Data = value.AppendNumbers(v.Data, *values)
	case *[]uint32:
		v.Data = value.AppendNumbers(v.Data, *values)
	case *[]uint64:
		v.Data = value.AppendNumbers(v.Data, *values)
	case *[]int64:
		v.Data = value.AppendNumbers(v.Data, *values)
	case *[]float32:
		v.Data = value.AppendNumbers(v.Data, *values)
	case *[]float64:
		v.Data = value.AppendNumbers(v.Data, *values)
	case *[]IP:
		v.Data = appendIPs(v.Data, *values)
	case *[]MAC:
		v.Data = append(v.Data, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(*values))), len(*values)*len(MAC{}))...)
	case *[]string:
		for _, s := range *values {
			v.Data = append(v.Data, s...)
			v.Ends = append(v.Ends, uint32(len(v.Data)))
		}
	}
}

// readValues sets a *[]ColumnValue to the values of a column: in its memory where that can be,
// else in that of the slice or in new memory.
func readValues(v *value.Vec, to any) {
	switch to := to.(type) {
	case *[]uint8:
		*to = v.Data
	case *[]uint16:
		*to = value.NumbersFromWire[uint16](v.Data)
	case *[]uint32:
		*to = value.NumbersFromWire[uint32](v.Data)
	case *[]uint64:
		*to = value.NumbersFromWire[uint64](v.Data)
	case *[]int64:
		*to = value.NumbersFromWire[int64](v.Data)
	case *[]float32:
		*to = value.NumbersFromWire[float32](v.Data)
	case *[]float64:
		*to = value.NumbersFromWire[float64](v.Data)
	case *[]IP:
		*to = (*to)[:0]
		for i := range v.Len() {
			*to = append(*to, ipFromWire(v.Bytes(i)))
		}
	case *[]MAC:
		*to = unsafe.Slice((*MAC)(unsafe.Pointer(unsafe.SliceData(v.Data))), len(v.Data)/len(MAC{}))
	case *[]string:
		*to = (*to)[:0]
		all, start := string(v.Data), uint32(0) // the author may keep a text
		for _, end := range v.Ends {
			*to = append(*to, all[start:end])
			start = end
		}
	}
}

// appendElem adds the element of a list that a *ColumnValue points to.
func appendElem(b []byte, elem any) []byte {
	switch elem := elem.(type) {
	case *uint8:
		return append(b, *elem)
	case *uint16:
		return little.AppendUint16(b, *elem)
	case *uint32:
		return little.AppendUint32(b, *elem)
	case *uint64:
		return little.AppendUint64(b, *elem)
	case *int64:
		return little.AppendUint64(b, uint64(*elem))
	case *float32:
		return little.AppendUint32(b, math.Float32bits(*elem))
	case *float64:
		return little.AppendUint64(b, math.Float64bits(*elem))
	case *IP:
		return elem.AppendWire(b)
	case *MAC:
		return append(b, elem[:]...)
	case *string:
		return append(little.AppendUint32(b, uint32(len(*elem))), *elem...)
	}
	return b
}

// appendElems appends the elements of a list, from its bytes.
func appendElems[T ColumnValue](values []T, list []byte) []T {
	for t := typeOf[T]() | value.List; ; {
		elem, rest, ok := t.Next(list)
		if !ok {
			return values
		}
		var v T
		readElem(elem, &v)
		values, list = append(values, v), rest
	}
}

// readElem sets what a *ColumnValue points to, to an element of a list.
func readElem(b []byte, to any) {
	switch to := to.(type) {
	case *uint8:
		*to = b[0]
	case *uint16:
		*to = little.Uint16(b)
	case *uint32:
		*to = little.Uint32(b)
	case *uint64:
		*to = little.Uint64(b)
	case *int64:
		*to = int64(little.Uint64(b))
	case *float32:
		*to = math.Float32frombits(little.Uint32(b))
	case *float64:
		*to = math.Float64frombits(little.Uint64(b))
	case *IP:
		*to = ipFromWire(b)
	case *MAC:
		*to = MAC(b)
	case *string:
		*to = string(b)
	}
}
