package receive

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	// quiet is how long the beginning of a report waits for its end before it is shown: a
	// stream without NULs is shown soon, one with NULs in whole reports.
	quiet = 100 * time.Millisecond
	// maxHeld bounds the bytes that wait for it.
	maxHeld = 1 << 20
)

// printer writes what the sessions receive, in whole reports.
type printer struct {
	fail context.CancelCauseFunc // ends Run when out cannot be written

	mu          sync.Mutex
	out, status io.Writer
	reports     int  // complete so far, of all sessions
	midLine     bool // the last byte shown was not a newline
	last        *session
	err         error
}

func (p *printer) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.status, format+"\n", args...)
}

func (p *printer) failed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

func (p *printer) write(b []byte) {
	if len(b) == 0 || p.err != nil {
		return
	}
	if _, p.err = p.out.Write(b); p.err != nil {
		p.err = fmt.Errorf("write what was received: %w", p.err)
		p.fail(p.err)
	}
	p.midLine = b[len(b)-1] != '\n'
}

// session is what one sender sends.
type session struct {
	p     *printer
	held  []byte // of the report that has not ended
	size  int    // bytes of that report, shown ones too
	timer *time.Timer
}

func (p *printer) session() *session { return &session{p: p} }

// feed appends bytes as they arrive.
func (s *session) feed(b []byte) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	for {
		i := bytes.IndexByte(b, 0)
		if i < 0 {
			break
		}
		s.held = append(s.held, b[:i]...)
		s.size += i + 1 // the NUL belongs to the report
		s.mark()
		b = b[i+1:]
	}
	s.held = append(s.held, b...)
	s.size += len(b)
	switch {
	case len(s.held) > maxHeld:
		s.show()
	case len(s.held) == 0:
	case s.timer == nil:
		s.timer = time.AfterFunc(quiet, func() {
			s.p.mu.Lock()
			defer s.p.mu.Unlock()
			s.show()
		})
	default:
		s.timer.Reset(quiet)
	}
}

// show writes what is held; the report may continue.
func (s *session) show() {
	if s.p.last != s && len(s.held) > 0 {
		s.p.newline() // after half a line of another sender
		s.p.last = s
	}
	s.p.write(s.held)
	s.held = s.held[:0]
}

// mark shows a report's end.
func (s *session) mark() {
	s.show()
	s.p.newline()
	s.p.reports++
	s.p.write(fmt.Appendf(nil, "--- end of report %d (%d bytes) ---\n", s.p.reports, s.size))
	s.size = 0
}

func (p *printer) newline() {
	if p.midLine {
		p.write([]byte("\n"))
	}
}

// end shows the rest of a connection.
func (s *session) end() {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
	if s.size > 0 {
		s.show()
		s.p.newline()
	}
}

// endReport ends a report at the end of a datagram, unless a NUL has ended it.
func (s *session) endReport() {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
	if s.size > 0 {
		s.mark()
	}
}
