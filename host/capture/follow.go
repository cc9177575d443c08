package capture

import (
	"fmt"
	"io"
	"os"
	"time"
)

// How often a file that is still being written is looked at, and how long the last one of a series may not grow before it is complete.
var (
	followEvery = 200 * time.Millisecond
	lastStill   = 5 * time.Second
)

// follower reads a file that is still being written: at its end it waits for more.
type follower struct {
	file    *os.File
	read    int64
	every   time.Duration
	still   time.Time // since when nothing has come
	stopped <-chan struct{}
	over    func(still time.Duration) bool // reports whether the file is complete if nothing has come for that long
}

func (f *follower) Read(p []byte) (int, error) {
	for {
		over := f.over(time.Since(f.still)) // before what is read: what was written before is not missed
		n, err := f.file.Read(p)
		if n > 0 {
			f.read += int64(n)
			f.still = time.Now()
			return n, nil
		}
		if err != io.EOF || over {
			return 0, err
		}
		if info, err := f.file.Stat(); err == nil && info.Size() < f.read {
			return 0, fmt.Errorf("became shorter while it was read: %d bytes, of which %d were read", info.Size(), f.read)
		}
		select {
		case <-f.stopped:
			return 0, io.EOF
		case <-time.After(f.every):
		}
	}
}

// Follow returns a Source of a file that is still being written, as tail -f reads it: only [Source.Stop] ends it. It waits for the first
// bytes.
func Follow(path string) (*Source, error) {
	return follow(path, nil, func(int) func(time.Duration) bool { return func(time.Duration) bool { return false } })
}

// OpenSeries returns a Source of the files of a series as they appear. A file is complete once the next one has begun, and the last one
// if it has not grown for five seconds.
func OpenSeries(s *Series) (*Source, error) {
	last := lastStill
	return follow(s.First(), s, func(i int) func(time.Duration) bool {
		if _, more := s.path(i + 1); !more {
			return func(still time.Duration) bool { return still >= last }
		}
		return func(time.Duration) bool { return s.begun(i + 1) }
	})
}

func follow(first string, series *Series, over func(file int) func(time.Duration) bool) (*Source, error) {
	s := &Source{stopped: make(chan struct{}), live: true, series: series, over: over}
	if err := s.append(first); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// append opens another file of a source that follows files.
func (s *Source) append(path string) error {
	in := &input{path: path, info: FileInfo{Path: path}, follow: &follower{stopped: s.stopped, every: followEvery, over: s.over(len(s.inputs)), still: time.Now()}}
	s.inputs = append(s.inputs, in)
	return in.open(nil)
}

// another opens the next file of a series, and reports whether there is one.
func (s *Source) another() (bool, error) {
	if s.series == nil {
		return false, nil
	}
	path, ok := s.series.path(len(s.inputs))
	if !ok {
		return false, nil
	}
	return true, s.append(path)
}
