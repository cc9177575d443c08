package host

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/t2host/t2host/host/lines"
	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/host/watch"
)

// notices are what the user is told during a run: shown at once, and kept for
// the report if something is wrong.
type notices struct {
	log   slog.Handler
	watch *watch.Watch // nil: nobody watches

	mu    sync.Mutex
	lines []string
	more  uint64 // lines that are left out
}

// maxNotices bounds the lines that are kept: a run may last for weeks.
const maxNotices = 1000

func newNotices(c *Config) *notices {
	n := &notices{log: c.Log, watch: c.Watch}
	if n.log == nil && c.Stderr != nil {
		level := slog.LevelInfo
		if c.Quiet {
			level = lines.Alert
		}
		n.log = lines.New(c.Stderr, level, false)
	}
	return n
}

func (n *notices) warn(line string) { n.tell(slog.LevelWarn, "", line) }

// alert is warn for what makes results incomplete: it is shown with -q too.
func (n *notices) alert(line string) { n.tell(lines.Alert, "", line) }

// note shows a line, which is not kept: it is about progress, not about a problem.
func (n *notices) note(line string) { n.tell(slog.LevelInfo, "", line) }

// tell logs a line, of a plugin if it is not empty, and keeps it from slog.LevelWarn on.
func (n *notices) tell(level slog.Level, plugin, line string, attrs ...slog.Attr) {
	line = printable.Tabbed(line)
	text := line
	if plugin != "" {
		text = "plugin " + plugin + ": " + line
		attrs = append([]slog.Attr{slog.String(lines.Plugin, plugin)}, attrs...)
	}
	now := time.Now()
	if n.watch != nil {
		n.watch.Log(now, lines.Name(level), text)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case level < slog.LevelWarn:
	case len(n.lines) < maxNotices:
		n.lines = append(n.lines, text)
	default:
		n.more++
	}
	if n.log == nil || !n.log.Enabled(context.Background(), level) {
		return
	}
	r := slog.NewRecord(now, level, line, 0)
	r.AddAttrs(attrs...)
	_ = n.log.Handle(context.Background(), r) // a log that cannot be written is no reason to end a run
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
