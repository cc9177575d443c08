package host

import (
	"math"

	"github.com/t2host/t2host/host/internal/batch"
)

// ticks tells which ticks of packet time a frame passes: of each plugin with an interval its last
// one. When time goes back none comes again.
type ticks struct {
	every []int64 // by plugin, nanoseconds; 0: none
	last  []int64 // of each the number of its last tick, since 1970
	times []int64 // of those that the frame passes, batch.NoTick of others
	next  int64   // the time of the next tick of any
	began bool
}

func newTicks(every []int64) ticks {
	t := ticks{every: every, last: make([]int64, len(every)), times: make([]int64, len(every)), next: math.MaxInt64}
	for _, e := range every {
		if e > 0 {
			t.next = math.MinInt64
		}
	}
	return t
}

// pass goes on to a frame's time, at or after next, and reports whether it passes ticks: times has
// them. The first frame passes none.
func (t *ticks) pass(now int64) bool {
	passed := false
	t.next = math.MaxInt64
	for i, every := range t.every {
		t.times[i] = batch.NoTick
		if every == 0 {
			continue
		}
		n := now / every
		if now%every < 0 {
			n--
		}
		if t.began && n > t.last[i] {
			t.times[i] = n * every
			passed = true
		}
		if !t.began || n > t.last[i] {
			t.last[i] = n
		}
		if at := t.last[i]; at < math.MaxInt64/every-1 {
			t.next = min(t.next, (at+1)*every)
		}
	}
	t.began = true
	return passed
}

// tick adds the ticks that the frame in work passes, before all that it causes.
func (f *flows) tick() {
	if f.ticks.pass(f.now) {
		f.batch.AddTicks(f.number, f.now, f.ticks.times)
		if f.batch.Full() {
			f.next(false)
		}
	}
}
