// Package outlet writes frames of bytes from sinks to files, TCP, UDP and Unix
// sockets, and standard output.
//
// A frame (a report, a run of lines) leaves whole and in order. A TCP frame
// counts as delivered when the peer's kernel has acknowledged its last byte, not
// when write has returned: the first write after the peer has closed succeeds
// and its bytes are lost. Bytes that a receiver's kernel acknowledged and the
// receiver never read cannot be known here, and are lost with the receiver; a frame
// that arrived while its acknowledgement was lost with the connection is sent again.
package outlet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/undelivered"
)

// Defaults of Config.
const (
	DefaultDrain      = 5 * time.Second
	DefaultQueueBytes = 16 << 20
	DefaultStall      = 30 * time.Second
)

// Full is what happens when a queue is full.
type Full uint8

// What happens when a queue is full.
const (
	DropOldest Full = iota // the oldest frame that has not been begun is dropped
	Block                  // Send waits
	DropNewest             // the frame is dropped
)

// ParseFull parses the word of the user for what happens when a queue is full: block or drop.
func ParseFull(s string) (Full, error) {
	switch s {
	case "block":
		return Block, nil
	case "drop":
		return DropNewest, nil
	}
	return 0, fmt.Errorf("option when_full=%s: want block, spool or drop", s)
}

// shortDrain is what Close waits for a peer once the run is cancelled or broken:
// enough for a receiver that reads, too little to be noticed.
const shortDrain = 500 * time.Millisecond

// Config is where an outlet leads and how it behaves.
type Config struct {
	Name   string // for messages, "tcpwinsink.reports"
	Target Target // see ParseDestination
	Hint   string // ends the message that nobody listens: "--set tcpwinsink.to=-"

	// Undelivered is the file that gets, at Close, what could not be delivered to
	// a TCP or Unix socket; nil for none. The outlets of a run share one.
	Undelivered *undelivered.File
	Named       bool // the user named the target: it is not the default of a plugin

	Wait       bool          // if nobody listens yet: no error, connect in the background
	Drain      time.Duration // how long Close waits for the peer; 0 is DefaultDrain, below 0 not at all
	QueueBytes int           // for frames not yet delivered, each with 64 bytes for itself; 0 is DefaultQueueBytes

	// Stdout is what the target "-" writes to; nil is os.Stdout. For os.Stdout the
	// program has to signal.Notify or Ignore SIGPIPE, else a closed pipe kills it
	// before Send can return the error.
	Stdout io.Writer
	Live   bool // flush files and standard output every second

	// Sync is how often what a live run has written to a file is written through to the disk; 0
	// is at the file's end only.
	Sync time.Duration

	MaxBytes uint64 // that are sent to a file, or to all numbered ones; 0 is no limit

	// Of files: Gzip compresses them and adds .gz to their names, Zstd .zst, unless the name ends so; Numbered
	// adds a number to the names, from First up, which Next counts.
	Gzip, Zstd, Numbered bool
	First                int

	Rows bool // frames hold rows, see SendRows

	// Head returns what each connection, and each file, begins with; nil: nothing.
	Head func() []byte
	// HeadOnce limits it to the first of numbered files.
	HeadOnce bool

	// Full is what Send does when QueueBytes wait for a peer. Stall is how long a peer may accept nothing
	// meanwhile before Full.Block keeps everything else undelivered; 0 is DefaultStall.
	Full  Full
	Stall time.Duration

	Secure drive.Dial // of tls targets

	// Driver opens the driver of a target that has one, see Driven; Batch says how its batches are cut.
	Driver func(ctx context.Context) (drive.Driver, error)
	Batch  Batching

	Discard bool // nothing is opened, and what is sent goes nowhere

	Log func(line string) // warnings, from any goroutine; nil for none; must not call the outlet

	_ struct{}
}

// Leads reports whether the outlet leads anywhere.
func (c *Config) Leads() bool { return c.Target != (Target{}) || c.Driver != nil }

// Stats counts frames; of those that hold rows, what is lost is counted in rows. Frames + Waiting + Dropped + Undelivered is what was sent.
type Stats struct {
	Rows                          uint64 // delivered, of frames that hold rows
	Frames, Bytes                 uint64 // delivered; for UDP sent; for files written or in the buffer
	Waiting, WaitingBytes         uint64 // in the queue; those without acknowledgement are in it
	Dropped, DroppedBytes         uint64 // the queue was full, or a frame too large
	Undelivered, UndeliveredBytes uint64 // at Close
	UndeliveredTo                 string // the file that has them; empty if they are lost
	Reconnects                    uint64
	Refused, RefusedBytes         uint64 // UDP: sent, and refused as the kernel was told
	Errors                        uint64 // UDP: other errors that the kernel reported
}

// carrier is an open target. The methods may be called from several goroutines.
type carrier interface {
	send(frame []byte, rows int) error
	// end releases everything; abort is true if the run failed.
	end(drain time.Duration, abort bool) error
	stats() Stats
}

// Outlet is an open way out. Its methods may be called from several goroutines.
type Outlet struct {
	cfg Config
	c   carrier

	sent atomic.Uint64 // bytes, for Config.MaxBytes

	ending sync.Once
	err    error // of the first Close or Abort
}

