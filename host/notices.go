package host

import (
	"fmt"
	"io"
	"sync"
)

// notices are what the user is told during a run: shown at once, and kept for
// the report if something is wrong.
type notices struct {
	terminal io.Writer // nil with -q

	mu    sync.Mutex
	lines []string
}

func newNotices(c *Config) *notices {
	n := &notices{}
	if !c.Quiet {
		n.terminal = c.Stderr
	}
	return n
}

func (n *notices) warn(line string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lines = append(n.lines, line)
	if n.terminal != nil {
		fmt.Fprintln(n.terminal, "t2host: warning:", line)
	}
}

// note shows a line, which is not kept: it says what goes on, not what is wrong.
func (n *notices) note(line string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.terminal != nil {
		fmt.Fprintln(n.terminal, "t2host:", line)
	}
}

// all are the lines so far.
func (n *notices) all() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.lines
}
