package outlet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/t2host/t2host/host/cause"
)

// datagramTurn is how long a send may wait for room in the socket's buffer, which
// the network card empties whether anybody listens or not.
const datagramTurn = 10 * time.Millisecond

// datagram is a carrier over UDP, or to a Unix socket of datagrams: one frame, one datagram,
// nothing kept.
type datagram struct {
	cfg    *Config
	target Target
	conn   datagramConn

	mu            sync.Mutex
	st            Stats
	last          int  // bytes of the last frame that was sent
	lastRows      int  // that it holds
	refused, long bool // said so
}

// datagramConn is a *net.UDPConn or a *net.UnixConn.
type datagramConn interface {
	net.Conn
	syscall.Conn
}

func openUDP(ctx context.Context, cfg *Config) (carrier, error) {
	t := cfg.Target
	conn, err := dial(ctx, cfg, false)
	if err != nil {
		return nil, absent(t, cfg.Hint, err)
	}
	return &datagram{cfg: cfg, target: t, conn: conn.(*net.UDPConn)}, nil
}

// openUnix connects to a Unix socket of streams, or of datagrams if it is one.
func openUnix(ctx context.Context, cfg *Config) (carrier, error) {
	if conn, err := dialDatagrams(ctx, cfg.Target); err == nil {
		return &datagram{cfg: cfg, target: cfg.Target, conn: conn}, nil
	}
	return openStream(ctx, cfg)
}

// dialDatagrams returns an error if the socket is none of datagrams.
func dialDatagrams(ctx context.Context, t Target) (datagramConn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "unixgram", t.Address)
	if err != nil {
		return nil, err
	}
	return conn.(*net.UnixConn), nil
}

func (d *datagram) send(frame []byte, rows int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.write(frame)
	if errors.Is(err, net.ErrClosed) {
		return errClosed
	}
	if err != nil && !errors.Is(err, syscall.EMSGSIZE) {
		err = d.again(frame, err)
	}
	switch {
	case err == nil:
		d.st.Frames++
		d.st.Rows += uint64(rows)
		d.st.Bytes += uint64(len(frame))
		d.last, d.lastRows = len(frame), rows
		return nil
	case !errors.Is(err, syscall.EMSGSIZE):
		d.failed(err)
	case !d.long:
		d.long = true
		d.cfg.warn("a report of %d bytes is too long for a datagram to %s: dropped, and all like it: make reports smaller or use tcp", len(frame), d.target)
	}
	d.st.Dropped += d.cfg.units(rows)
	d.st.DroppedBytes += uint64(len(frame))
	return nil
}

// again sends a frame that an error has kept back. UDP's errors are those of the datagram before.
// A Unix socket's error is this one's: perhaps another receiver listens there by now.
func (d *datagram) again(frame []byte, err error) error {
	if d.target.Network == "udp" {
		d.late(err)
		return d.write(frame)
	}
	conn, dialErr := dialDatagrams(context.Background(), d.target)
	if dialErr != nil {
		return err
	}
	_ = d.conn.Close()
	d.conn = conn
	return d.write(frame)
}

func (d *datagram) write(frame []byte) error {
	if err := d.conn.SetWriteDeadline(time.Now().Add(datagramTurn)); err != nil {
		return err
	}
	_, err := d.conn.Write(frame)
	return err
}

// late counts an error that is that of an earlier datagram: a refused one was not sent.
func (d *datagram) late(err error) {
	if errors.Is(err, syscall.ECONNREFUSED) && d.st.Frames > 0 {
		d.st.Frames--
		d.st.Bytes -= min(uint64(d.last), d.st.Bytes)
		d.st.Rows -= min(uint64(d.lastRows), d.st.Rows)
		d.st.Refused += d.cfg.units(d.lastRows)
		d.st.RefusedBytes += uint64(d.last)
		d.tell(err)
		return
	}
	d.failed(err)
}

// failed counts an error.
func (d *datagram) failed(err error) {
	d.st.Errors++
	d.tell(err)
}

// tell tells the first error.
func (d *datagram) tell(err error) {
	if d.refused {
		return
	}
	d.refused = true
	why := ""
	if errors.Is(err, syscall.ECONNREFUSED) {
		why = ": " + d.cure()
	}
	d.cfg.warn("send to %s: %v%s (told once; the count goes on)", d.target, cause.Of(err), why)
}

func (d *datagram) cure() string {
	return "nobody listens: start `t2host receive " + d.target.String() + "`"
}

func (d *datagram) stats() Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.st
}

// end returns an error if frames are known to be lost.
func (d *datagram) end(time.Duration, bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := pendingError(d.conn); err != nil {
		d.late(err) // of the last datagram, which may have been the only one
	}
	err := d.conn.Close()
	if d.st.Refused > 0 {
		err = errors.Join(fmt.Errorf("%s refused by %s: %s", d.cfg.counted(d.st.Refused, d.st.RefusedBytes), d.target, d.cure()), err)
	}
	if d.st.Dropped > 0 {
		err = errors.Join(fmt.Errorf("%s not delivered to %s", d.cfg.counted(d.st.Dropped, d.st.DroppedBytes), d.target), err)
	}
	return err
}
