package outlet

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// writeTurn is how long one write may block before acknowledgements and the
// order to stop are looked at again.
const writeTurn = 100 * time.Millisecond

// secured is a connection over TLS: a crypto/tls.Conn, which programs without TLS do not link.
type secured interface {
	net.Conn
	NetConn() net.Conn // the one below it
}

// link is one connection.
type link struct {
	conn    net.Conn
	written int64      // bytes that the kernel took
	acked   int64      // of those, over TLS, whose acknowledgements count other bytes
	read    chan error // one value: how the peer's side ended, nil for EOF
	half    bool       // the peer closed its sending side; it may still receive
	ended   chan struct{}
	reader  sync.WaitGroup
}

// newLink begins to read what the peer sends and throws it away: unread bytes
// would turn our FIN into a reset, and a reset of an idle connection shows here.
func newLink(c net.Conn, stop <-chan struct{}) *link {
	l := &link{conn: c, read: make(chan error, 1), ended: make(chan struct{})}
	if _, ok := c.(secured); ok { // a write over TLS must not end before its time: no other can follow
		l.reader.Go(func() {
			select {
			case <-stop:
				_ = c.SetDeadline(time.Now())
			case <-l.ended:
			}
		})
	}
	l.reader.Go(func() {
		_, err := io.Copy(io.Discard, c)
		l.read <- err
	})
	return l
}

// write writes p to the connection, for writeTurn at most; stalled reports that the time was
// over before the kernel had all of it.
func (l *link) write(p []byte) (n int, stalled bool, err error) {
	if _, ok := l.conn.(secured); !ok {
		if err := l.conn.SetWriteDeadline(time.Now().Add(writeTurn)); err != nil {
			return 0, false, err
		}
	}
	n, err = l.conn.Write(p)
	l.written += int64(n)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return n, true, nil
	}
	return n, false, err
}

// delivered returns how many bytes the peer has; if err is not nil the connection is dead and
// the count is final.
func (l *link) delivered() (int64, error) {
	if secure, ok := l.conn.(secured); ok {
		unacked, err := outq(secure.NetConn().(*net.TCPConn))
		if unacked == 0 {
			l.acked = l.written
		}
		return l.acked, err
	}
	tcp, ok := l.conn.(*net.TCPConn)
	if !ok {
		return l.written, nil
	}
	unacked, err := outq(tcp)
	return l.written - int64(unacked), err
}

// close ends the connection with a FIN, or, to take back what the peer's kernel
// has not taken yet, with a reset.
func (l *link) close(reset bool) {
	conn := l.conn
	if secure, ok := conn.(secured); ok {
		conn = secure.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	close(l.ended)
	_ = l.conn.Close()
	l.reader.Wait()
}
