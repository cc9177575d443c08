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
	fixed   [2 + maxTimeouts]links // front, back, markers
	due     [maxTimeouts]int64     // the timeout's walk has nothing to do before this time
	nextDue int64                  // the earliest
}

const (
	maxTimeouts = 5
	firstFixed  = none - 1 - (2 + maxTimeouts)
	front       = firstFixed
	back        = firstFixed + 1
	firstMarker = firstFixed + 2
)

// The timeouts' indices with TCPStates.
const (
	established = iota // 610 s
	idle               // 182 s: a flow whose state has no other timeout
	handshake          // 120 s: SYN seen, or one side has closed
	closed             // 10 s: both sides have closed
	reset              // 0.1 s
)

func (t *Table) idleTimeout() uint8 {
	if t.cfg.TCPStates {
		return idle
	}
	return 0
}

func (l *list) init(t *Table) {
	l.table = t
	l.at(front).older, l.at(back).newer = back, front
	l.at(front).newer, l.at(back).older = none, none
	for i := range t.timeouts {
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
	for i := range t.timeouts {
		if t.now >= t.due[i] {
			t.walk(i)
		}
	}
	t.nextDue = t.due[0]
	for _, due := range t.due[1:len(t.timeouts)] {
		t.nextDue = min(t.nextDue, due)
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
			t.end(at)
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
		t.due[i] = f.LastSeen + t.limits[i] - slack
	}
}

func (t *Table) oppositeExpired(f *Flow) bool {
	if f.opposite == none {
		return true
	}
	o := t.Flow(f.opposite)
	return t.aged(o, int(o.timeout))
}

// slack is more nanoseconds than rounding to float32 can move an age near a timeout: half a
// unit in the last place of 610 s is 31 us.
const slack = 100_000

// aged reports whether f is as old as timeout i. The age that counts is T2's, in float32;
// integers tell when rounding cannot matter, which is nearly always.
func (t *Table) aged(f *Flow, i int) bool {
	d := t.now - f.LastSeen - t.limits[i]
	if d < -slack || d > slack {
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
