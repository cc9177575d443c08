package outlet

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/outfile"
)

const fileBuffer = 64 << 10

// file is a carrier to a file or to standard output.
type file struct {
	what string        // for messages
	f    *os.File      // nil for standard output
	part *outfile.File // f, where it gets its name at the end
	path string        // the name at the end; "" if written straight
	live bool
	sync time.Duration // see Config.Sync

	mu       sync.Mutex
	w        *bufio.Writer
	zip      packer // after w; nil: not compressed
	pack     func(io.Writer) (packer, error)
	begin    func() []byte // what a file begins with; nil: nothing
	head     func() []byte // begin until it is written
	st       Stats
	unsynced error // why what was written may not be on the disk
	closed   bool

	stop    chan struct{}
	flusher sync.WaitGroup
}

func openStdout(_ context.Context, cfg *Config) (carrier, error) {
	o := &file{what: "standard output", w: bufio.NewWriterSize(cfg.Stdout, fileBuffer), live: cfg.Live, head: cfg.Head}
	o.start()
	return o, nil
}

// openFiles opens the file of a target, or the first of numbered ones.
func openFiles(ctx context.Context, cfg *Config) (carrier, error) {
	if cfg.Numbered {
		return openNumbered(ctx, cfg, cfg.Target.Path)
	}
	return openFile(ctx, cfg, cfg.Target.Path)
}

// openFile creates PATH.part. A device or a FIFO that is there already is
// written straight: to rename something over it would destroy it.
func openFile(ctx context.Context, cfg *Config, path string) (*file, error) {
	path += cfg.PackedEnd(path)
	if err := outfile.Check(path); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, cause.Of(err))
	}
	o := &file{live: cfg.Live, sync: cfg.Sync, begin: cfg.Head, head: cfg.Head, pack: cfg.packer()}
	fi, err := os.Stat(path)
	if outfile.Special(path) || err == nil && !fi.Mode().IsRegular() {
		o.what = path
		o.f, err = openDevice(ctx, cfg, path)
	} else {
		o.what, o.path = path+".part", path
		perm := fs.FileMode(0o666)
		if err == nil {
			perm = fi.Mode().Perm() | 0o200 // what was private stays so
		}
		if o.part, err = outfile.Create(o.what, perm); err == nil {
			o.f = o.part.File
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open %s: %w: make the folder first: mkdir -p %s", o.what, cause.Of(err), filepath.Dir(path))
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("open %s: %w%s", o.what, cause.Of(err), mine(filepath.Dir(path)))
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", o.what, cause.Of(err))
	}
	o.w = bufio.NewWriterSize(o.f, fileBuffer)
	if err := o.packed(); err != nil {
		return nil, err
	}
	o.start()
	return o, nil
}

// packer returns what makes the packer of a file; nil: it is not compressed.
func (c *Config) packer() func(io.Writer) (packer, error) {
	switch {
	case c.Gzip:
		return func(w io.Writer) (packer, error) { return gzip.NewWriter(w), nil }
	case c.Zstd:
		return func(w io.Writer) (packer, error) { return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)) }
	}
	return nil
}

// packed lets the writer write to the file, compressed if it is to be.
func (o *file) packed() error {
	if o.pack == nil {
		o.w.Reset(o.f)
		return nil
	}
	var err error
	if o.zip, err = o.pack(o.f); err != nil {
		return fmt.Errorf("open %s: %w", o.what, err)
	}
	o.w.Reset(o.zip)
	return nil
}

// mine returns the cure for a folder that is another user's: after sudo the program may run as another user than it was started by.
func mine(dir string) string {
	u, err := user.LookupId(strconv.Itoa(os.Geteuid()))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(": t2host runs as user %s: sudo chown %s %s", u.Username, u.Username, dir)
}

// PackedEnd returns what is added to the name of a compressed file, so that the name tells how it is compressed.
func (c *Config) PackedEnd(path string) string {
	switch {
	case c.Gzip && !strings.HasSuffix(path, ".gz"):
		return ".gz"
	case c.Zstd && !strings.HasSuffix(path, ".zst"):
		return ".zst"
	}
	return ""
}

// CreatePart creates PATH.part for a driver that writes a file, with the checks that all files have.
func CreatePart(path string) (drive.File, error) {
	err := outfile.Check(path)
	if err == nil {
		var part *outfile.File
		if part, err = outfile.Create(path+".part", 0o666); err == nil {
			return part, nil
		}
	}
	return nil, fmt.Errorf("open %s: %w", path+".part", cause.Of(err))
}

// packer compresses what is written to it. Flush makes all of it readable.
type packer interface {
	io.WriteCloser
	Flush() error
}

// start begins to flush and sync the file of a live run from time to time.
func (o *file) start() {
	if !o.live {
		return
	}
	o.stop = make(chan struct{})
	o.flusher.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		last, synced := time.Now(), uint64(0)
		for {
			select {
			case <-tick.C:
			case <-o.stop:
				return
			}
			written := o.stats().Bytes
			_ = o.flush() // bufio keeps the error for the next Send
			if o.part != nil && o.sync > 0 && time.Since(last) >= o.sync && written > synced {
				o.syncPart(synced == 0)
				last, synced = time.Now(), written
			}
		}
	})
}

