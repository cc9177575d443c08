package drive

import (
	"strconv"
	"strings"
	"time"

	"github.com/t2host/t2host/sdk/value"
)

// Text returns the text of value i of a column for places that have no type for it: times as RFC 3339
// has them, numbers in hex with 0x, lists as JSON, texts as UTF-8 without NUL, U+FFFD for what is none. ok is
// false for no address.
func Text(v *value.Vec, i int) (text string, ok bool) {
	if v.Type.IsList() {
		return List(v, i), true
	}
	return textOf(v.Type, v.Bytes(i))
}

func textOf(t value.Type, data []byte) (string, bool) {
	switch t {
	case value.Text, value.String:
		return UTF8(data), true
	case value.Time:
		v := value.Vec{Type: t, Data: data}
		return time.Unix(0, v.Int(0)).UTC().Format("2006-01-02T15:04:05.000000000Z"), true
	case value.IP:
		if data[0] == 0 {
			return "", false
		}
	}
	return string(t.AppendText(nil, data)), true
}

// UTF8 returns a text as valid UTF-8 without NUL, with U+FFFD for what it cannot be.
func UTF8(text []byte) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(text), "\ufffd"), "\x00", "\ufffd")
}

// Shortest returns the float64 with the shortest decimal text that is read as f.
func Shortest(f float32) float64 {
	x, _ := strconv.ParseFloat(strconv.FormatFloat(float64(f), 'g', -1, 32), 64)
	return x
}

// List returns a list as a JSON array.
func List(v *value.Vec, i int) string {
	b := []byte{'['}
	elem := v.Type.Elem()
	for list := v.Bytes(i); ; {
		data, rest, ok := v.Type.Next(list)
		if !ok {
			return string(append(b, ']'))
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		text, ok := textOf(elem, data)
		switch {
		case !ok:
			b = append(b, "null"...)
		case elem >= value.Uint8 && elem <= value.Uint64 || elem == value.Int64 || elem == value.Duration:
			b = append(b, text...)
		case elem == value.Float32 || elem == value.Float64:
			b = appendFloat(b, elem, data)
		default:
			b = appendQuoted(b, text)
		}
		list = rest
	}
}
