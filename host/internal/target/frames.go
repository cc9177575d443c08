package target

import (
	"context"
	"fmt"
	"strings"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/outlet"
)

// Frames sets where a stream outlet leads, which sends frames of bytes: to a socket, a file, or a driver that takes
// bytes, to which each frame is a batch.
func Frames(cfg *outlet.Config, text string, kinds []*drive.Kind, run string) error {
	kind, d, err := framesTo(text, kinds)
	if err != nil {
		return err
	}
	if kind == nil {
		if cfg.Target, err = outlet.ParseDestination(text); err == nil && cfg.Target.Scheme == secureScheme {
			cfg.Secure, err = drive.Secured(kinds, secureScheme, drive.Certificates{})
		}
		return err
	}
	d.Stream, d.Run = cfg.Name, run
	cfg.Driver = func(ctx context.Context) (drive.Driver, error) {
		c := *d
		c.Create = outlet.CreatePart
		return kind.Open(ctx, &c)
	}
	cfg.Batch = outlet.Batching{
		Rows: 1, Bytes: 1, Target: Shown(text), Parcel: drive.Parcel{Batch: drive.Batch{Run: run, Stream: cfg.Name}},
	}
	return nil
}

// CheckFrames returns an error if no stream outlet can lead to text.
func CheckFrames(text string, kinds []*drive.Kind) error {
	kind, _, err := framesTo(text, kinds)
	if err == nil && kind == nil {
		return outlet.CheckTarget(text)
	}
	return err
}

// framesTo returns the driver of a target, nil if it needs none.
func framesTo(text string, kinds []*drive.Kind) (*drive.Kind, *drive.Config, error) {
	scheme, _, ok := strings.Cut(text, ":")
	kind := drive.OfScheme(kinds, scheme)
	if !ok || kind == nil {
		return nil, nil, nil
	}
	w, err := Parse(text)
	if err != nil {
		return nil, nil, err
	}
	if kind.Table {
		return nil, nil, fmt.Errorf("target %q: %s takes rows, and these are reports of bytes", Shown(text), scheme)
	}
	d := &drive.Config{Kind: kind, Scheme: w.Scheme, Address: w.Address, Options: w.Options}
	if err = d.CheckOptions(); err == nil {
		err = kind.Check(d)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("target %q: %w", Shown(text), err)
	}
	return kind, d, nil
}
