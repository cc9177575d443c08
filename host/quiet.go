package host

import (
	"time"

	"github.com/t2host/t2host/host/capture"
)

// quiet follows the time that passes on a live input without packets. It goes on by whole seconds, those of the contract.
type quiet struct {
	last int64         // the last time that passed so, nanoseconds since 1970 UTC
	lag  time.Duration // of the last packet: how long after its time it came
	late uint64        // packets from before it
}

// Bounds of a stream, a pipe from tcpdump: a recording of another day that is piped in is none, and what is buffered may come
// later than this.
const (
	mostLag    = 5 * time.Second
	pipeMargin = time.Second
)

// seen notes a packet that came now.
func (q *quiet) seen(now time.Time, packet int64) { q.lag = now.Sub(time.Unix(0, packet)) }

// leftOut returns the time that has passed at a frame that is not read, 0 if it did not reach another second: frames come in the
// order of their times, or nearly so.
func (q *quiet) leftOut(frame, previous int64) int64 {
	const nearly = 100 * time.Millisecond
	return q.reach(frame-int64(nearly), previous)
}

// idle returns the time that has passed on an idle input, 0 if it did not reach another second. previous is the time of
// the packet before.
func (q *quiet) idle(src source, previous int64) int64 {
	if previous == 0 {
		return 0 // nothing has begun
	}
	var until int64
	switch l, ok := src.(capture.Live); {
	case ok:
		until = l.Quiet()
	case q.lag > -mostLag && q.lag < mostLag:
		until = time.Now().Add(-pipeMargin - max(q.lag, 0)).UnixNano()
	}
	return q.reach(until, previous)
}

// reach goes on to the last whole second, and returns it if it is another one.
func (q *quiet) reach(until, previous int64) int64 {
	until -= until % int64(time.Second)
	if previous == 0 || until <= q.last || until <= previous {
		return 0
	}
	q.last = until
	return until
}
