package capture

import (
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/t2host/t2host/host/cause"
)

// Source reads the frames of capture files, of lists of them and of standard input, one after
// the other, as one stream.
//
// One goroutine calls [Source.Next], and [Source.Info], [Source.Done], [Source.Damage], [Source.Changes] and [Source.Close] between its calls;
// [Source.Stop] may be called by any.
type Source struct {
	stdin   io.Reader
	inputs  []*input
	at      int    // index of the current input
	reader  reader // of inputs[at]; nil if it has not begun
	window  window // its buffer serves all files
	number  uint64
	damage  []Damage
	changes []Change
	end     error // final error of Next
	live    bool
	size    int64 // of all files; see Done
	done    int64 // of the files that were finished; see Done
	stop    atomic.Bool
	stopped chan struct{}
	once    sync.Once

	// Of files that are still being written, see Follow.
	series *Series                                 // nil: one file
	over   func(file int) func(time.Duration) bool // see follower.over
}

// reader reads the frames of one file. It returns io.EOF at a clean end and *damaged at any
// other end.
type reader interface {
	next(*Frame) error
}

// Open checks by their first bytes that all files exist and are captures, and returns a Source
// that reads them as one stream; the path "-" is stdin. Regular files are closed until they
// are read. Open waits for the first bytes of standard input and of a FIFO.
//
// The error is one line that names the file and what it is instead of a capture.
func Open(paths []string, stdin io.Reader) (*Source, error) {
	s := &Source{stdin: stdin, stopped: make(chan struct{})}
	if len(paths) == 0 {
		return nil, errors.New("capture: no file is named")
	}
	if stdin == nil && slices.Contains(paths, "-") {
		return nil, errors.New("capture -: no standard input")
	}
	for i, path := range paths {
		in := &input{path: path, info: FileInfo{Path: path}}
		if path == "-" {
			in.info.Path = "standard input"
			if slices.Contains(paths[:i], "-") {
				s.Close()
				return nil, in.fail(errors.New("is named twice, but can be read only once: name it once"))
			}
		}
		s.inputs = append(s.inputs, in)
		if err := in.open(stdin); err != nil {
			s.Close()
			return nil, err
		}
		if !in.once {
			in.shut()
		}
		s.live = s.live || in.live
		s.size += in.info.Size
	}
	return s, nil
}

// Next reads the next frame into f; f.Data is valid until the next call.
//
// It returns [io.EOF] at the end of the input, which is also where [Source.Stop] was called
// and where a corrupt file cannot be read further (see [Source.Damage]); [ErrIdle] if live
// input is silent and [ErrQuiet] where a recording says that the interface was, after which it may be called again; and any other error if a file could not
// be read (or was removed since Open), which ends the input too.
func (s *Source) Next(f *Frame) error {
	for {
		if s.stop.Load() {
			return io.EOF
		}
		if s.reader == nil {
			if s.end != nil {
				return s.end
			}
			if err := s.begin(); err != nil {
				s.end = err
				return err
			}
		}
		err := s.reader.next(f)
		if err == nil {
			s.number++
			f.Number = s.number
			return nil
		}
		if err == ErrIdle || err == ErrQuiet {
			return err
		}
		if err != errStopped {
			s.finish(err)
		}
	}
}

// begin opens the current file.
func (s *Source) begin() error {
	in := s.inputs[s.at]
	if !in.once {
		if err := in.open(nil); err != nil {
			return err
		}
	}
	src := in.src
	if in.live {
		src = newPump(src, s.stopped)
	}
	s.window.reset(src)
	if in.ng {
		s.reader = newPcapng(&s.window, &in.info)
	} else {
		s.reader = newPcap(&s.window, &in.info)
	}
	return nil
}

// finish notes how the file ended and moves on to the next one unless the input has ended.
func (s *Source) finish(err error) {
	in := s.inputs[s.at]
	in.info.Read = s.window.offset() + int64(len(s.window.unread()))
	taken := s.taken()
	s.done += taken
	change, changed := in.change()
	s.size += max(0, taken-in.info.Size, change.To-in.info.Size)
	var d *damaged
	if changed && change.cut() && err == io.EOF { // after a whole record
		err = &damaged{Damage{Packet: in.info.Packets + 1, Offset: s.window.offset()}}
	}
	switch {
	case errors.As(err, &d):
		d.File = in.info.Path
		if changed && d.What != "" {
			d.What += "; "
		}
		if changed {
			d.What += change.what()
		}
		s.damage = append(s.damage, d.Damage)
		if d.Corrupt {
			s.end = io.EOF
		}
	case err != io.EOF:
		s.end = in.fail(cause.Of(err))
	case changed:
		s.changes = append(s.changes, change)
	}
	s.reader = nil
	in.shut()
	if s.at++; s.at == len(s.inputs) && s.end == nil {
		if more, err := s.another(); err != nil {
			s.end = err
		} else if !more {
			s.end = io.EOF
		}
	}
}

// Live reports whether the end of a part of the input is not known: standard input or a FIFO.
// Only then Next returns [ErrIdle].
func (s *Source) Live() bool { return s.live }

// Stop ends the input: Next returns io.EOF soon, also if it is waiting for standard input.
func (s *Source) Stop() {
	s.stop.Store(true)
	s.once.Do(func() { close(s.stopped) })
}

// Damage returns the places where files were cut or corrupt, in the order of reading.
func (s *Source) Damage() []Damage { return s.damage }

// Changes returns the files whose size has changed although nothing of them is missing; what is
// missing of others is in Damage.
func (s *Source) Changes() []Change { return s.changes }

// Info describes the files, each with what was read of it so far.
func (s *Source) Info() []FileInfo {
	infos := make([]FileInfo, len(s.inputs))
	for i, in := range s.inputs {
		infos[i] = in.info
		if i == s.at && s.reader != nil {
			infos[i].Read = s.window.offset() + int64(len(s.window.unread()))
		}
	}
	return infos
}

// Done returns the bytes of the files, as they are stored, up to the last frame returned, and
// the size of all files, which is never less: that of a file that grows grows with it. Of a
// compressed file it counts what was read. Both are 0 if a part of the input is live.
func (s *Source) Done() (bytes, size int64) {
	switch {
	case s.live:
		return 0, 0
	case s.reader == nil:
		return s.done, s.size
	}
	taken := s.taken()
	return s.done + taken, s.size + max(0, taken-s.inputs[s.at].info.Size)
}

// taken is Done for the current file. It is 0 for live input, whose pump may be reading.
func (s *Source) taken() int64 {
	in := s.inputs[s.at]
	switch {
	case s.live:
		return 0
	case in.info.Compression != "":
		return in.tap.n
	}
	return s.window.offset()
}

// Close stops the input and closes its files. Standard input stays open; a read of it that
// waits is abandoned with its goroutine.
func (s *Source) Close() error {
	s.Stop()
	for _, in := range s.inputs {
		in.shut()
	}
	return nil
}
