package host

import (
	"context"
	"errors"
	"fmt"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/filter"
	"github.com/t2host/t2host/host/report"
)

// source is where frames come from: capture files, or an interface.
type source interface {
	Next(*capture.Frame) error
	Live() bool
	Stop()
	Close() error
}

// input is what a run reads: of a source the frames that pass a filter, if it is not nil, which are kept, if they are to be.
type input struct {
	source
	only *filter.Filter
	kept *keeper
}

// isInterface reports whether a source is an interface, whose run goes on without a plugin that fails.
func isInterface(src source) bool { _, ok := src.(capture.Live); return ok }

// openInput opens the input. It waits for the first bytes of a stream, which the user may end.
func openInput(ctx context.Context, c *Config, notices *notices) (source, error) {
	if c.Interface != nil {
		return c.Interface(notices.warn)
	}
	type opened struct {
		src *capture.Source
		err error
	}
	done := make(chan opened, 1)
	go func() {
		src, err := openFiles(c)
		done <- opened{src, err}
	}()
	select {
	case o := <-done:
		if o.err != nil {
			return nil, o.err
		}
		return o.src, nil
	case <-c.Stop:
	case <-ctx.Done():
	}
	return nil, errors.New("interrupted before the first byte of the input")
}

// openFiles opens the files of a run.
func openFiles(c *Config) (*capture.Source, error) {
	switch {
	case c.Series != nil:
		return capture.OpenSeries(c.Series)
	case c.Follow:
		return capture.Follow(c.Files[0])
	}
	return capture.Open(c.Files, c.Stdin)
}

// describe adds to the report what was read, and returns an error if the input was corrupt or ended before its time.
func describe(src source, r *report.Report, out *outlets) error {
	describeInput(src, r)
	if l, ok := src.(capture.Live); ok {
		if err := l.Err(); err != nil {
			return fmt.Errorf("input: %w", err)
		}
		return nil
	}
	return damageOf(src.(*capture.Source), r, out)
}

// describeInput adds to the report what is read, as far as it is known.
func describeInput(src source, r *report.Report) {
	if l, ok := src.(capture.Live); ok {
		describeLive(l, r)
		return
	}
	describeFiles(src.(*capture.Source), r)
}

// describeLive adds to the report what an interface is, and what it has lost.
func describeLive(l capture.Live, r *report.Report) {
	info, stats := l.Info(), l.Stats()
	r.Links, r.Snaplen = []string{info.Link.String()}, info.Snaplen
	r.Live = &report.Live{How: info.How, LiveStats: stats}
}