// syncPart writes what was flushed through to the disk, and with name also the file's name. Send
// does not wait for it.
func (o *file) syncPart(name bool) {
	o.mu.Lock()
	part := o.part
	o.mu.Unlock()
	err := part.Sync()
	if err == nil && name {
		err = part.SyncName()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil && part == o.part { // the system returns it once only
		o.unsynced = err
	}
}

// reopen begins the file anew if somebody has moved it away, as logrotate does, and reports whether that is so. What was moved is
// complete then. After an error the run goes on with the file that it has.
func (o *file) reopen() (moved bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || o.part == nil || !o.part.Moved() {
		return false, nil
	}
	info, err := o.part.Stat()
	if err != nil {
		return false, o.failed(err)
	}
	part, err := outfile.Create(o.what, info.Mode().Perm())
	if err != nil {
		return false, fmt.Errorf("open %s: %w", o.what, cause.Of(err))
	}
	before := o.part
	err = o.flushLocked()
	if o.zip != nil && err == nil {
		if err = o.zip.Close(); err != nil {
			err = o.failed(err)
		}
	}
	if syncErr := before.Sync(); err == nil && syncErr != nil {
		err = o.failed(syncErr)
	}
	_ = before.Close() // all of it is on the disk
	o.part, o.f, o.head = part, part.File, o.begin
	return true, errors.Join(err, o.packed())
}

func (o *file) send(frame []byte, rows int) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return errClosed
	}
	if o.unsynced != nil {
		return o.unsynced
	}
	if err := o.writeHead(); err != nil {
		return err
	}
	// Never half a frame in one write: two outlets may share standard output, and
	// a run that is killed leaves whole lines.
	if o.w.Available() < len(frame) {
		if err := o.w.Flush(); err != nil {
			return o.failed(err)
		}
	}
	if _, err := o.w.Write(frame); err != nil {
		return o.failed(err)
	}
	o.st.Frames++
	o.st.Rows += uint64(rows)
	o.st.Bytes += uint64(len(frame))
	return nil
}

// writeHead writes what the file begins with, once.
func (o *file) writeHead() error {
	if o.head == nil {
		return nil
	}
	head := o.head()
	o.head = nil
	if _, err := o.w.Write(head); err != nil {
		return o.failed(err)
	}
	o.st.Bytes += uint64(len(head))
	return nil
}

func (o *file) flush() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return errClosed
	}
	return o.flushLocked()
}

func (o *file) flushLocked() error {
	err := o.w.Flush()
	if err == nil && o.zip != nil {
		err = o.zip.Flush()
	}
	if err != nil {
		return o.failed(err)
	}
	return nil
}

func (o *file) failed(err error) error { return fmt.Errorf("write %s: %w", o.what, cause.Of(err)) }

func (o *file) stats() Stats {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.st
}

func (o *file) end(drain time.Duration, abort bool) error {
	o.mu.Lock()
	ended := o.closed // the file before one that could not be opened
	o.mu.Unlock()
	if ended {
		return nil
	}
	if o.f != nil {
		_ = o.f.SetWriteDeadline(time.Now().Add(max(drain, 0))) // a FIFO that nobody reads; others have none
	}
	if o.live {
		close(o.stop)
		o.flusher.Wait()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	err := o.writeHead() // of a file without rows
	if ferr := o.flushLocked(); err == nil {
		err = ferr
	}
	if err == nil {
		err = o.unsynced
	}
	if o.f == nil {
		return err
	}
	if o.part != nil {
		defer o.part.Close() // and its lock
	}
	if o.zip != nil { // what it holds are whole frames: a cut file can be read to its end
		if zerr := o.zip.Close(); zerr != nil && err == nil {
			err = o.failed(zerr)
		}
	} else if o.path != "" && (abort || err != nil) {
		err = errors.Join(err, cutAtLine(o.what))
	}
	if o.path != "" && !abort && err == nil {
		return o.part.Rename(o.path)
	}
	if cerr := o.f.Close(); cerr != nil && err == nil {
		err = o.failed(cerr)
	}
	return err
}

// remove removes the file that was made.
func (o *file) remove() {
	if o.path != "" {
		_ = os.Remove(o.what)
	}
}

// cutAtLine cuts a file after its last line's (or report's) end. A file without
// any is left as it is: it is not text.
func cutAtLine(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	buf := make([]byte, fileBuffer)
	for off := end; off > 0; {
		n := min(off, int64(len(buf)))
		off -= n
		if _, err := f.ReadAt(buf[:n], off); err != nil {
			return err
		}
		if i := bytes.LastIndexAny(buf[:n], "\n\x00"); i >= 0 {
			return f.Truncate(off + int64(i) + 1)
		}
	}
	return nil
}
