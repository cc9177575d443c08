package encode

import (
	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/sdk/value"
)

// columns is the encoder for drivers that take columns.
type columns struct {
	*Config
	vecs []value.Vec
	n    int
	size int
	buf  []byte
}

// NewColumns returns an encoder whose frames drive.Batch.Columns reads.
func NewColumns(c Config) Encoder {
	e := &columns{Config: &c, vecs: make([]value.Vec, len(c.Columns))}
	e.reset()
	return e
}

func (e *columns) reset() {
	for i := range e.vecs {
		e.vecs[i].Reset(e.Columns[i].Type)
	}
	e.n, e.size = 0, 0
}

func (e *columns) Head(int64) []byte { return nil }

func (e *columns) Put(r *stream.Rows, i int) error {
	for k := range e.vecs {
		data := r.Columns[k].Bytes(i)
		e.vecs[k].Append(data)
		e.size += len(data)
	}
	e.n++
	if e.size >= e.Frame || e.n == e.Rows {
		return e.Flush()
	}
	return nil
}

func (e *columns) Flush() error {
	if e.n == 0 {
		return nil
	}
	e.buf = drive.AppendColumns(e.buf[:0], e.n, e.vecs)
	n := e.n
	e.reset()
	return e.Emit(e.buf, n)
}
