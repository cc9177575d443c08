package host

import "github.com/t2host/t2host/host/report"

// clock follows the times of a run's packets.
type clock struct {
	extremes    bool  // first and last are the earliest and the latest time, not those of the first and the last packet
	first, last int64 // nanoseconds since 1970 UTC
	previous    int64
	begun       bool
	back        report.Back
}

// tick notes the time of packet number.
func (c *clock) tick(number uint64, time int64) {
	if !c.begun {
		*c = clock{extremes: c.extremes, first: time, last: time, previous: time, begun: true}
		return
	}
	if time < c.previous {
		c.back.Add(number, c.previous-time)
	}
	c.previous = time
	if time >= c.last || !c.extremes {
		c.last = time
	} else {
		c.first = min(c.first, time)
	}
}
