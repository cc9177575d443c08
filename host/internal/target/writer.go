package target

import (
	"errors"
	"sync/atomic"

	"github.com/t2host/t2host/host/internal/encode"
	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/internal/stream"
)

// Writer sends rows to an open target. Put is called by one goroutine at a time.
type Writer struct {
	t       *Target
	out     *outlet.Outlet
	encoder encode.Encoder
	live    bool

	view  stream.Rows
	match []bool
	head  atomic.Pointer[[]byte] // of files and connections; nil before the first row
	at    atomic.Int64           // packet time of the last row
	size  uint64                 // of the file so far
}

// Prepare returns the configuration of the outlet, and what makes a Writer of it once it is open.
func (t *Target) Prepare(live bool) (*outlet.Config, *Writer, error) {
	w := &Writer{t: t, live: live}
	c := t.encoder
	c.Emit = w.emit
	if t.format == nil {
		w.encoder = encode.NewColumns(c)
	} else {
		var err error
		if w.encoder, err = t.format.New(c); err != nil {
			return nil, nil, err
		}
	}
	cfg := t.Outlet
	cfg.Full = outlet.Block
	if t.full != "" {
		cfg.Full, _ = outlet.ParseFull(t.full) // read has checked it
	} else if live {
		cfg.Full = outlet.DropNewest
	}
	cfg.Batch.At = w.at.Load
	if t.format != nil && !t.messages {
		cfg.Head, cfg.HeadOnce = w.begin, t.format.Name == "text"
	}
	return &cfg, w, nil
}

// Open sets the outlet that Prepare configured.
func (w *Writer) Open(out *outlet.Outlet) { w.out = out }

// begin returns what a file or connection begins with.
func (w *Writer) begin() []byte {
	if head := w.head.Load(); head != nil {
		return *head
	}
	return nil
}

// Put sends the rows that meet the target's condition.
func (w *Writer) Put(r *stream.Rows) error {
	if r.N == 0 {
		return nil
	}
	if w.t.condition != nil {
		if cap(w.match) < r.N {
			w.match = make([]bool, r.N)
		}
		w.match = w.match[:r.N]
		w.t.condition.Match(r.Columns, w.match)
	}
	w.view.N, w.view.At, w.view.Columns = r.N, r.At, w.view.Columns[:0]
	for _, i := range w.t.columns {
		w.view.Columns = append(w.view.Columns, r.Columns[i])
	}
	for i := range r.N {
		if w.t.condition != nil && !w.match[i] {
			continue
		}
		if err := w.begun(r.At[i]); err != nil {
			return err
		}
		w.at.Store(r.At[i])
		if err := w.encoder.Put(&w.view, i); err != nil {
			return err
		}
	}
	if w.live {
		return w.encoder.Flush()
	}
	return nil
}

// begun makes the head before the first row.
func (w *Writer) begun(at int64) error {
	if w.head.Load() != nil {
		return nil
	}
	head := w.encoder.Head(at)
	w.head.Store(&head)
	if !w.t.byRows {
		w.size = uint64(len(head))
	}
	if w.t.messages && w.t.format.Binary {
		return w.out.SendRows(head, 0)
	}
	return nil
}

func (w *Writer) emit(frame []byte, rows int) error {
	if err := w.out.SendRows(frame, rows); err != nil || w.t.split == 0 {
		return err
	}
	n := uint64(len(frame)) // as T2 counts (docs/reference/records.md#numbered-files)
	if w.t.byRows {
		n = uint64(rows)
	}
	if w.size += n; w.size < w.t.split {
		return nil
	}
	w.size = 0
	return w.out.Next()
}

// Flush sends what is left, at the end of the run.
func (w *Writer) Flush() error { return errors.Join(w.begun(0), w.encoder.Flush()) }
