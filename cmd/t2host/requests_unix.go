//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/t2host/t2host/host"
)

// endSignals are those that ask for the end: SIGHUP is one of them at a terminal, which sends it when it goes, unless it is ignored (nohup).
func endSignals() []os.Signal {
	list := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if atTerminal() && !signal.Ignored(syscall.SIGHUP) {
		list = append(list, syscall.SIGHUP)
	}
	return list
}

// onRequests returns what signals ask of the run, as T2 has it: SIGUSR1 a report of the run so far, SIGUSR2 lines on and off; and
// SIGHUP, but for a terminal's, files that were moved away.
func onRequests() <-chan host.Request {
	requests := make(chan host.Request, 16)
	signals := make(chan os.Signal, 16)
	asked := map[os.Signal]host.Request{syscall.SIGUSR1: host.ReportNow, syscall.SIGUSR2: host.ToggleLines}
	if !signal.Ignored(syscall.SIGHUP) && !atTerminal() {
		asked[syscall.SIGHUP] = host.ReopenFiles
	}
	for s := range asked {
		signal.Notify(signals, s)
	}
	go func() {
		for s := range signals {
			requests <- asked[s]
		}
	}()
	return requests
}

// atTerminal reports whether a terminal is one of the program's first three files.
func atTerminal() bool {
	for fd := range 3 {
		if _, err := unix.IoctlGetWinsize(fd, unix.TIOCGWINSZ); err == nil {
			return true
		}
	}
	return false
}
