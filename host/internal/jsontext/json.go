// Package jsontext writes values as JSON has them, and times, durations and floats as text that other formats share.
package jsontext

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"github.com/t2host/t2host/sdk/value"
)

// AppendValue appends value i of a column: numbers as numbers, those that are shown in hex as text
// 0x…, lists as arrays, addresses and times as text, no address and no number as null.
func AppendValue(b []byte, v *value.Vec, i int) []byte {
	switch v.Type {
	case value.Uint8:
		return value.AppendDecimal(b, uint64(v.Data[i]))
	case value.Uint16:
		return value.AppendDecimal(b, uint64(binary.LittleEndian.Uint16(v.Data[2*i:])))
	case value.Uint32:
		return value.AppendDecimal(b, uint64(binary.LittleEndian.Uint32(v.Data[4*i:])))
	case value.Uint64:
		return value.AppendDecimal(b, binary.LittleEndian.Uint64(v.Data[8*i:]))
	}
	if !v.Type.IsList() {
		return appendElement(b, v.Type, v.Bytes(i))
	}
	b = append(b, '[')
	first := true
	for list := v.Bytes(i); ; first = false {
		elem, rest, ok := v.Type.Next(list)
		if !ok {
			return append(b, ']')
		}
		if !first {
			b = append(b, ',')
		}
		b, list = appendElement(b, v.Type.Elem(), elem), rest
	}
}

// appendElement appends a value that is no list, given as its bytes.
func appendElement(b []byte, t value.Type, data []byte) []byte {
	switch t {
	case value.Text, value.String:
		return AppendText(b, data)
	case value.Time:
		return append(AppendTime(append(b, '"'), int64(binary.LittleEndian.Uint64(data))), '"')
	case value.Duration:
		return AppendDuration(b, int64(binary.LittleEndian.Uint64(data)))
	case value.Float32, value.Float64:
		v := value.Vec{Type: t, Data: data}
		if x := v.Float(0); math.IsNaN(x) || math.IsInf(x, 0) {
			return append(b, "null"...)
		}
		return AppendFloat(b, &v, 0)
	case value.IP:
		if data[0] == 0 {
			return append(b, "null"...)
		}
		return append(value.AppendIP(append(b, '"'), data), '"')
	case value.MAC, value.Hex8, value.Hex16, value.Hex32, value.Hex64:
		return append(t.AppendText(append(b, '"'), data), '"')
	}
	return t.AppendText(b, data)
}

// AppendText appends a text as a JSON string (RFC 8259, 7). Bytes that are not UTF-8 are U+FFFD.
func AppendText(b, text []byte) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20 || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			r, n := utf8.DecodeRune(text[i:])
			b = utf8.AppendRune(b, r)
			i += n
			continue
		}
		i++
	}
	return append(b, '"')
}