// Open opens the target: a file is created, a socket connected. The end of ctx
// ends all waiting for connections and shortens Close; what is connected goes on
// until Close. Close or Abort must be called.
func Open(ctx context.Context, cfg Config) (*Outlet, error) {
	if cfg.Drain == 0 {
		cfg.Drain = DefaultDrain
	}
	if cfg.QueueBytes == 0 {
		cfg.QueueBytes = DefaultQueueBytes
	}
	if cfg.Stall == 0 {
		cfg.Stall = DefaultStall
	}
	if cfg.Stdout == nil {
		cfg.Stdout = os.Stdout
	}
	if cfg.Log == nil {
		cfg.Log = func(string) {}
	}
	o := &Outlet{cfg: cfg}
	var err error
	switch {
	case cfg.Discard:
		o.c = &discard{}
	case cfg.Driver != nil:
		o.c, err = openDriven(ctx, &o.cfg)
	default:
		o.c, err = openTarget(ctx, &o.cfg)
	}
	if err != nil {
		return nil, o.named(err)
	}
	return o, nil
}

// openTarget opens a target that no driver serves.
func openTarget(ctx context.Context, cfg *Config) (carrier, error) {
	of := cfg.Target.of
	if of == nil {
		return nil, errors.New("has no target")
	}
	err := of.check(of, cfg.Target.Address+cfg.Target.Path)
	if err == nil {
		err = cfg.Target.checkDestination()
	}
	if err != nil {
		return nil, err
	}
	return of.open(ctx, cfg)
}

// Send sends a frame, unless it is empty; it copies the bytes, and never waits for a network
// peer. Errors are those of files and standard output (disk
// full, closed pipe), and of a closed outlet.
func (o *Outlet) Send(frame []byte) error { return o.SendRows(frame, 0) }

// SendRows sends a frame as Send does, with the number of rows that it holds. With Full.Block it waits
// for a peer whose queue is full.
func (o *Outlet) SendRows(frame []byte, rows int) error {
	if len(frame) == 0 {
		return nil
	}
	if err := o.room(len(frame)); err != nil {
		return o.named(err)
	}
	return o.named(o.c.send(frame, rows))
}

// newFile is what a numbered file counts for itself in Config.MaxBytes: without it empty files
// had no limit.
const newFile = 4 << 10

// room returns an error if n more bytes are above Config.MaxBytes.
func (o *Outlet) room(n int) error {
	if o.cfg.MaxBytes == 0 || o.cfg.Target.Path == "" || o.sent.Add(uint64(n)) <= o.cfg.MaxBytes {
		return nil
	}
	return fmt.Errorf("write %s: more than %d MiB: set output.max_file higher if the plugin may write that much", o.cfg.Target.Path, o.cfg.MaxBytes>>20)
}

// Next ends a numbered file, which gets its name, and begins the next one.
func (o *Outlet) Next() error {
	n, ok := o.c.(*numbered)
	if !ok {
		return o.named(errors.New("is one file: set split"))
	}
	if err := o.room(newFile); err != nil {
		return o.named(err)
	}
	return o.named(n.next())
}

// Reopen begins the outlet's file anew if somebody has moved it away, and reports whether that is so. The file that was moved is
// complete then, under its new name.
func (o *Outlet) Reopen() (moved bool, err error) {
	switch c := o.c.(type) {
	case *file:
		moved, err = c.reopen()
	case *numbered:
		var f *file
		if f, err = c.file(); err == nil {
			moved, err = f.reopen()
		}
	}
	return moved, o.named(err)
}

// IsFile reports whether the outlet writes files that nothing else writes.
func (o *Outlet) IsFile() bool {
	f, ok := o.c.(*file)
	if !ok {
		_, ok = o.c.(*numbered)
		return ok
	}
	return f.path != ""
}

// Discard ends an outlet of a run that never began, and leaves no file.
func (o *Outlet) Discard() {
	o.Abort()
	switch c := o.c.(type) {
	case *file:
		c.remove()
	case *numbered:
		c.now.remove()
	}
}

// Stats returns the counts up to now.
func (o *Outlet) Stats() Stats { return o.c.stats() }

// Close ends the outlet. A file gets its name when all of it is on the disk; a socket gets up to
// Config.Drain for what is not yet delivered, the rest goes to Config.Undelivered and is an error.
func (o *Outlet) Close() (Stats, error) {
	o.end(o.cfg.Drain, false)
	return o.Stats(), o.err
}

// Abort ends the outlet after the run broke. A file stays PATH.part, cut at a
// line's end; a socket gets a short time for what was given. Errors go to Config.Log.
func (o *Outlet) Abort() Stats {
	o.end(min(o.cfg.Drain, shortDrain), true)
	return o.Stats()
}

func (o *Outlet) end(drain time.Duration, abort bool) {
	o.ending.Do(func() {
		o.err = o.named(o.c.end(drain, abort))
		if o.err != nil && abort {
			o.cfg.Log(o.err.Error())
		}
	})
}

func (o *Outlet) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("outlet %s: %w", o.cfg.Name, err)
}

var errClosed = errors.New("is closed")

// warn calls Config.Log with a line that begins with the outlet's name.
func (c *Config) warn(format string, args ...any) {
	c.Log("outlet " + c.Name + ": " + fmt.Sprintf(format, args...))
}

// counted returns a count of frames, or of rows, as messages have it.
func (c *Config) counted(n, bytes uint64) string {
	if c.Rows {
		return Rows(n, bytes)
	}
	return Reports(n, bytes)
}

// units returns what a frame counts: the rows that it holds, or one.
func (c *Config) units(rows int) uint64 {
	if c.Rows {
		return uint64(rows)
	}
	return 1
}

// Rows returns a count of rows as messages have it.
func Rows(n, bytes uint64) string {
	if n == 1 {
		return fmt.Sprintf("1 row (%d bytes)", bytes)
	}
	return fmt.Sprintf("%d rows (%d bytes)", n, bytes)
}

// Reports returns a count of reports as messages have it.
func Reports(n, bytes uint64) string {
	if n == 1 {
		return fmt.Sprintf("1 report (%d bytes)", bytes)
	}
	return fmt.Sprintf("%d reports (%d bytes)", n, bytes)
}
