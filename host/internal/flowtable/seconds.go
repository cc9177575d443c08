package flowtable

import "math"

// second is a second in nanoseconds.
const second = 1_000_000_000

// seconds tells which whole seconds of packet time have been passed.
type seconds struct {
	last  int64 // the last one, nanoseconds since 1970 UTC
	began bool
}

// pass goes on to a packet's time and ends the flows that have timed out at the whole seconds up to
// it, at each those of that second. Of a silence it looks at the seconds only at which flows may
// end. When time goes back no second comes again, and the first packet passes none.
func (t *Table) pass(now int64) {
	s := &t.seconds
	if now < s.last+second && s.began {
		t.now = now
		return
	}
	last := floor(now)
	if !s.began {
		s.last, s.began = last, true
	}
	for due := t.nextDue; s.last < last && due <= last; {
		next := s.last + second
		if due > next {
			next = floor(due + second - 1)
		}
		if next > last {
			break
		}
		s.last, t.now = next, next
		live := t.Stats.Live
		if t.expire(); t.Stats.Live < live {
			due = next // what has ended may have been what others waited for
		} else {
			due = t.dueLater()
		}
	}
	s.last, t.now = max(s.last, last), now
}

// dueLater returns the earliest time at which a flow may time out, if no packet comes.
func (t *Table) dueLater() int64 {
	next := int64(math.MaxInt64)
	for _, i := range t.order {
		if due := t.due[i]; due != math.MinInt64 { // else its walk has passed all flows
			next = min(next, due)
		}
	}
	return next
}

// floor returns the last whole second that is not after t.
func floor(t int64) int64 {
	rest := t % second
	if rest < 0 {
		rest += second
	}
	return t - rest
}
