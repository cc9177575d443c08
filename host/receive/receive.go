// Package receive listens where a sink sends to and prints what arrives as
// text: the engine of `t2host receive`, for a terminal without netcat.
package receive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/t2host/t2host/host/internal/outlet"
)

// grace is how long bytes that have already arrived are read after ctx has ended: the sender
// counts them as delivered.
const grace = 100 * time.Millisecond

// Run listens on a target (tcp://, udp:// or unix://; port 0 chooses a free one) and copies
// what arrives to out until ctx ends, which is not an error. A NUL byte ends a report and is
// shown as a line, and so is the end of a datagram. Events (listening, connections) go to
// status, one line each.
//
// The error for a target on which it cannot listen is a [TargetError].
func Run(ctx context.Context, target string, out, status io.Writer) error {
	t, err := outlet.ParseTarget(target)
	if err != nil {
		return &TargetError{err}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := &printer{out: out, status: status, fail: cancel}
	switch t.Scheme {
	case "tcp", "unix":
		err = stream(ctx, t, p)
	case "udp":
		err = datagrams(ctx, t, p)
	default:
		return &TargetError{fmt.Errorf("target %q: receive listens on tcp://host:port, udp://host:port or unix:///path", target)}
	}
	if err == nil {
		err = p.failed()
	}
	return err
}

// TargetError is the error for a target that is none of receive's.
type TargetError struct{ Err error }

func (e *TargetError) Error() string { return e.Err.Error() }

func (e *TargetError) Unwrap() error { return e.Err }

func stream(ctx context.Context, t outlet.Target, p *printer) error {
	l, err := listen(ctx, t)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	defer l.Close() // removes a Unix socket's file
	p.say("listening on %s", t.At(l.Addr().String()))
	var sessions sync.WaitGroup
	defer sessions.Wait()
	for n := 1; ; n++ {
		c, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				_ = c.Close()
			}
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil: // most likely out of descriptors: some may be closed soon
			p.say("accept: %v", err)
			time.Sleep(grace)
			continue
		}
		name := c.RemoteAddr().String()
		if t.Network == "unix" {
			name = fmt.Sprintf("client %d", n) // it has no address
		}
		sessions.Go(func() { serve(ctx, c, name, p) })
	}
}

// serve shows one connection until its end. Its sending side stays open: a sender may treat a
// closed one as a hang-up.
func serve(ctx context.Context, c net.Conn, name string, p *printer) {
	defer c.Close()
	defer context.AfterFunc(ctx, func() { _ = c.SetReadDeadline(time.Now().Add(grace)) })()
	p.say("connection from %s", name)
	s := p.session()
	buf := make([]byte, 64<<10)
	for {
		n, err := c.Read(buf)
		s.feed(buf[:n])
		if err == nil {
			continue
		}
		s.end()
		if err == io.EOF || errors.Is(err, os.ErrDeadlineExceeded) {
			p.say("connection from %s closed", name)
		} else {
			p.say("connection from %s closed: %v", name, err)
		}
		return
	}
}

func datagrams(ctx context.Context, t outlet.Target, p *printer) error {
	c, err := new(net.ListenConfig).ListenPacket(ctx, t.Network, t.Address)
	if err != nil {
		return refused(t, err)
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { _ = c.SetReadDeadline(time.Now().Add(grace)) })()
	p.say("listening on %s", t.At(c.LocalAddr().String()))
	buf := make([]byte, 64<<10)
	last := ""
	for {
		n, from, err := c.ReadFrom(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("receive on %s: %w", t, err)
		}
		if a := from.String(); a != last {
			p.say("datagrams from %s", a)
			last = a
		}
		s := p.session()
		s.feed(buf[:n])
		s.endReport()
	}
}

// listen listens on TCP or a Unix socket. It removes the socket file of a killed receiver, but
// not one on which a program listens.
func listen(ctx context.Context, t outlet.Target) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, t.Network, t.Address)
	if err == nil || t.Network != "unix" || !errors.Is(err, syscall.EADDRINUSE) {
		return l, refused(t, err)
	}
	if fi, serr := os.Lstat(t.Address); serr == nil && fi.Mode()&os.ModeSocket == 0 {
		return nil, fmt.Errorf("listen on %s: the file exists and is not a socket: use another path", t)
	}
	c, derr := net.DialTimeout(t.Network, t.Address, time.Second)
	if derr == nil {
		_ = c.Close()
	}
	if !errors.Is(derr, syscall.ECONNREFUSED) || os.Remove(t.Address) != nil {
		return nil, refused(t, err)
	}
	l, err = lc.Listen(ctx, t.Network, t.Address)
	return l, refused(t, err)
}

// refused returns the error for a target on which it is impossible to listen, with its cure.
func refused(t outlet.Target, err error) error {
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EADDRINUSE) && t.Network == "unix":
		return fmt.Errorf("listen on %s: %w: another program listens there, stop it or use another path", t, err)
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("listen on %s: %w: another program listens there, stop it or use another port", t, err)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("listen on %s: %w: use a port from 1024 up, or a folder of your own", t, err)
	}
	return fmt.Errorf("listen on %s: %w", t, err)
}
