package drive

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/t2host/t2host/sdk/value"
)

// appendQuoted appends a text as a JSON string.
func appendQuoted(b []byte, text string) []byte {
	quoted, _ := json.Marshal(text) // a string never fails
	return append(b, quoted...)
}

// appendFloat appends a float, or null if it is not finite.
func appendFloat(b []byte, t value.Type, data []byte) []byte {
	v := value.Vec{Type: t, Data: data}
	x := v.Float(0)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, x, 'g', -1, 8*t.Size())
}
