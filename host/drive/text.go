package drive

import (
	"strconv"
	"strings"

	"github.com/t2host/t2host/host/internal/jsontext"
	"github.com/t2host/t2host/sdk/value"
)

// Text returns the text of value i of a column for places that have no type for it: times as RFC 3339
// has them, numbers in hex with 0x, lists as JSON, texts as UTF-8 without NUL, U+FFFD for what is none. ok is
// false for no address.
func Text(v *value.Vec, i int) (text string, ok bool) {
	if v.Type.IsList() {
		return string(jsontext.AppendValue(nil, v, i)), true
	}
	data := v.Bytes(i)
	switch v.Type {
	case value.Text, value.String:
		return UTF8(data), true
	case value.Time:
		return string(jsontext.AppendTime(nil, v.Int(i))), true
	case value.IP:
		if data[0] == 0 {
			return "", false
		}
	}
	return string(v.Type.AppendText(nil, data)), true
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
