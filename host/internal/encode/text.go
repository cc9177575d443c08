package encode

import (
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/sdk/value"
)

// newText returns the encoder of T2's flow files (docs/reference/records.md).
func newText(c *Config) (Encoder, error) {
	l := &lines{Config: c, row: func(b []byte, r *stream.Rows, i int) []byte { return value.AppendRow(b, r.Columns, i) }}
	l.head = []byte{'%'}
	for i, column := range c.Columns {
		if i > 0 {
			l.head = append(l.head, '\t')
		}
		l.head = value.Text.AppendText(l.head, []byte(column.Name)) // it breaks no line
	}
	l.head = append(l.head, '\n')
	return l, nil
}
