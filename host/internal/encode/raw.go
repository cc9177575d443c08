package encode

import (
	"fmt"

	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/sdk/value"
)

// raw is the encoder of bytes that are already in the form in which they leave: the frames of plugins.
type raw struct{ lines }

func newRaw(c *Config) (Encoder, error) {
	if len(c.Columns) != 1 || c.Columns[0].Type != value.Text && c.Columns[0].Type != value.String {
		return nil, fmt.Errorf("format raw writes the bytes of one column of text, and there are %d columns: name one with columns=", len(c.Columns))
	}
	c.Frame = 0 // each leaves by itself, as the plugin sent it
	return &raw{lines{Config: c}}, nil
}

func (e *raw) Put(r *stream.Rows, i int) error {
	e.buf = append(e.buf, r.Columns[0].Bytes(i)...)
	return e.put()
}
