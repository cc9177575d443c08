package resend

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/target"
	"github.com/t2host/t2host/host/internal/undelivered"
)

// deliverBatches delivers batches of rows by a driver, in order, up to the first that it does not accept. Each has
// the key that it had in its run: a target that can tell keeps it once.
func (p *parcel) deliverBatches(ctx context.Context, c *Config, f *os.File, again *target.Again) error {
	c.Status(fmt.Sprintf("sending %d batches of %s to %s", p.frames, p.name(), target.Shown(p.to)))
	var driver drive.Driver
	var stream string
	end := func() error {
		if driver == nil {
			return nil
		}
		defer func() { driver = nil }()
		return driver.Close(false)
	}
	err := c.each(f, []*parcel{p}, func(_ int, _ undelivered.Outlet, frame []byte) error {
		batch, err := drive.ReadParcel(frame)
		if err != nil {
			return err
		}
		if driver == nil || stream != batch.Stream {
			if err := end(); err != nil {
				return err
			}
			stream = batch.Stream
			if driver, err = again.Open(ctx, batch); err != nil {
				driver = nil
				return err
			}
		}
		if err := deliverBatch(ctx, c, driver, &batch.Batch); err != nil {
			return err
		}
		p.delivered++
		p.deliveredBytes += uint64(len(frame))
		return nil
	})
	if err = errors.Join(err, end()); err != nil {
		return fmt.Errorf("outlet %s: %w: %d batches kept in %s", p.name(), err, p.frames-p.delivered, c.File)
	}
	return nil
}

// deliverBatch tries to deliver a batch until the driver accepts or refuses it, or its patience is over.
func deliverBatch(ctx context.Context, c *Config, d drive.Driver, b *drive.Batch) error {
	begun := time.Now()
	for {
		attempt, cancel := context.WithTimeout(ctx, max(c.Drain, time.Second))
		err := d.Deliver(attempt, b)
		cancel()
		if err == nil || drive.IsRefused(err) || ctx.Err() != nil || time.Since(begun) > c.Drain {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// isBatches reports whether the frames are batches of rows.
func (p *parcel) isBatches() (bool, error) {
	n := 0
	for _, o := range p.outlets {
		if o.Batches {
			n++
		}
	}
	if n > 0 && n < len(p.outlets) {
		return false, errors.New("it holds reports and batches of rows: without --to each goes to its target")
	}
	return n > 0, nil
}
