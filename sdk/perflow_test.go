package sdk

import (
	"runtime"
	"testing"
)

// TestPerFlowGrows: states stay where they are, and growing allocates no more than they need:
// the host grants memory by the size of one.
func TestPerFlowGrows(t *testing.T) {
	type state struct{ numbers [9]uint64 }
	const flows = 1 << 18
	var p PerFlow[state]
	first := p.At(0)
	first.numbers[8] = 7
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for slot := range uint32(flows) {
		p.At(slot).numbers[0]++
	}
	runtime.ReadMemStats(&after)
	if took, most := after.TotalAlloc-before.TotalAlloc, uint64(flows*int(StateOf[state]())*11/10); took > most {
		t.Errorf("%d bytes for %d states, more than %d", took, flows, most)
	}
	if p.At(0) != first || first.numbers != [9]uint64{0: 1, 8: 7} {
		t.Errorf("the first state moved: %v", p.At(0))
	}
	if got := p.Take(flows - 1); got.numbers[0] != 1 || p.At(flows - 1).numbers[0] != 0 {
		t.Errorf("took %v, and left %v", got, p.At(flows-1))
	}
	if p.At(5 * flows).numbers[0] != 0 {
		t.Error("a slot far ahead does not begin as zeros")
	}
}
