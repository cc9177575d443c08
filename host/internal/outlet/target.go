package outlet

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// Target is where an outlet leads, taken apart.
type Target struct {
	Net  string // "tcp", "udp", "unix", "file" or "stdout"
	Addr string // host:port or a path; "" for stdout
}

const forms = "tcp://host:port, udp://host:port, unix:///path, file:PATH or - (standard output)"

// ParseTarget takes a target apart. It looks at the syntax alone and allows what
// only a listener can use: an empty host and port 0.
func ParseTarget(s string) (Target, error) {
	if s == "-" {
		return Target{Net: "stdout"}, nil
	}
	for _, p := range [...]struct{ prefix, net string }{
		{"tcp://", "tcp"}, {"udp://", "udp"}, {"unix://", "unix"}, {"file:", "file"},
	} {
		addr, ok := strings.CutPrefix(s, p.prefix)
		if !ok {
			continue
		}
		if err := checkAddr(p.net, addr); err != nil {
			return Target{}, fmt.Errorf("target %q: %w", s, err)
		}
		return Target{p.net, addr}, nil
	}
	return Target{}, fmt.Errorf("target %q: want %s", s, forms)
}

func checkAddr(network, addr string) error {
	switch network {
	case "tcp", "udp":
		_, port, err := net.SplitHostPort(addr)
		if err != nil {
			return fmt.Errorf("want %s://host:port, an IPv6 address in brackets: %s://[::1]:5555", network, network)
		}
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return fmt.Errorf("port %q: want a number from 1 to 65535", port)
		}
	case "unix":
		if addr == "" {
			return errors.New("has no path: want unix:///path")
		}
		if len(addr) > maxUnixPath {
			return fmt.Errorf("path of %d bytes: a Unix socket's path has at most %d, use a shorter one", len(addr), maxUnixPath)
		}
	case "file":
		if addr == "" {
			return errors.New("has no path: want file:PATH")
		}
	}
	return nil
}

// CheckTarget says what is wrong with the syntax of a target that an outlet is
// to lead to. Nothing is opened, looked up or connected.
func CheckTarget(s string) error {
	t, err := ParseTarget(s)
	if err != nil || t.Net != "tcp" && t.Net != "udp" {
		return err
	}
	host, port, _ := net.SplitHostPort(t.Addr)
	if host == "" {
		return fmt.Errorf("target %q: has no host: write %s://127.0.0.1:%s for this machine", s, t.Net, port)
	}
	if n, _ := strconv.Atoi(port); n == 0 {
		return fmt.Errorf("target %q: port 0: want a number from 1 to 65535", s)
	}
	return nil
}

// String is the target as ParseTarget takes it.
func (t Target) String() string {
	switch t.Net {
	case "stdout":
		return "-"
	case "file":
		return "file:" + t.Addr
	}
	return t.Net + "://" + t.Addr
}

// local says whether the receiver runs, as far as the address tells, on this machine.
func (t Target) local() bool {
	if t.Net == "unix" {
		return true
	}
	host, _, _ := net.SplitHostPort(t.Addr)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
