package outlet

import (
	"context"
	"fmt"
	"net"
	"strconv"
)

// scheme is a kind of target.
type scheme struct {
	name    string
	prefix  string // what targets of this kind begin with
	form    string // of a target, for messages
	network string // that is dialled, as package net names it; empty: none is
	// check returns an error if rest, the target without its beginning, is malformed.
	check func(s *scheme, rest string) error
	// dial connects to t.Address; nil if there is nothing to connect to.
	dial func(ctx context.Context, d *net.Dialer, cfg *Config) (net.Conn, error)
	open func(ctx context.Context, cfg *Config) (carrier, error)
}

// schemes are all kinds of targets. A new one is a row here, with a dial function of its own
// if it is dialled in another way than the network.
var schemes = [...]scheme{
	{name: "tcp", prefix: "tcp://", form: "tcp://host:port", network: "tcp", check: checkPort, dial: dialNetwork, open: openStream},
	{name: "tls", prefix: "tls://", form: "tls://host:port", network: "tcp", check: checkPort, dial: dialSecure, open: openStream},
	{name: "udp", prefix: "udp://", form: "udp://host:port", network: "udp", check: checkPort, dial: dialNetwork, open: openUDP},
	{name: "unix", prefix: "unix://", form: "unix:///path", network: "unix", check: checkSocket, dial: dialNetwork, open: openUnix},
	{name: "file", prefix: "file:", form: "file:PATH", check: checkPath, open: openFiles},
	{name: "-", prefix: "-", form: "- (standard output)", check: checkNothing, open: openStdout},
}

// dialNetwork dials the network itself.
func dialNetwork(ctx context.Context, d *net.Dialer, cfg *Config) (net.Conn, error) {
	return d.DialContext(ctx, cfg.Target.Network, cfg.Target.Address)
}

// dialSecure dials, and returns once the peer has shown its certificate.
func dialSecure(ctx context.Context, d *net.Dialer, cfg *Config) (net.Conn, error) {
	return cfg.Secure(ctx, d, cfg.Target.Network, cfg.Target.Address)
}

func checkPort(s *scheme, rest string) error {
	_, port, err := net.SplitHostPort(rest)
	if err != nil {
		return fmt.Errorf("want %s, an IPv6 address in brackets: %s[::1]:5555", s.form, s.prefix)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("port %q: want a number from 1 to 65535", port)
	}
	return nil
}

func checkSocket(s *scheme, rest string) error {
	if len(rest) > maxUnixPath {
		return fmt.Errorf("path of %d bytes: a Unix socket's path has at most %d, use a shorter one", len(rest), maxUnixPath)
	}
	return checkPath(s, rest)
}

func checkPath(s *scheme, rest string) error {
	if rest == "" {
		return fmt.Errorf("has no path: want %s", s.form)
	}
	return nil
}

func checkNothing(*scheme, string) error { return nil }
