package outlet

import (
	"context"
	"errors"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/t2host/t2host/host/cause"
)

// datagramTurn is how long a send may wait for room in the socket's buffer, which
// the network card empties whether anybody listens or not.
const datagramTurn = 10 * time.Millisecond

// datagram is a carrier over UDP: one frame, one datagram, nothing kept.
type datagram struct {
	cfg    *Config
	target Target
	conn   *net.UDPConn

	mu            sync.Mutex
	st            Stats
	refused, long bool // said so
}

func openUDP(ctx context.Context, cfg *Config) (carrier, error) {
	t := cfg.Target
	conn, err := dial(ctx, t, false)
	if err != nil {
		return nil, absent(t, cfg.Hint, err)
	}
	return &datagram{cfg: cfg, target: t, conn: conn.(*net.UDPConn)}, nil
}

func (d *datagram) send(frame []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.write(frame)
	if errors.Is(err, net.ErrClosed) {
		return errClosed
	}
	if err != nil && !errors.Is(err, syscall.EMSGSIZE) {
		d.failed(err)
		err = d.write(frame) // the error was that of a datagram before, and kept this one back
	}
	switch {
	case err == nil:
		d.st.Frames++
		d.st.Bytes += uint64(len(frame))
		return nil
	case !errors.Is(err, syscall.EMSGSIZE):
		d.failed(err)
	case !d.long:
		d.long = true
		d.cfg.warn("a report of %d bytes is too long for a datagram to %s: dropped, and all like it: make reports smaller or use tcp", len(frame), d.target)
	}
	d.st.Dropped++
	d.st.DroppedBytes += uint64(len(frame))
	return nil
}

func (d *datagram) write(frame []byte) error {
	if err := d.conn.SetWriteDeadline(time.Now().Add(datagramTurn)); err != nil {
		return err
	}
	_, err := d.conn.Write(frame)
	return err
}

// failed counts an error; the first is told.
func (d *datagram) failed(err error) {
	d.st.Errors++
	if !d.refused {
		d.refused = true
		why := ""
		if errors.Is(err, syscall.ECONNREFUSED) {
			why = ": nobody listens: start `t2host receive " + d.target.String() + "`"
		}
		d.cfg.warn("send to %s: %v%s (told once; the count of errors goes on)", d.target, cause.Of(err), why)
	}
}

func (d *datagram) stats() Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.st
}

func (d *datagram) end(time.Duration, bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := pendingError(d.conn); err != nil {
		d.failed(err) // of the last datagram, which may have been the only one
	}
	return d.conn.Close()
}
