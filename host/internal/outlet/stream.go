package outlet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/internal/undelivered"
)

const (
	pollMin  = time.Millisecond // for acknowledgements; doubles while none comes
	pollMax  = 100 * time.Millisecond
	pollHalf = 500 * time.Millisecond // for a reset of a half-closed connection
)

var errStop = errors.New("stopped")

// stream is a carrier over TCP or a Unix stream socket: Send puts frames into a
// queue, one goroutine connects, writes and releases what is delivered.
type stream struct {
	cfg    *Config
	target Target
	ctx    context.Context // of the run and of this stream: bounds every connecting
	cancel context.CancelFunc

	mu      sync.Mutex
	q       queue
	st      Stats
	closing bool
	full    bool // said that the queue is full

	wake chan struct{} // something changed: a frame, closing
	stop chan struct{} // closed: abandon what is not delivered
	done chan struct{} // closed: the goroutine is gone
}

// openStream connects; with Config.Wait its goroutine does if nobody listens yet.
func openStream(ctx context.Context, cfg *Config) (carrier, error) {
	t := cfg.Target
	conn, err := dial(ctx, t, cfg.Wait)
	if err != nil && (!cfg.Wait || hopeless(err)) {
		return nil, absent(t, cfg.Hint, err)
	}
	if err != nil {
		cfg.warn("waits for %s: %v", t, cause.Of(err))
	}
	s := &stream{
		cfg: cfg, target: t, q: queue{limit: cfg.QueueBytes},
		wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	go s.run(conn)
	return s, nil
}

func (s *stream) send(frame []byte) error {
	frame = slices.Clone(frame)
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		return errClosed
	}
	n, bytes := s.q.push(frame)
	s.st.Dropped += n
	s.st.DroppedBytes += bytes
	warn := n > 0 && !s.full
	s.full = s.full || n > 0
	s.mu.Unlock()
	if warn {
		s.cfg.warn("reports are dropped: %d bytes wait for %s, the queue is full", s.cfg.QueueBytes, s.target)
	}
	s.poke()
	return nil
}

func (s *stream) poke() {
	select {
	case s.wake <- struct{}{}:
	default: // it will look anyway
	}
}

func (s *stream) stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.st
	st.Waiting, st.WaitingBytes = uint64(s.q.len()), uint64(s.q.bytes())
	return st
}

// run keeps a connection and writes to it, until everything is delivered after
// end was called, or until there is no more waiting.
func (s *stream) run(conn net.Conn) {
	defer close(s.done)
	wait, connected := backoffMin, conn != nil
	for {
		if conn == nil {
			if conn = s.connect(&wait, connected); conn == nil {
				return
			}
			connected = true
		}
		l := newLink(conn)
		delivered, err := s.serve(l)
		if err == nil || err == errStop {
			l.close(err == errStop)
			return
		}
		l.close(true)
		conn = nil
		if delivered > 0 {
			wait = backoffMin // else a peer that hangs up at once would be asked 20 times a second
		}
		s.mu.Lock()
		s.q.rewind()
		n, bytes := uint64(s.q.len()), uint64(s.q.bytes())
		s.mu.Unlock()
		if s.ctx.Err() == nil {
			s.cfg.warn("lost %s: %v: %s not delivered, connecting again", s.target, cause.Of(err), Reports(n, bytes))
		}
	}
}

// serve writes frames to one connection and releases the delivered ones. It
// returns nil when it is to end and all is delivered, errStop when it is to end
// at once, else why the connection is lost.
func (s *stream) serve(l *link) (delivered uint64, err error) {
	var rest []byte // of the frame being written
	poll := pollMin
	for {
		stopped := isClosed(s.stop)
		if len(rest) == 0 && !stopped {
			s.mu.Lock()
			rest = s.q.begin()
			s.mu.Unlock()
		}
		var lost error
		stalled := false
		if len(rest) > 0 && !stopped {
			var n int
			n, stalled, lost = l.write(rest)
			rest = rest[n:]
			if lost == nil && !stalled {
				poll = pollMin
				continue
			}
		}
		n, flying, empty, dead := s.release(l)
		delivered += n
		switch {
		case empty:
			return delivered, nil // also when stopped: a FIN, not a reset
		case stopped:
			return delivered, errStop
		case lost != nil:
			return delivered, lost
		case dead != nil:
			return delivered, dead
		case n > 0:
			poll = pollMin
			continue // there may be room in flight for what waits
		case stalled:
			continue // the write has waited
		}
		var timer <-chan time.Time
		switch {
		case flying:
			timer = time.After(poll)
			poll = min(2*poll, pollMax)
		case l.half:
			timer = time.After(pollHalf)
		}
		select {
		case <-s.wake:
		case <-timer:
		case <-s.stop:
		case err := <-l.read:
			if err != nil {
				n, _, _, _ := s.release(l)
				return delivered + n, err
			}
			l.half = true // not a hang-up: `nc -l </dev/null` goes on receiving
		}
	}
}

// release removes what is delivered from the queue. flying reports that frames are without
// acknowledgement, empty that nothing is left and nothing will come.
func (s *stream) release(l *link) (n uint64, flying, empty bool, dead error) {
	acked, dead := l.delivered()
	s.mu.Lock()
	defer s.mu.Unlock()
	n, bytes := s.q.ack(acked)
	s.st.Frames += n
	s.st.Bytes += bytes
	return n, len(s.q.flight.frames) > 0, s.closing && s.q.len() == 0, dead
}

func (s *stream) end(drain time.Duration, _ bool) error {
	within := fmt.Sprintf("in %v", max(drain, 0))
	s.mu.Lock()
	s.closing = true
	left := s.q.len()
	s.mu.Unlock()
	s.poke()
	if left > 0 {
		select {
		case <-s.done:
		case <-time.After(drain):
		case <-s.ctx.Done():
			select {
			case <-s.done:
			case <-time.After(min(drain, shortDrain)):
			}
		}
		if s.ctx.Err() != nil {
			within = "before the run was ended"
		}
	}
	close(s.stop)
	s.cancel()
	<-s.done

	s.mu.Lock()
	defer s.mu.Unlock()
	s.q.rewind()
	rest := s.q.wait
	if len(rest.frames) == 0 {
		return nil
	}
	s.q.wait = list{}
	s.st.Undelivered, s.st.UndeliveredBytes = uint64(len(rest.frames)), uint64(rest.bytes)
	err := fmt.Errorf("%s not delivered to %s %s", Reports(s.st.Undelivered, s.st.UndeliveredBytes), s.target, within)
	if s.cfg.Undelivered == nil {
		return fmt.Errorf("%w: lost", err)
	}
	name, werr := s.cfg.Undelivered.Add(undelivered.Outlet{Name: s.cfg.Name, Target: s.target.String(), Named: s.cfg.Named}, rest.frames)
	if werr != nil {
		return fmt.Errorf("%w: lost: write %s: %w", err, name, cause.Of(werr))
	}
	s.st.UndeliveredTo = name
	return fmt.Errorf("%w: written to %s", err, name)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
