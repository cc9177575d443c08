package outlet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/t2host/t2host/host/cause"
)

const (
	backoffMin  = 50 * time.Millisecond
	backoffMax  = 2 * time.Second
	dialTimeout = 10 * time.Second
)

// dial connects to the target; with wait, after which it is tried again, it returns sooner.
func dial(ctx context.Context, cfg *Config, wait bool) (net.Conn, error) {
	d := net.Dialer{Timeout: dialTimeout}
	if wait {
		d.Timeout = time.Second
	}
	return cfg.Target.of.dial(ctx, &d, cfg)
}

// connect dials until there is a connection. It returns nil if there is to be none.
func (s *stream) connect(wait *time.Duration, again bool) net.Conn {
	for {
		timer := time.NewTimer(*wait)
		*wait = min(2**wait, backoffMax)
		select {
		case <-timer.C:
		case <-s.ctx.Done(): // the run is cancelled, or end has given up
			timer.Stop()
			return nil
		}
		conn, err := dial(s.ctx, s.cfg, false)
		if err != nil {
			continue
		}
		verb := "connected"
		if again {
			verb = "reconnected"
			s.mu.Lock()
			s.st.Reconnects++
			s.mu.Unlock()
		}
		s.cfg.warn("%s to %s", verb, s.target)
		return conn
	}
}

// hopeless reports whether waiting does not help: a name that does not exist, a socket
// that may not be used.
func hopeless(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound || errors.Is(err, os.ErrPermission) || errors.Is(err, context.Canceled)
}

// absent wraps a connect error with advice.
func absent(t Target, hint string, err error) error {
	var (
		dns  *net.DNSError
		cure string
		or   = ""
	)
	if hint != "" {
		or = ", or use " + hint
	}
	switch {
	case errors.As(err, &dns):
		return fmt.Errorf("connect %s: %w: check the name%s", t, cause.Of(err), or)
	case errors.Is(err, syscall.ECONNREFUSED), t.Network == "unix" && errors.Is(err, os.ErrNotExist):
		cure = "in another terminal"
		if !t.local() {
			cure = "on that host"
		}
		return fmt.Errorf("connect %s: %w: start `t2host receive %s` %s%s", t, cause.Of(err), t, cure, or)
	case os.IsTimeout(cause.Of(err)):
		return fmt.Errorf("connect %s: no answer in %v: check the address and the firewalls%s", t, dialTimeout, or)
	}
	return fmt.Errorf("connect %s: %w", t, cause.Of(err))
}
