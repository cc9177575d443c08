package capture

import (
	"errors"
	"io"
	"time"
)

// ErrIdle is the error of [Source.Next] for live input when nothing arrived for 250 ms: time
// to flush. The next call continues where this one stopped.
var ErrIdle = errors.New("capture: no input for 250 ms")

// ErrQuiet is the error of [Source.Next] where no frame is, but the time up to which there is none: Frame.Time. A recording of
// t2host's from an interface has such places, as the run had that made it.
var ErrQuiet = errors.New("capture: no frame up to a time")

var errStopped = errors.New("capture: stopped")

const idle = 250 * time.Millisecond

// pump reads a stream in its own goroutine, because a read(2) of a pipe cannot be cancelled:
// its reader can go idle or stop while the read hangs. There are two buffers; one is filled
// while the other is read.
type pump struct {
	full    chan piece
	empty   chan []byte
	stopped <-chan struct{}
	timer   *time.Timer
	buf     []byte // of the current piece; handed back when it is read
	rest    []byte // the unread part of it
	err     error  // returned after it
}

type piece struct {
	buf []byte // the whole buffer
	n   int    // filled
	err error
}

func newPump(src io.Reader, stopped <-chan struct{}) *pump {
	p := &pump{full: make(chan piece, 2), empty: make(chan []byte, 2), stopped: stopped, timer: time.NewTimer(idle)}
	p.empty <- make([]byte, chunk)
	p.empty <- make([]byte, chunk)
	go p.run(src)
	return p
}

func (p *pump) run(src io.Reader) {
	for {
		select {
		case buf := <-p.empty:
			n, err := src.Read(buf)
			p.full <- piece{buf, n, err} // never blocks: there are two buffers and two places
			if err != nil {
				return
			}
		case <-p.stopped:
			return
		}
	}
}

// Read returns [ErrIdle] after 250 ms without a byte and errStopped after Stop.
func (p *pump) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		if p.err != nil {
			return 0, p.err
		}
		if p.buf != nil {
			p.empty <- p.buf
			p.buf = nil
		}
		var got piece
		select { // first without the timer, which costs more than the rest of this function
		case got = <-p.full:
		default:
			p.timer.Reset(idle)
			select {
			case got = <-p.full:
			case <-p.timer.C:
				return 0, ErrIdle
			case <-p.stopped:
				return 0, errStopped
			}
		}
		p.buf, p.rest, p.err = got.buf, got.buf[:got.n], got.err
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}
