package watch

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/t2host/t2host/host/report"
)

// Bounds of the history of a run.
const (
	maxPoints     = 1200 // then every second one goes, and the interval doubles
	maxSampleRows = 128  // of each table in a sample: the first ones
)

// history is what a run was at moments of its packet time. The moments depend on packets alone, so that each run over the same
// packets has the same.
type history struct {
	every  atomic.Int64 // packet time between two moments, nanoseconds; 0: nothing is kept
	points []Point
}

// Point is a moment of a run: figures since its beginning, but for Live.
type Point struct {
	Time           int64 // packet time, nanoseconds since 1970 UTC
	Packets, Bytes uint64
	Flows          uint64 // that were opened
	Live           int    // flows
	Lost           uint64 // frames, in the ring and the interface
	Alarms         uint64
	Tables         []Sample // in the order of Tables
}

// Sample is a table at a point.
type Sample struct {
	Total int   // rows
	Rows  []Row // the first 128 of them
}

// KeepHistory makes the run keep points and tables. It must be called before the run begins.
func (w *Watch) KeepHistory() { w.every.Store(int64(time.Second)) }

// Every returns the packet time between two points, nanoseconds; 0: no history is kept.
func (w *Watch) Every() int64 { return w.every.Load() }

// Add adds a point, at r.Now. Points come in the order of their times.
func (w *Watch) Add(r *report.Report) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := Point{
		Time: r.Now, Packets: r.Counts.Packets, Bytes: r.Counts.WireBytes,
		Flows: r.Flows.Created, Live: r.Flows.Live, Alarms: r.Alarms.Alarms,
	}
	if r.Live != nil {
		p.Lost = r.Live.Lost()
	}
	for _, t := range w.tables() {
		rows := t.Rows[:min(len(t.Rows), maxSampleRows)]
		p.Tables = append(p.Tables, Sample{Total: len(t.Rows), Rows: slices.Clone(rows)})
	}
	if n := len(w.points); n > 0 && p.Time <= w.points[n-1].Time {
		w.points = w.points[:n-1] // the end of the run, at the last point's second; or time went back
	}
	w.points = append(w.points, p)
	if len(w.points) > maxPoints {
		every := 2 * w.every.Load()
		w.every.Store(every)
		last := len(w.points) - 1
		kept := w.points[:0]
		for i, p := range w.points {
			if i == 0 || i == last || p.Time%every == 0 {
				kept = append(kept, p)
			}
		}
		clear(w.points[len(kept):])
		w.points = kept
	}
}

// Points returns the points with a time after another one; all with a time before 1970 or 0.
func (w *Watch) Points(after int64) []Point {
	w.mu.Lock()
	defer w.mu.Unlock()
	i, _ := slices.BinarySearchFunc(w.points, after+1, func(p Point, t int64) int { return int(min(1, max(-1, p.Time-t))) })
	if after == 0 {
		i = 0
	}
	return slices.Clone(w.points[i:])
}
