package encode

import (
	"github.com/t2host/t2host/host/internal/jsontext"
	"github.com/t2host/t2host/host/internal/stream"
)

// newJSON returns the encoder of JSON lines: an object with the columns by their names.
func newJSON(c *Config) (Encoder, error) {
	var keys [][]byte
	for i, column := range c.Columns {
		key := []byte{','}
		if i == 0 {
			key[0] = '{'
		}
		keys = append(keys, append(jsontext.AppendText(key, []byte(column.Name)), ':'))
	}
	return &lines{Config: c, row: func(b []byte, r *stream.Rows, i int) []byte {
		for k, v := range r.Columns {
			b = jsontext.AppendValue(append(b, keys[k]...), v, i)
		}
		return append(b, '}')
	}}, nil
}
