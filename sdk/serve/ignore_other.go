//go:build !unix && !wasip1

package serve

import (
	"os"
	"syscall"
)

// notOurs are the signals that a plugin's process ignores: they are for t2host itself.
var notOurs = []os.Signal{os.Interrupt, syscall.SIGTERM}
