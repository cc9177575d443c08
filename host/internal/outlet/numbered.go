package outlet

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"
)

// maxEnding bounds the files of an outlet that are being ended at the same time.
const maxEnding = 16

// numbered is a carrier that writes one file after another. Each is ended by a goroutine of its
// own, since the disk is slow, and gets its name then; a run that breaks leaves the last one as
// .part.
type numbered struct {
	ctx  context.Context
	cfg  *Config
	path string
	n    int // of the next file

	mu   sync.Mutex
	now  *file
	past Stats // of the files before
	err  error // of ending one of them

	ending sync.WaitGroup
	free   chan struct{} // holds a value for each of them
}

func openNumbered(ctx context.Context, cfg *Config, path string) (*numbered, error) {
	o := &numbered{ctx: ctx, cfg: cfg, path: path, n: cfg.First, free: make(chan struct{}, maxEnding)}
	return o, o.open()
}

func (o *numbered) open() error {
	f, err := openFile(o.ctx, o.cfg, o.path+strconv.Itoa(o.n))
	if err != nil {
		return err
	}
	if o.cfg.HeadOnce && o.n > o.cfg.First {
		f.head = nil
	}
	o.now = f
	o.n++
	return nil
}

func (o *numbered) next() error {
	before, err := o.file()
	if err != nil {
		return err
	}
	o.free <- struct{}{}
	o.ending.Go(func() {
		err := before.end(0, false)
		o.mu.Lock()
		if o.err == nil {
			o.err = err
		}
		o.mu.Unlock()
		<-o.free
	})
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.open(); err != nil {
		return err
	}
	st := before.stats()
	o.past.Frames += st.Frames
	o.past.Rows += st.Rows
	o.past.Bytes += st.Bytes
	return nil
}

// file returns the file that is being written, or an error if one before could not be ended.
func (o *numbered) file() (*file, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now, o.err
}

func (o *numbered) send(frame []byte, rows int) error {
	f, err := o.file()
	if err != nil {
		return err
	}
	return f.send(frame, rows)
}

func (o *numbered) end(drain time.Duration, abort bool) error {
	o.ending.Wait()
	f, err := o.file()
	return errors.Join(err, f.end(drain, abort || err != nil))
}

func (o *numbered) stats() Stats {
	o.mu.Lock()
	defer o.mu.Unlock()
	st := o.now.stats()
	st.Frames += o.past.Frames
	st.Rows += o.past.Rows
	st.Bytes += o.past.Bytes
	return st
}
