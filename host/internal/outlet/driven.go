package outlet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/undelivered"
)

// Batching says how the batches of a driver are cut and named.
type Batching struct {
	Rows  int           // a batch leaves with so many rows
	Bytes int           // or so many bytes
	Age   time.Duration // or, of a live input, when its first row is so old

	Timeout time.Duration // that a target may take to answer a batch

	Parcel drive.Parcel // run, stream, and what of a table must be known later
	Spool  *Spool       // where batches wait that find no room in memory; nil: nowhere
	At     func() int64 // packet time of the last row that was sent
	Target string       // as the user named it, for the undelivered file
}

// deliverTime bounds one attempt to deliver a batch if Batching.Timeout does not.
const deliverTime = 30 * time.Second

// driven is a carrier over a driver: frames gather to batches, which a goroutine delivers one after
// another, each until it is acknowledged or refused.
type driven struct {
	cfg    *Config
	driver drive.Driver
	ctx    context.Context
	cancel context.CancelFunc

	mu        sync.Mutex
	batch     *drive.Batch // that is being filled; nil: none
	began     time.Time    // its first row came
	queue     []*item
	spool     *spool // nil: none
	bytes     int    // of queue and batch
	number    uint64
	st        Stats
	closing   bool
	stalled   bool
	full      bool     // said so
	waiting   int      // batches in the spool that this run does not deliver any more
	lost      [][]byte // on their way to the undelivered file, and their bytes
	lostBytes int
	unkept    error // of writing the undelivered file
	why       error // of the last attempt

	wake chan struct{}
	room chan struct{}
	done chan struct{}
}

func openDriven(ctx context.Context, cfg *Config) (carrier, error) {
	d := &driven{cfg: cfg, wake: make(chan struct{}, 1), room: make(chan struct{}, 1), done: make(chan struct{})}
	if cfg.Batch.Spool != nil {
		var err error
		if d.spool, d.queue, err = openSpool(*cfg.Batch.Spool); err != nil {
			return nil, err
		}
		if n := len(d.queue); n > 0 {
			cfg.warn("%d batches of earlier runs wait in %s", n, cfg.Batch.Spool.Dir)
		}
	}
	driver, err := cfg.Driver(ctx)
	if err != nil && d.spool == nil {
		return nil, err
	}
	if err != nil { // rows wait until it is there
		cfg.warn("%v: rows wait in %s", err, cfg.Batch.Spool.Dir)
	} else {
		d.driver = driver
	}
	d.ctx, d.cancel = context.WithCancel(ctx)
	go d.run()
	return d, nil
}

func (d *driven) send(frame []byte, rows int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closing {
		return errClosed
	}
	if !d.cfg.Rows {
		rows = 1 // a report
	}
	if d.bytes+len(frame) > d.cfg.QueueBytes && len(d.queue) > 0 && !d.stalled {
		switch full := d.cfg.Full; {
		case d.toSpool():
		case full == Block:
			d.wait(len(frame))
		case full == DropNewest:
			d.drop(uint64(max(rows, 1)), len(frame))
			return nil
		default:
			if len(d.queue) > 1 && d.queue[1].batch != nil { // the first one is being delivered
				b := d.queue[1].batch
				d.queue = append(d.queue[:1], d.queue[2:]...)
				d.bytes -= len(b.Data)
				d.drop(uint64(b.Rows), len(b.Data))
			}
		}
	}
	if d.batch == nil {
		d.number++
		d.batch = &drive.Batch{Run: d.cfg.Batch.Parcel.Run, Stream: d.cfg.Batch.Parcel.Stream, Number: d.number}
		d.began = time.Now()
		if d.cfg.Head != nil {
			d.batch.Data = append(d.batch.Data, d.cfg.Head()...)
			d.bytes += len(d.batch.Data)
		}
	}
	d.batch.Data = append(d.batch.Data, frame...)
	d.batch.Rows += rows
	if d.cfg.Batch.At != nil {
		d.batch.At = d.cfg.Batch.At()
	}
	d.bytes += len(frame)
	if !d.cfg.Rows || d.batch.Rows >= d.cfg.Batch.Rows || len(d.batch.Data) >= d.cfg.Batch.Bytes {
		d.cut()
	}
	return nil
}

// toSpool writes batches to the spool that wait in memory, all but the first, which is being delivered. It reports
// whether that has made room.
func (d *driven) toSpool() bool {
	if d.spool == nil {
		return false
	}
	for _, i := range d.queue[1:] {
		if i.batch == nil {
			continue
		}
		size := len(i.batch.Data)
		if err := d.spool.put(i, d.cfg.Batch.Parcel); err != nil {
			if !d.full {
				d.full = true
				d.cfg.warn("%v: %s", d.cfg.Batch.Spool.Dir, err)
			}
			break
		}
		d.bytes -= size
	}
	return d.bytes < d.cfg.QueueBytes
}

