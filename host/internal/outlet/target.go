package outlet

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// Target is where an outlet leads.
type Target struct {
	Scheme  string // with which the target begins: "tcp", "udp", "unix", "file", or "-" for standard output
	Network string // that is dialled, as package net names it; empty: none is
	Address string // in Network
	Path    string // of a file

	of *scheme
}

// File returns the target of a file.
func File(path string) Target { return schemeOf("file").target(path) }

// Stdout returns the target that is standard output.
func Stdout() Target { return schemeOf("-").target("") }

// ParseTarget parses a target. It looks at the syntax alone, and accepts what only a listener
// can use: an empty host and port 0.
func ParseTarget(s string) (Target, error) {
	for i := range schemes {
		of := &schemes[i]
		rest, ok := strings.CutPrefix(s, of.prefix)
		if !ok || of.name == "-" && rest != "" {
			continue
		}
		if err := of.check(of, rest); err != nil {
			return Target{}, fmt.Errorf("target %q: %w", s, err)
		}
		return of.target(rest), nil
	}
	var forms []string
	for _, of := range schemes {
		forms = append(forms, of.form)
	}
	last := len(forms) - 1
	return Target{}, fmt.Errorf("target %q: want %s or %s", s, strings.Join(forms[:last], ", "), forms[last])
}

// ParseDestination parses a target that an outlet is to lead to. Nothing is opened, looked up
// or connected.
func ParseDestination(s string) (Target, error) {
	t, err := ParseTarget(s)
	if err == nil {
		err = t.checkDestination()
	}
	return t, err
}

// CheckTarget returns an error if no outlet can lead to s.
func CheckTarget(s string) error {
	_, err := ParseDestination(s)
	return err
}

func schemeOf(name string) *scheme {
	for i := range schemes {
		if schemes[i].name == name {
			return &schemes[i]
		}
	}
	panic("no scheme " + name)
}

// target returns the target with what follows the scheme's prefix.
func (s *scheme) target(rest string) Target {
	t := Target{Scheme: s.name, Network: s.network, of: s}
	if s.network == "" {
		t.Path = rest
	} else {
		t.Address = rest
	}
	return t
}

// checkDestination returns an error if the target can only be listened on.
func (t Target) checkDestination() error {
	if t.Network != "tcp" && t.Network != "udp" {
		return nil
	}
	host, port, err := net.SplitHostPort(t.Address)
	if err != nil {
		return fmt.Errorf("target %q: %w", t, err)
	}
	if host == "" {
		return fmt.Errorf("target %q: has no host: write %s127.0.0.1:%s for this machine", t, t.of.prefix, port)
	}
	if n, err := strconv.Atoi(port); err != nil || n == 0 {
		return fmt.Errorf("target %q: port 0: want a number from 1 to 65535", t)
	}
	return nil
}

// String returns the target as ParseTarget parses it.
func (t Target) String() string {
	if t.of == nil {
		return ""
	}
	return t.of.prefix + t.Address + t.Path
}

// At returns the target with another address.
func (t Target) At(address string) Target {
	t.Address = address
	return t
}

// Queues reports whether an outlet keeps what its receiver has not got yet: at the end that
// goes to Config.Undelivered.
func (t Target) Queues() bool { return t.Network == "tcp" || t.Network == "unix" }

// local reports whether the receiver runs, as far as the address tells, on this machine.
func (t Target) local() bool {
	if t.Network == "unix" {
		return true
	}
	host, _, _ := net.SplitHostPort(t.Address) // checked by ParseTarget
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
