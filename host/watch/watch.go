// Package watch shows a run while it goes on: the run publishes its figures, and anybody may look
// at them at any moment.
package watch

import (
	"slices"
	"sync"
	"time"

	"github.com/t2host/t2host/host/report"
)

// Phase is what a run is doing.
type Phase uint8

// The phases, in their order.
const (
	Starting Phase = iota // plugins are loaded, places are connected
	Running               // packets are read
	Ending                // the input has ended: flows end, queues empty
	Ended
)

// String returns the name of the phase.
func (p Phase) String() string { return [...]string{"starting", "running", "ending", "ended"}[p] }

// Watch is the view of one run. The zero value is one of a run that has not begun.
type Watch struct {
	mu     sync.Mutex
	phase  Phase
	began  time.Time
	report report.Report
	moved  time.Time // when the data's way last moved
	stages func(*report.Report) []Stage
	places func() []report.Outlet
	tables func() []Table
	log    []Line
	logged uint64

	history
}

// State is what a run has done so far. It shares nothing with the run.
type State struct {
	Phase  Phase
	At     time.Time     // of the state
	Begun  time.Time     // when the run began; zero: it has not
	Still  time.Duration // since packets, ticks or an idle input went the data's way
	Report report.Report // figures are those of the end report; Plugins has memory at the end only
	Stages []Stage       // of the plugins, in the order of Report.Plugins
	Logged uint64        // lines of the log so far
}

// Stage is a plugin at a moment.
type Stage struct {
	Name    string
	Busy    bool   // it is at work on a batch
	Waits   bool   // another batch waits for it
	Failed  bool   // it was taken out
	Batches uint64 // that it has answered
	Bytes   uint64 // of columns and frames that it has answered
}

// Line is a line of the log.
type Line struct {
	Number uint64 // from 1 on
	At     time.Time
	Level  string // of slog: INFO, WARN
	Text   string
}

// keptLines is how many lines of the log are kept.
const keptLines = 500

// Begin notes that the run begins to read. stages, places and tables return what is so at a moment, and stages adds to the report what
// plugins did; they may be called from any goroutine until End.
func (w *Watch) Begin(r *report.Report, stages func(*report.Report) []Stage, places func() []report.Outlet, tables func() []Table) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.phase, w.began, w.moved = Running, time.Now(), time.Now()
	w.report = *r
	w.stages, w.places, w.tables = stages, places, tables
}

// Publish lets the run change the figures. It also notes that data moves.
func (w *Watch) Publish(change func(*report.Report)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.report)
	w.moved = time.Now()
}

// Drain notes that the input has ended.
func (w *Watch) Drain() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.phase = max(w.phase, Ending)
}

// End keeps the last state: the end report, or with a nil r what is known.
func (w *Watch) End(r *report.Report) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stages != nil {
		stages, tables := w.stages(&w.report), w.tables()
		w.stages = func(*report.Report) []Stage { return stages }
		w.tables = func() []Table { return tables }
	}
	if r != nil {
		w.report = *r
		w.places = nil
	} else if w.places != nil {
		w.report.Outlets = w.places()
		w.places = nil
	}
	w.phase = Ended
}

// Log adds a line to the log.
func (w *Watch) Log(at time.Time, level, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.logged++
	if len(w.log) == keptLines {
		w.log = slices.Delete(w.log, 0, 1)
	}
	w.log = append(w.log, Line{w.logged, at, level, text})
}

// Lines returns the kept lines of the log after a number.
func (w *Watch) Lines(after uint64) []Line {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.log {
		if w.log[i].Number > after {
			return slices.Clone(w.log[i:])
		}
	}
	return nil
}

// State returns the state of the run.
func (w *Watch) State() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := State{Phase: w.phase, At: time.Now(), Begun: w.began, Report: w.report, Logged: w.logged}
	if w.phase == Starting {
		return s
	}
	s.Still = s.At.Sub(w.moved)
	s.Report.Files, s.Report.Links = slices.Clone(w.report.Files), slices.Clone(w.report.Links)
	s.Report.Plugins, s.Report.Outlets = slices.Clone(w.report.Plugins), slices.Clone(w.report.Outlets)
	if w.phase != Ended {
		s.Report.Elapsed = s.At.Sub(w.began)
	}
	if w.report.Live != nil {
		live := *w.report.Live
		s.Report.Live = &live
	}
	if w.stages != nil {
		s.Stages = w.stages(&s.Report)
	}
	if w.places != nil {
		s.Report.Outlets = w.places()
	}
	return s
}

// Tables returns the tables that plugins export as they are now, in the order of plugins and of their exports; none without KeepHistory.
func (w *Watch) Tables() []Table {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.tables == nil {
		return nil
	}
	return w.tables()
}

// Phase returns what the run is doing.
func (w *Watch) Phase() Phase {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.phase
}
