// Package confine starts programs that can do no more than they need: no file
// but their own and the system's libraries, no network, no other process, and
// bounded memory. Linux does it, with Landlock, seccomp and resource limits
// (landlock(7), seccomp(2), getrlimit(2)); package launcher applies them in the
// new process.
package confine

import (
	"fmt"
	"net/netip"
	"strings"
	"syscall"

	"github.com/t2host/t2host/host/confine/launcher"
)

// Policy is what a program may do beside what all may: run, read what the system's programs
// read, print, and serve connections to a Unix socket in one of its folders.
type Policy struct {
	Folders  []string // that it may read and write; they exist
	Read     []string // files and folders that it may read, and execute
	Memory   uint64   // bytes; 0: as much as there is
	FileSize uint64   // of the largest file that it may write, in bytes
	Children bool     // it may start processes, which end with it

	// Peers are the TCP addresses that it may connect to. IPv4 addresses are not mapped to IPv6.
	Peers []netip.AddrPort
}

// Error is the error for a program that was not executed.
type Error struct {
	Step  launcher.Step
	Errno syscall.Errno
}

func (e *Error) Error() string {
	if e.Step == launcher.Execute {
		return e.Errno.Error()
	}
	return fmt.Sprintf("confine: %s: %v", e.Step, e.Errno)
}

func (e *Error) Unwrap() error { return e.Errno }

// Support is what the system can confine.
type Support struct {
	Landlock int  // version of its interface, 0 if there is none
	Seccomp  bool // system calls are filtered
}

// The versions of Landlock's interface since which it can do something.
const (
	landlockNetwork = 4 // refuse TCP (Linux 6.7)
	landlockScopes  = 6 // keep signals and abstract sockets in (6.12)
)

// Missing returns what this system does not confine, each as it is shown to the user; nothing
// if confinement is complete.
func (s Support) Missing() []string {
	var list []string
	if s.Landlock == 0 {
		list = append(list, "files (no Landlock)")
	}
	if !s.Seccomp {
		list = append(list, "system calls, network and children (no seccomp)")
	}
	if s.Landlock > 0 && s.Landlock < landlockScopes && !s.Seccomp {
		list = append(list, "signals and abstract sockets (Landlock before version 6)")
	}
	return list
}

// String describes what is confined, and what is not.
func (s Support) String() string {
	var have []string
	if s.Landlock > 0 {
		have = append(have, fmt.Sprintf("Landlock %d", s.Landlock))
	}
	if s.Seccomp {
		have = append(have, "seccomp")
	}
	if len(have) == 0 {
		return "none on this system"
	}
	text := strings.Join(have, ", ")
	if missing := s.Missing(); len(missing) > 0 {
		text += "; not confined: " + strings.Join(missing, ", ")
	}
	return text
}
