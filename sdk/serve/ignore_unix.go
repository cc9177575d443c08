//go:build unix

package serve

import (
	"os"
	"syscall"
)

// notOurs are the signals that a plugin's process ignores: a terminal and a supervisor send them to all processes of t2host, and they are
// for t2host itself.
var notOurs = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2}
