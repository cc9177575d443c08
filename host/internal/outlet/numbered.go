package outlet

import (
	"context"
	"strconv"
	"sync"
	"time"
)

// numbered is a carrier that writes one file after another. Each gets its name
// when it ends; a run that breaks leaves the last one as .part.
type numbered struct {
	ctx  context.Context
	cfg  *Config
	path string
	n    int // of the next file

	mu   sync.Mutex
	now  *file
	past Stats // of the files before
}

func openNumbered(ctx context.Context, cfg *Config, path string) (*numbered, error) {
	o := &numbered{ctx: ctx, cfg: cfg, path: path, n: cfg.First}
	return o, o.open()
}

func (o *numbered) open() error {
	f, err := openFile(o.ctx, o.cfg, o.path+strconv.Itoa(o.n))
	if err != nil {
		return err
	}
	o.now = f
	o.n++
	return nil
}

func (o *numbered) next() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	st := o.now.stats()
	o.past.Frames += st.Frames
	o.past.Bytes += st.Bytes
	if err := o.now.end(0, false); err != nil {
		return err
	}
	return o.open()
}

func (o *numbered) file() *file {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *numbered) send(frame []byte) error { return o.file().send(frame) }

func (o *numbered) end(drain time.Duration, abort bool) error { return o.file().end(drain, abort) }

func (o *numbered) stats() Stats {
	st := o.file().stats()
	o.mu.Lock()
	defer o.mu.Unlock()
	st.Frames += o.past.Frames
	st.Bytes += o.past.Bytes
	return st
}
