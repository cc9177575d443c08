package flowtable

import (
	"cmp"
	"slices"
)

// Timeouts are how long flows of each state may be silent before they end, in seconds.
type Timeouts [numTimeouts]float32

// The indices of Timeouts.
const (
	established = iota
	idle        // a flow whose state has no other timeout
	handshake   // a SYN was seen, or one side has closed
	closed      // both sides have closed
	reset
	numTimeouts
)

// t2Timeouts are T2's.
var t2Timeouts = Timeouts{established: 610, idle: 182, handshake: 120, closed: 10, reset: 0.1}

// setTimeouts follows the configuration.
func (t *Table) setTimeouts() {
	timeouts := t.cfg.Timeouts
	if timeouts == (Timeouts{}) {
		timeouts = t2Timeouts
	}
	t.timeouts = timeouts[:]
	for _, seconds := range timeouts {
		t.limits = append(t.limits, int64(float64(seconds)*1e9))
	}
	t.order = []int{idle}
	if t.cfg.TCPStates {
		t.order = []int{established, idle, handshake, closed, reset}
		slices.SortStableFunc(t.order, func(a, b int) int { return -cmp.Compare(timeouts[a], timeouts[b]) })
	}
	// More than rounding to float32 can move an age near a timeout: half a unit in the last place
	// of 610 s is 31 us.
	if !t.cfg.Seconds {
		t.slack = max(100_000, t.limits[t.order[0]]>>22)
	}
}