// cut ends the batch. d.mu is locked.
func (d *driven) cut() {
	if d.batch == nil {
		return
	}
	if d.stalled {
		d.keep(d.batch)
	} else {
		d.queue = append(d.queue, &item{batch: d.batch, rows: d.batch.Rows})
	}
	d.batch = nil
	poke(d.wake)
}

func (d *driven) drop(rows uint64, bytes int) {
	d.st.Dropped += rows
	d.st.DroppedBytes += uint64(bytes)
	if !d.full {
		d.full = true
		d.cfg.warn("rows or reports are dropped: %d bytes wait for %s, the queue is full", d.cfg.QueueBytes, d.cfg.Batch.Target)
	}
}

// wait waits, with d.mu locked, until there is room for n bytes, or the target has accepted nothing
// for Config.Stall.
func (d *driven) wait(n int) {
	for !d.stalled && d.ctx.Err() == nil && len(d.queue) > 0 && d.bytes+n > d.cfg.QueueBytes {
		d.mu.Unlock()
		stalled := stalls(d.ctx, d.room, d.cfg.Stall)
		if stalled {
			d.cfg.warn("%s has accepted nothing for %v: what it has not got is kept undelivered", d.cfg.Batch.Target, d.cfg.Stall)
			d.cancel()
			<-d.done
		}
		d.mu.Lock()
		if stalled {
			d.stalled = true
			d.waiting += d.leave()
			d.bytes = 0
		}
	}
}

// run delivers batches until there are no more.
func (d *driven) run() {
	defer close(d.done)
	var tick <-chan time.Time
	if d.cfg.Live && d.cfg.Batch.Age > 0 {
		ticker := time.NewTicker(min(d.cfg.Batch.Age, time.Second))
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		d.mu.Lock()
		if d.cfg.Live && d.batch != nil && time.Since(d.began) >= d.cfg.Batch.Age {
			d.cut()
		}
		var first *item
		if len(d.queue) > 0 {
			first = d.queue[0]
		}
		over := first == nil && d.closing
		d.mu.Unlock()
		switch {
		case over || d.ctx.Err() != nil:
			return
		case first != nil:
			if !d.deliver(first) {
				return
			}
			continue
		}
		select {
		case <-d.wake:
		case <-tick:
		case <-d.ctx.Done():
			return
		}
	}
}

// deliver delivers the first batch of the queue, or keeps it if it is refused. It reports whether
// there may be more to do.
func (d *driven) deliver(i *item) bool {
	b, err := i.load(&d.cfg.Batch.Parcel)
	if err != nil {
		d.cfg.warn("a batch is set aside, %s.other: %v", i.path, err)
		d.mu.Lock()
		if !i.old { // this run has counted on it
			d.why, d.unkept = err, err
			d.st.Undelivered += uint64(i.rows)
		}
		d.spool.setAside(i)
		d.queue = d.queue[1:]
		d.mu.Unlock()
		return true
	}
	wait, told := backoffMin, false
	for {
		ctx, cancel := context.WithTimeout(d.ctx, cmp.Or(d.cfg.Batch.Timeout, deliverTime))
		err := d.attempt(ctx, b)
		cancel()
		if err == nil || drive.IsRefused(err) {
			d.answered(i, b, err, told)
			return true
		}
		d.mu.Lock()
		if d.ctx.Err() == nil {
			d.why = err
			d.st.Reconnects++
		}
		d.mu.Unlock()
		if !told && d.ctx.Err() == nil {
			told = true
			d.cfg.warn("%s: %v: %s not delivered, trying again", d.cfg.Batch.Target, cause.Of(err), d.cfg.counted(uint64(b.Rows), uint64(len(b.Data))))
		}
		timer := time.NewTimer(wait)
		wait = min(2*wait, backoffMax)
		select {
		case <-timer.C:
		case <-d.ctx.Done():
			timer.Stop()
			return false
		}
	}
}

// attempt delivers a batch once. The driver is opened here if that failed before.
func (d *driven) attempt(ctx context.Context, b *drive.Batch) error {
	if d.driver == nil {
		driver, err := d.cfg.Driver(ctx)
		if err != nil {
			return err
		}
		d.driver = driver
	}
	return d.driver.Deliver(ctx, b)
}

// answered takes the first batch from the queue, which the target has accepted or refused. again is set if it
// had failed before.
func (d *driven) answered(i *item, b *drive.Batch, err error, again bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.queue[0] = nil
	d.queue = d.queue[1:]
	if i.path != "" {
		d.spool.remove(i)
	} else {
		d.bytes -= len(b.Data)
	}
	left := d.refused(b, err)
	if n := b.Rows - left; n > 0 {
		d.st.Frames++
		d.st.Rows += uint64(n)
		d.st.Bytes += uint64(len(b.Data))
		d.full = false
	}
	switch {
	case err != nil:
		d.why = err
		d.cfg.warn("%s refused %s: %v", d.cfg.Batch.Target, d.cfg.counted(uint64(left), uint64(len(b.Data))), cause.Of(err))
	case again:
		d.cfg.warn("delivers to %s again", d.cfg.Batch.Target)
	}
	poke(d.room)
}

