// Package resend sends what a run could not deliver and has kept in a file: the engine of
// `t2host resend`.
package resend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/disk"
	"github.com/t2host/t2host/host/internal/outfile"
	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/internal/undelivered"
)

// Config is what the user asks for.
type Config struct {
	File    string
	To      string            // the target of all frames; empty: the one that each was meant for
	Drain   time.Duration     // how long it is waited for a receiver that accepts nothing more
	Drivers []*drive.Kind     // of batches of rows
	Stdout  io.Writer         // what the target - writes to
	Status  func(line string) // shows what is done; from any goroutine
}

// Run delivers the frames of a file, in order, by the rules of a run. Frames that are delivered
// are removed from the file, and the file when none is left; an error tells that some are. It is
// a host.UsageError if the file or a target was refused, before anything was sent.
func Run(ctx context.Context, c Config) error {
	f, err := outfile.Existing(c.File)
	if err != nil {
		return refused(&c, cause.Of(err))
	}
	defer f.Close()
	parcels, err := c.parcels(f.File)
	if err != nil {
		return refused(&c, err)
	}
	info, err := f.Stat()
	if err != nil {
		return refused(&c, cause.Of(err))
	}
	// Made before anything is sent: what is delivered must not be sent again because the folder
	// cannot be written.
	rest, err := outfile.Create(c.File+".part", info.Mode().Perm())
	if err != nil {
		return refused(&c, err)
	}
	defer rest.Close()
	var errs []error
	for _, p := range parcels {
		if p.again != nil {
			errs = append(errs, p.deliverBatches(ctx, &c, f.File, p.again))
			continue
		}
		errs = append(errs, p.deliver(ctx, &c, f.File))
	}
	return errors.Join(append(errs, c.settle(f.File, rest, parcels))...)
}

func refused(c *Config, err error) error {
	return &host.UsageError{Err: fmt.Errorf("resend %s: %w", c.File, err)}
}

// settle removes what was delivered from the file. rest is the new file beside it.
func (c *Config) settle(f *os.File, rest *outfile.File, parcels []*parcel) error {
	var delivered, bytes, left uint64
	for _, p := range parcels {
		delivered += p.delivered
		bytes += p.deliveredBytes
		left += p.frames - p.delivered
	}
	if delivered > 0 && left > 0 {
		err := writeRest(f, rest, c, parcels)
		if err == nil {
			err = rest.Rename(c.File)
		}
		if err != nil {
			_ = os.Remove(rest.Name())
			return fmt.Errorf("resend %s: %w: the file still holds what was delivered", c.File, err)
		}
		return nil
	}
	_ = os.Remove(rest.Name()) // it is empty
	if left > 0 {
		return nil
	}
	err := os.Remove(c.File)
	if err == nil {
		err = disk.SyncPath(filepath.Dir(c.File))
	}
	if err != nil {
		return fmt.Errorf("resend %s: %w: all of it was delivered", c.File, err)
	}
	c.Status(fmt.Sprintf("%s delivered, %s is removed", outlet.Reports(delivered, bytes), c.File))
	return nil
}

// writeRest writes what was not delivered.
func writeRest(f *os.File, rest io.Writer, c *Config, parcels []*parcel) error {
	w := undelivered.NewWriter(rest)
	seen := make([]uint64, len(parcels))
	var last undelivered.Outlet
	err := c.each(f, parcels, func(i int, o undelivered.Outlet, frame []byte) error {
		if seen[i]++; seen[i] <= parcels[i].delivered {
			return nil
		}
		if o != last {
			w.Outlet(o)
			last = o
		}
		w.Frame(frame)
		return nil
	})
	if err != nil {
		return err
	}
	return w.End()
}
