package encode

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/sdk/value"
)

// newJSON returns the encoder of JSON lines: an object with the columns by their names.
func newJSON(c *Config) (Encoder, error) {
	var keys [][]byte
	for i, column := range c.Columns {
		key := []byte{','}
		if i == 0 {
			key[0] = '{'
		}
		keys = append(keys, append(AppendJSONText(key, []byte(column.Name)), ':'))
	}
	return &lines{Config: c, row: func(b []byte, r *stream.Rows, i int) []byte {
		for k, v := range r.Columns {
			b = appendJSON(append(b, keys[k]...), v, i)
		}
		return append(b, '}')
	}}, nil
}

// appendJSON appends value i of a column: numbers as numbers, those that are shown in hex as text
// 0x…, lists as arrays, addresses and times as text, no address and no number as null.
func appendJSON(b []byte, v *value.Vec, i int) []byte {
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
		return appendJSONValue(b, v.Type, v.Bytes(i))
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
		b, list = appendJSONValue(b, v.Type.Elem(), elem), rest
	}
}

func appendJSONValue(b []byte, t value.Type, data []byte) []byte {
	switch t {
	case value.Text, value.String:
		return AppendJSONText(b, data)
	case value.Time:
		return append(appendTime(append(b, '"'), int64(binary.LittleEndian.Uint64(data))), '"')
	case value.Duration:
		return appendDuration(b, int64(binary.LittleEndian.Uint64(data)))
	case value.Float32, value.Float64:
		v := value.Vec{Type: t, Data: data}
		if x := v.Float(0); math.IsNaN(x) || math.IsInf(x, 0) {
			return append(b, "null"...)
		}
		return appendFloat(b, &v, 0)
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

// AppendJSONText appends a text as a JSON string (RFC 8259, 7). Bytes that are not UTF-8 are U+FFFD.
func AppendJSONText(b, text []byte) []byte {
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