// refused keeps the rows of a batch that the target has refused, and returns their number.
func (d *driven) refused(b *drive.Batch, err error) int {
	var r *drive.Refused
	if !errors.As(err, &r) {
		return 0
	}
	columns := d.cfg.Batch.Parcel.Columns
	if r.Rows == nil || columns == nil {
		d.keep(b)
		return b.Rows
	}
	vecs, err := b.Columns(columns)
	if err != nil {
		d.keep(b)
		return b.Rows
	}
	for i := range vecs {
		vecs[i] = vecs[i].Pick(r.Rows)
	}
	part := *b
	part.Stream += "/refused" // a key of its own: the other rows have that of the batch
	part.Rows, part.Data = len(r.Rows), drive.AppendColumns(nil, len(r.Rows), vecs)
	d.keep(&part)
	return part.Rows
}

// keep keeps a batch for the undelivered file, and counts it. d.mu is locked.
func (d *driven) keep(b *drive.Batch) {
	d.st.Undelivered += uint64(b.Rows)
	d.st.UndeliveredBytes += uint64(len(b.Data))
	if d.cfg.Undelivered == nil {
		return
	}
	p := d.cfg.Batch.Parcel
	p.Batch = *b
	frame, err := p.Append(nil)
	if err != nil {
		d.unkept = err
		return
	}
	d.lost = append(d.lost, frame)
	if d.lostBytes += len(frame); d.lostBytes >= maxLost {
		d.writeLost()
	}
}

// maxLost is the number of bytes that are written to the undelivered file together: it is written anew each time.
const maxLost = 16 << 20

// writeLost writes what keep has gathered. d.mu is locked.
func (d *driven) writeLost() {
	if len(d.lost) == 0 {
		return
	}
	name, err := d.cfg.Undelivered.Add(undelivered.Outlet{Name: d.cfg.Name, Target: d.cfg.Batch.Target, Named: d.cfg.Named, Batches: true}, d.lost)
	if err != nil && d.unkept == nil {
		d.unkept = fmt.Errorf("write %s: %w", name, cause.Of(err))
	}
	d.st.UndeliveredTo = name
	d.lost, d.lostBytes = nil, 0
}

func (d *driven) stats() Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	st := d.st
	for _, i := range d.queue {
		st.Waiting += uint64(i.rows)
		if i.batch != nil {
			st.WaitingBytes += uint64(len(i.batch.Data))
		}
	}
	return st
}

func (d *driven) end(drain time.Duration, abort bool) error {
	d.mu.Lock()
	d.cut()
	d.closing = true
	d.mu.Unlock()
	poke(d.wake)
	d.drain(drain)
	d.cancel()
	<-d.done
	var closeErr error
	if d.driver != nil {
		closeErr = d.driver.Close(abort)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	defer d.spool.close()
	waiting := d.waiting + d.leave()
	d.writeLost()
	if waiting > 0 {
		closeErr = errors.Join(fmt.Errorf("%s %d batches wait in %s: the next run with this target delivers them", d.cfg.Batch.Target+":", waiting, d.spool.Dir), closeErr)
	}
	if d.st.Undelivered == 0 {
		return closeErr
	}
	err := fmt.Errorf("%s not delivered to %s", d.cfg.counted(d.st.Undelivered, d.st.UndeliveredBytes), d.cfg.Batch.Target)
	if d.why != nil {
		err = fmt.Errorf("%w: %w", err, d.why)
	}
	return errors.Join(d.cfg.undelivered(&d.st, err, d.unkept), closeErr)
}

// leave leaves what was not delivered in the spool, and returns the number of its batches; without a spool it keeps
// that in the undelivered file.
func (d *driven) leave() (waiting int) {
	for _, i := range d.queue {
		if i.batch != nil && d.spool != nil {
			_ = d.spool.put(i, d.cfg.Batch.Parcel) // else it is undelivered
		}
		if i.batch != nil {
			d.keep(i.batch)
		} else {
			waiting++
		}
	}
	d.queue = nil
	return waiting
}

// drain waits until all is delivered, or the target has accepted nothing for a while.
func (d *driven) drain(patience time.Duration) {
	for {
		timer := time.NewTimer(max(patience, 0))
		select {
		case <-d.done:
		case <-d.room:
			timer.Stop()
			continue
		case <-timer.C:
		}
		timer.Stop()
		return
	}
}
