package host

import (
	"context"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/internal/keep"
	"github.com/t2host/t2host/host/report"
)

// keeper keeps the frames of a run, if they are to be kept; nil does nothing.
type keeper struct{ *keep.Writer }

// keepFrames returns the keeper of a run, nil if target is nil.
func keepFrames(ctx context.Context, target *keep.Target, src source, warn func(string)) (*keeper, error) {
	if target == nil {
		return nil, nil
	}
	snaplen := uint32(0) // no limit
	if l, ok := src.(capture.Live); ok {
		snaplen = l.Info().Snaplen
	}
	w, err := keep.Open(ctx, *target, snaplen, src.Live(), warn)
	if err != nil {
		return nil, err
	}
	return &keeper{w}, nil
}

// frame keeps a frame. A run goes on if it cannot: close returns the error.
func (k *keeper) frame(f *capture.Frame) {
	if k != nil {
		_ = k.Frame(f)
	}
}

// quiet keeps that no frame comes up to a time.
func (k *keeper) quiet(time int64) {
	if k != nil && time > 0 {
		_ = k.Quiet(time)
	}
}

// reopen begins the file anew before the next frame, if it was moved away.
func (k *keeper) reopen() {
	if k != nil {
		k.Reopen()
	}
}

// discard removes the file of a run that never began.
func (k *keeper) discard() {
	if k != nil {
		k.Discard()
	}
}

// close completes the file.
func (k *keeper) close(r *report.Report) error {
	if k == nil {
		return nil
	}
	err := k.Close()
	r.Kept = &report.Kept{Frames: k.Frames, Files: k.Files, Path: k.Path()}
	return err
}
