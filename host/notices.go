package host

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/t2host/t2host/host/plugin/remote"
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

// A plugin may log this many lines at once, and then so many a second.
const (
	logBurst = 100
	logRate  = 10
)

// pluginLog lets a plugin's lines through to the notices, but no flood of them.
type pluginLog struct {
	name string
	to   *notices

	mu    sync.Mutex
	room  float64 // lines that may pass now
	since time.Time
	held  int
}

func newPluginLog(name string, to *notices) *pluginLog {
	return &pluginLog{name: name, to: to, room: logBurst, since: time.Now()}
}

func (l *pluginLog) line(text string) {
	l.mu.Lock()
	now := time.Now()
	l.room = min(logBurst, l.room+now.Sub(l.since).Seconds()*logRate)
	l.since = now
	pass := l.room >= 1
	if pass {
		l.room--
	} else {
		l.held++
	}
	l.mu.Unlock()
	if pass {
		l.to.warn("plugin " + l.name + ": " + remote.Printable(text))
	}
}

// close tells how many lines were held back.
func (l *pluginLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held > 0 {
		l.to.warn(fmt.Sprintf("plugin %s: %d further lines of its log are not shown: it logs more than %d a second", l.name, l.held, logRate))
	}
}
