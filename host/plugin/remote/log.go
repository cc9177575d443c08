package remote

import (
	"fmt"
	"sync"
	"time"
)

// A plugin may log logBurst lines at once, and then logRate lines per second.
const (
	logBurst = 100
	logRate  = 10
)

// Log passes the lines that a plugin prints to a user, escaped, and at a bounded rate. It may
// be used by several goroutines.
type Log struct {
	to func(line string)

	mu    sync.Mutex
	room  float64 // lines that may pass now
	since time.Time
	held  int
}

// NewLog returns a log that calls to with each line.
func NewLog(to func(line string)) *Log {
	return &Log{to: to, room: logBurst, since: time.Now()}
}

// Line logs a line.
func (l *Log) Line(text string) {
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
		l.to(Printable(text))
	}
}

// Close reports how many lines were held back.
func (l *Log) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held > 0 {
		l.to(fmt.Sprintf("%d further lines of its log are not shown: it logs more than %d a second", l.held, logRate))
	}
}
