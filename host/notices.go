package host

import (
	"fmt"
	"io"
	"sync"

	"github.com/t2host/t2host/host/printable"
)

// notices are what the user is told during a run: shown at once, and kept for
// the report if something is wrong.
type notices struct {
	terminal io.Writer // nil with -q
	errors   io.Writer // also with -q

	mu    sync.Mutex
	lines []string
	more  uint64 // lines that are left out
}

// maxNotices bounds the lines that are kept: a run may last for weeks.
const maxNotices = 1000

func newNotices(c *Config) *notices {
	n := &notices{errors: c.Stderr}
	if !c.Quiet {
		n.terminal = c.Stderr
	}
	return n
}

func (n *notices) warn(line string) { n.tell(n.terminal, line) }

// alert is warn for what makes results incomplete: it is shown with -q too.
func (n *notices) alert(line string) { n.tell(n.errors, line) }

func (n *notices) tell(to io.Writer, line string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	line = printable.Tabbed(line)
	if len(n.lines) < maxNotices {
		n.lines = append(n.lines, line)
	} else {
		n.more++
	}
	if to != nil {
		fmt.Fprintln(to, "t2host: warning:", line)
	}
}

// note shows a line, which is not kept: it is about progress, not about a problem.
func (n *notices) note(line string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.terminal != nil {
		fmt.Fprintln(n.terminal, "t2host:", printable.Tabbed(line))
	}
}

// all are the lines so far.
func (n *notices) all() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.more > 0 {
		return append(n.lines[:len(n.lines):len(n.lines)], fmt.Sprintf("… and %d more warnings", n.more))
	}
	return n.lines
}
