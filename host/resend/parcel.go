package resend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/t2host/t2host/host/internal/claims"
	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/internal/owned"
	"github.com/t2host/t2host/host/internal/target"
	"github.com/t2host/t2host/host/internal/undelivered"
)

// parcel is the frames of a file that go to one target.
type parcel struct {
	to      string
	target  outlet.Target
	again   *target.Again        // of batches of rows; nil: they are reports
	outlets []undelivered.Outlet // that they are of

	frames, bytes             uint64
	delivered, deliveredBytes uint64 // the first ones of them
}

// errOlder is the error for a file that has no boundaries of frames.
var errOlder = fmt.Errorf("%w: if an older t2host wrote it, it holds reports alone, with nothing to tell them apart: send it as it is (nc HOST PORT < FILE)", undelivered.ErrForeign)

// parcels returns what a file holds, in the order of the first frames, or an error if it is not
// a whole file or may not be sent where it is to go.
func (c *Config) parcels(f *os.File) ([]*parcel, error) {
	var list []*parcel
	err := c.read(f, func(o undelivered.Outlet, frame []byte) error {
		p := find(list, c.toOf(o))
		if p == nil {
			p = &parcel{to: c.toOf(o)}
			list = append(list, p)
		}
		if !slices.Contains(p.outlets, o) {
			p.outlets = append(p.outlets, o)
		}
		p.frames++
		p.bytes += uint64(len(frame))
		return nil
	})
	switch {
	case errors.Is(err, undelivered.ErrForeign):
		return nil, errOlder
	case err != nil:
		return nil, err
	case len(list) == 0:
		return nil, errors.New("holds no reports")
	}
	if c.To == "" {
		info, err := f.Stat()
		if err == nil {
			err = owned.Check(c.File, info)
		}
		if err != nil {
			return nil, fmt.Errorf("%w, or name the target: --to TARGET", err)
		}
	}
	for _, p := range list {
		if err := p.check(c); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// check returns an error if the parcel cannot go to its target.
func (p *parcel) check(c *Config) error {
	for _, o := range p.outlets {
		if c.To == "" && !o.Named {
			return fmt.Errorf("outlet %s was to send to %s by the default of its plugin: name the target: --to %s", o.Name, o.Target, o.Target)
		}
	}
	batches, err := p.isBatches()
	if err != nil {
		return err
	}
	if batches {
		p.again, err = target.NewAgain(p.to, c.Drivers)
		return err
	}
	if p.target, err = outlet.ParseDestination(p.to); err != nil {
		return err
	}
	switch {
	case p.target.Network == "udp":
		return fmt.Errorf("target %q: acknowledges nothing: use tcp, unix, file or -", p.to)
	case c.To == "" && !p.target.Queues(): // a file or standard output
		return fmt.Errorf("target %q: a run keeps nothing for it: name the target: --to TARGET", p.to)
	case p.target.Path == "":
		return nil
	}
	var files claims.Claims
	files.Read("the file", c.File)
	files.Write(claims.Output{What: "what is left of " + c.File, Names: claims.Exactly(c.File + ".part")})
	files.WritePath(claims.Output{
		What: "--to", Cure: "name another target", Names: claims.Exactly(p.target.Path, p.target.Path+".part"),
	}, p.target.Path)
	_, err = files.Lock("")
	return err
}

// deliver sends the frames and waits until they are delivered.
func (p *parcel) deliver(ctx context.Context, c *Config, f *os.File) error {
	c.Status(fmt.Sprintf("sending %s of %s to %s", outlet.Reports(p.frames, p.bytes), p.name(), p.to))
	cfg := outlet.Config{
		Name: p.name(), Target: p.target, QueueBytes: queueBytes, Stdout: c.Stdout, Log: c.Status,
		Drain: -1, // send has waited
	}
	if !p.target.Queues() {
		cfg.Drain = c.Drain
	}
	o, err := outlet.Open(ctx, cfg)
	if err != nil {
		return err
	}
	err = p.send(ctx, c, f, o)
	stats, closeErr := o.Close()
	switch {
	case p.target.Queues():
		p.delivered, p.deliveredBytes = stats.Frames, stats.Bytes
	case err == nil && closeErr == nil:
		p.delivered, p.deliveredBytes = p.frames, p.bytes
	}
	if p.delivered == p.frames {
		return nil
	}
	if err == nil && !p.target.Queues() {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("%w: %s kept in %s", err, outlet.Reports(p.frames-p.delivered, p.bytes-p.deliveredBytes), c.File)
	}
	return fmt.Errorf("outlet %s: %s not delivered to %s: kept in %s", p.name(), outlet.Reports(p.frames-p.delivered, p.bytes-p.deliveredBytes), p.to, c.File)
}

// name returns the outlets, for messages.
func (p *parcel) name() string {
	var names []string
	for _, o := range p.outlets {
		if !slices.Contains(names, o.Name) {
			names = append(names, o.Name)
		}
	}
	return strings.Join(names, ", ")
}

// queueBytes is how much waits for a receiver: enough for the largest frame, and several.
const queueBytes = 4 * undelivered.MaxFrame

// poll is how often it is looked whether frames were delivered.
const poll = 5 * time.Millisecond

// send sends the frames as long as the receiver accepts some. Its error is that of a target
// without a queue.
func (p *parcel) send(ctx context.Context, c *Config, f *os.File, o *outlet.Outlet) error {
	var last uint64
	moved := time.Now()
	wait := func() (ok bool) { // until there is reason to look again
		if n := o.Stats().Frames; n != last {
			last, moved = n, time.Now()
		}
		time.Sleep(poll)
		return ctx.Err() == nil && time.Since(moved) <= c.Drain
	}
	full := func(frame []byte) bool {
		st := o.Stats()
		return st.WaitingBytes+outlet.FrameCost*(st.Waiting+1)+uint64(len(frame)) > queueBytes
	}
	stopped := errors.New("stopped")
	err := c.each(f, []*parcel{p}, func(_ int, _ undelivered.Outlet, frame []byte) error {
		for full(frame) {
			if !wait() {
				return stopped
			}
		}
		return o.Send(frame)
	})
	for err == nil && o.Stats().Waiting > 0 {
		if !wait() {
			err = stopped
		}
	}
	if err == stopped {
		return nil // the counts tell what is not delivered
	}
	return err
}

// each calls do for the frames of a file that are of one of the parcels, with its index.
func (c *Config) each(f *os.File, parcels []*parcel, do func(i int, o undelivered.Outlet, frame []byte) error) error {
	return c.read(f, func(o undelivered.Outlet, frame []byte) error {
		i := slices.IndexFunc(parcels, func(p *parcel) bool { return p.to == c.toOf(o) })
		if i < 0 {
			return nil
		}
		return do(i, o, frame)
	})
}

// read calls do for all frames of a file.
func (c *Config) read(f *os.File, do func(o undelivered.Outlet, frame []byte) error) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r, err := undelivered.NewReader(f)
	for err == nil {
		var o undelivered.Outlet
		var frame []byte
		if o, frame, err = r.Next(); err == nil && len(frame) > 0 {
			err = do(o, frame)
		}
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// toOf returns the target of an outlet's frames.
func (c *Config) toOf(o undelivered.Outlet) string {
	if c.To != "" {
		return c.To
	}
	return o.Target
}

func find(list []*parcel, to string) *parcel {
	for _, p := range list {
		if p.to == to {
			return p
		}
	}
	return nil
}
