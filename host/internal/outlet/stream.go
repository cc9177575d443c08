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

	room    chan struct{} // holds a value when frames were released
	stalled bool          // the peer accepted nothing for Config.Stall: all else is undelivered
	spilled list          // on its way to the undelivered file
	unkept  error         // of writing that file

	halting sync.Once

	wake chan struct{} // something changed: a frame, closing
	stop chan struct{} // closed: abandon what is not delivered
	done chan struct{} // closed: the goroutine is gone
}

// openStream connects; with Config.Wait its goroutine does if nobody listens yet.
func openStream(ctx context.Context, cfg *Config) (carrier, error) {
	t := cfg.Target
	conn, err := dial(ctx, cfg, cfg.Wait)
	if err != nil && (!cfg.Wait || hopeless(err)) {
		return nil, absent(t, cfg.Hint, err)
	}
	if err != nil {
		cfg.warn("waits for %s: %v", t, cause.Of(err))
	}
	s := &stream{
		cfg: cfg, target: t, q: queue{limit: cfg.QueueBytes},
		wake: make(chan struct{}, 1), room: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	go s.run(conn)
	return s, nil
}

func (s *stream) send(frame []byte, rows int) error {
	frame = slices.Clone(frame)
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		return errClosed
	}
	if s.cfg.Full == Block {
		s.wait(len(frame))
		if s.stalled {
			err := s.spill(frame, rows)
			s.mu.Unlock()
			return err
		}
	}
	if s.cfg.Full == DropNewest && s.q.full(len(frame)) {
		s.st.Dropped += uint64(max(rows, 1))
		s.st.DroppedBytes += uint64(len(frame))
		warn := !s.full
		s.full = true
		s.mu.Unlock()
		if warn {
			s.cfg.warn("rows are dropped: %d bytes wait for %s, the queue is full", s.cfg.QueueBytes, s.target)
		}
		return nil
	}
	n, bytes := s.q.push(frame, rows)
	s.st.Dropped += n
	s.st.DroppedBytes += bytes
	warn := n > 0 && !s.full
	s.full = s.full || n > 0
	s.mu.Unlock()
	if warn {
		s.cfg.warn("reports are dropped: %d bytes wait for %s, the queue is full", s.cfg.QueueBytes, s.target)
	}
	poke(s.wake)
	return nil
}

// poke makes whoever waits for c look again.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it will look anyway
	}
}

// stalls waits until there is room, or ctx ends, and reports whether neither came within a time.
func stalls(ctx context.Context, room <-chan struct{}, within time.Duration) bool {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-room:
	case <-ctx.Done():
	case <-timer.C:
		return true
	}
	return false
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
		l := newLink(conn, s.stop)
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
		n, bytes := s.q.wait.count(), uint64(s.q.bytes())
		s.mu.Unlock()
		if s.ctx.Err() == nil {
			s.cfg.warn("lost %s: %v: %s not delivered, connecting again", s.target, cause.Of(err), s.cfg.counted(n, bytes))
		}
	}
}

// serve writes frames to one connection and releases the delivered ones. It
// returns nil when it is to end and all is delivered, errStop when it is to end
// at once, else why the connection is lost.
func (s *stream) serve(l *link) (delivered uint64, err error) {
	var rest []byte // of the frame being written
	headed := s.cfg.Head == nil
	poll := pollMin
	for {
		stopped := isClosed(s.stop)
		if len(rest) == 0 && !stopped {
			s.mu.Lock()
			rest = s.q.begin()
			if len(rest) > 0 && !headed {
				head := s.cfg.Head()
				headed, s.q.acked = true, int64(len(head))
				rest = slices.Concat(head, rest)
			}
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
	n, rows, bytes := s.q.ack(acked)
	s.st.Frames += n
	s.st.Rows += rows
	s.st.Bytes += bytes
	if n > 0 {
		poke(s.room)
	}
	return n, len(s.q.flight.frames) > 0, s.closing && s.q.len() == 0, dead
}

func (s *stream) end(drain time.Duration, _ bool) error {
	within := fmt.Sprintf("in %v", max(drain, 0))
	s.mu.Lock()
	s.closing = true
	left := s.q.len()
	s.mu.Unlock()
	poke(s.wake)
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
	s.halt()

	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stalled {
		within = fmt.Sprintf("which accepted nothing for %v", s.cfg.Stall)
	}
	s.q.rewind()
	s.keep(s.q.wait)
	s.q.wait = list{}
	s.keep(s.spilled)
	s.spilled = list{}
	if s.st.Undelivered == 0 {
		return nil
	}
	return s.cfg.undelivered(&s.st, fmt.Errorf("%s not delivered to %s %s", s.cfg.counted(s.st.Undelivered, s.st.UndeliveredBytes), s.target, within), s.unkept)
}

// undelivered adds to an error where what was not delivered is; unkept is why it is in no file.
func (c *Config) undelivered(st *Stats, err, unkept error) error {
	switch {
	case unkept != nil:
		return fmt.Errorf("%w: lost: %w", err, unkept)
	case c.Undelivered == nil:
		return fmt.Errorf("%w: lost", err)
	}
	return fmt.Errorf("%w: written to %s", err, st.UndeliveredTo)
}

// halt ends the goroutine of the connection, once.
func (s *stream) halt() {
	s.halting.Do(func() {
		close(s.stop)
		s.cancel()
	})
	<-s.done
}

// keep writes frames to the undelivered file, and counts them.
func (s *stream) keep(l list) {
	if len(l.frames) == 0 {
		return
	}
	s.st.Undelivered += l.count()
	s.st.UndeliveredBytes += uint64(l.bytes)
	if s.cfg.Undelivered == nil {
		return
	}
	name, err := s.cfg.Undelivered.Add(undelivered.Outlet{Name: s.cfg.Name, Target: s.target.String(), Named: s.cfg.Named}, l.frames)
	if err != nil {
		s.unkept = fmt.Errorf("write %s: %w", name, cause.Of(err))
		return
	}
	s.st.UndeliveredTo = name
}

// wait waits, with s.mu locked, until there is room for a frame of n bytes. If the peer accepts nothing for
// Config.Stall, it sets s.stalled: nothing more is sent.
func (s *stream) wait(n int) {
	for !s.stalled && s.ctx.Err() == nil && s.q.full(n) {
		s.mu.Unlock()
		stalled := stalls(s.ctx, s.room, s.cfg.Stall)
		if stalled {
			s.cfg.warn("%s has accepted nothing for %v: what it has not got is kept undelivered", s.target, s.cfg.Stall)
			s.halt()
		}
		s.mu.Lock()
		if stalled {
			s.stalled = true
			s.q.rewind()
			s.spilled, s.q.wait = s.q.wait, list{}
		}
	}
}

// spill keeps a frame for the undelivered file, and writes to it what has gathered.
func (s *stream) spill(frame []byte, rows int) error {
	s.spilled.push(frame, rows)
	if s.spilled.cost() >= s.cfg.QueueBytes {
		s.keep(s.spilled)
		s.spilled = list{}
	}
	return nil
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
