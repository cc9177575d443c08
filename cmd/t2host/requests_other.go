//go:build !unix

package main

import (
	"os"
	"syscall"

	"github.com/t2host/t2host/host"
)

// endSignals are those that ask for the end.
func endSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

// onRequests returns what signals ask of the run: there are none.
func onRequests() <-chan host.Request { return nil }
