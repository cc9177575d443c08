package flowtable

import (
	"math"
	"time"
)

// links are the links of a flow or a marker in the list.
type links struct{ newer, older uint32 }

// list holds all flows by their last packet, the newest at the front, and among them a
// marker for each timeout: all flows on the older side of it were tested for that timeout
// (docs/reference/flows.md#order-of-ends). There is one list, not one for each timeout,
// because after a silence flows of different timeouts end in order of their last packets.
type list struct {
	table   *Table
	fixed   [2 + numTimeouts]links // front, back, markers
	due     [numTimeouts]int64     // the timeout's walk has nothing to do before this time
	nextDue int64                  // the earliest
}

const (
	firstFixed  = none - 1 - (2 + numTimeouts)
	front       = firstFixed
	back        = firstFixed + 1
	firstMarker = firstFixed + 2
)

func (l *list) init(t *Table) {
	l.table = t
	l.at(front).older, l.at(back).newer = back, front
	l.at(front).newer, l.at(back).older = none, none
	for _, i := range t.order {
		l.insertBehind(back, firstMarker+uint32(i))
	}
	for i := range l.due {
		l.due[i] = math.MinInt64
	}
	l.nextDue = math.MinInt64
}

func (l *list) at(i uint32) *links {
	if i >= firstFixed {
		return &l.fixed[i-firstFixed]
	}
	return &l.table.Flow(i).links
}

// insertBehind inserts i on the older side of place, or on its newer side if place is the
// back.
func (l *list) insertBehind(place, i uint32) {
	n := l.at(i)
	if place == back {
		n.newer, n.older = l.at(back).newer, back
	} else {
		n.newer, n.older = place, l.at(place).older
	}
	l.at(n.newer).older = i
	l.at(n.older).newer = i
}

func (l *list) unlink(n *links) {
	l.at(n.newer).older = n.older
	l.at(n.older).newer = n.newer
}

func (l *list) pushFront(slot uint32) { l.insertBehind(front, slot) }

// touch moves a flow to the front.
func (l *list) touch(slot uint32, f *Flow) {
	if f.newer == front {
		return
	}
	l.unlink(&f.links)
	l.insertBehind(front, slot)
}

// oldest returns the slot of the flow at the back, or none if the list is empty.
func (l *list) oldest() uint32 {
	i := l.at(back).newer
	for i >= firstMarker {
		i = l.at(i).newer
	}
	if i == front {
		return none
	}
	return i
}

// changed makes the walks whose marker rests at f begin at the next packet, because f or its
// time has moved.
func (l *list) changed(f *Flow) {
	if f.awaited == 0 {
		return
	}
	for i := range l.due {
		if f.awaited>>i&1 != 0 {
			l.due[i] = math.MinInt64
		}
	}
	f.awaited = 0
	l.nextDue = math.MinInt64
}

// expire ends the flows that have timed out by now: for each timeout, longest first, it walks
// from the timeout's marker towards the front.
func (t *Table) expire() {
	if t.now < t.nextDue {
		return
	}
	t.nextDue = math.MaxInt64
	for _, i := range t.order {
		if t.now >= t.due[i] {
			t.walk(i)
		}
		t.nextDue = min(t.nextDue, t.due[i])
	}
}

// walk goes from timeout i's marker towards the front until it reaches a flow that is younger
// than the timeout. It tests every flow that it passes by the flow's own timeout and by that
// of its opposite.
func (t *Table) walk(i int) {
	marker := firstMarker + uint32(i)
	start := t.at(marker).newer
	at := start
	for at != front {
		if at >= firstFixed { // another marker
			at = t.at(at).newer
			continue
		}
		f := t.Flow(at)
		if !t.aged(f, i) {
			break
		}
		next := f.newer
		if t.aged(f, int(f.timeout)) && t.oppositeExpired(f) {
			if next == f.opposite {
				next = t.Flow(next).newer
			}
			t.end(at, timedOut(f))
		}
		at = next
	}
	if at != t.at(marker).newer {
		t.unlink(t.at(marker))
		t.insertBehind(at, marker)
	}
	t.due[i] = math.MinInt64
	if at != front {
		// The walk resumes when this flow is old enough, unless the flow changes meanwhile.
		f := t.Flow(at)
		f.awaited |= 1 << i
		t.due[i] = f.LastSeen + t.limits[i] - t.slack
	}
}

func (t *Table) oppositeExpired(f *Flow) bool {
	if f.opposite == none {
		return true
	}
	o := t.Flow(f.opposite)
	return t.aged(o, int(o.timeout))
}

// aged reports whether f is as old as timeout i. At packets the age that counts is T2's, in
// float32; integers tell when rounding cannot matter, which is nearly always.
func (t *Table) aged(f *Flow, i int) bool {
	d := t.now - f.LastSeen - t.limits[i]
	if t.cfg.Seconds {
		return d >= 0
	}
	if d < -t.slack || d > t.slack {
		return d > 0
	}
	return age(t.now, f.LastSeen) >= t.timeouts[i]
}

// age returns now - last in seconds, rounded as in T2: 181.999996 s are 182.
func age(now, last int64) float32 {
	nowSec, lastSec := time.Unix(0, now).Unix(), time.Unix(0, last).Unix() // rounded down, also before 1970
	frac := float64((now-nowSec*1e9)-(last-lastSec*1e9)) / 1e9
	return float32(float64(float32(nowSec-lastSec)) + frac)
}
