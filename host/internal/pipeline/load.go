package pipeline

import (
	"sync"
	"sync/atomic"
	"time"
)

// Load is what a stage has done so far and what it does now. Its methods may be called from any goroutine.
type Load struct {
	cost     atomic.Int64 // nanoseconds of the batches that it has answered
	batches  atomic.Uint64
	bytes    atomic.Uint64 // of rows and ends that were sent
	answered atomic.Uint64 // bytes of columns and frames
	began    atomic.Int64  // when the batch in work began, nanoseconds since 1970; 0: none is in work
	waits    atomic.Bool   // a batch waits for the stage
	failed   atomic.Bool

	number, first, last atomic.Uint64 // of the batch in work, or of the last one

	mu      sync.Mutex
	metrics []uint64
}

// begin notes that a batch is in work.
func (l *Load) begin(now time.Time, number, first, last uint64) {
	l.number.Store(number)
	l.first.Store(first)
	l.last.Store(last)
	l.waits.Store(false)
	l.began.Store(now.UnixNano())
}

// end notes that the batch in work was answered.
func (l *Load) end(spent time.Duration, bytes uint64) {
	l.began.Store(0)
	l.cost.Add(int64(spent))
	l.batches.Add(1)
	l.bytes.Add(bytes)
}

func (l *Load) setMetrics(values []uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.metrics = append(l.metrics[:0], values...)
}

// Cost returns the time that the stage has worked, the batch in work included.
func (l *Load) Cost() time.Duration {
	spent := l.cost.Load()
	if began := l.began.Load(); began != 0 {
		spent += max(0, time.Now().UnixNano()-began)
	}
	return time.Duration(spent)
}

// Bytes returns the bytes of rows and flow ends that were sent to it.
func (l *Load) Bytes() uint64 { return l.bytes.Load() }

// Answered returns the bytes of columns and frames that it has answered.
func (l *Load) Answered() uint64 { return l.answered.Load() }

// Batches returns the number of batches that it has answered.
func (l *Load) Batches() uint64 { return l.batches.Load() }

// Busy reports whether a batch is in work.
func (l *Load) Busy() bool { return l.began.Load() != 0 }

// Waits reports whether another batch waits for the stage.
func (l *Load) Waits() bool { return l.waits.Load() }

// Failed reports whether the stage was taken out.
func (l *Load) Failed() bool { return l.failed.Load() }

// At returns the batch in work, or the last one: its number, and the numbers of its first and last packet, 0 if it has none.
func (l *Load) At() (batch, first, last uint64) {
	return l.number.Load(), l.first.Load(), l.last.Load()
}

// Metrics appends the values of the metrics to dst, nothing if they have never changed.
func (l *Load) Metrics(dst []uint64) []uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append(dst, l.metrics...)
}
