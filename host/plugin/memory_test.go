package plugin

import (
	"math"
	"testing"

	"github.com/t2host/t2host/sdk"
)

func TestMemory(t *testing.T) {
	for _, c := range []struct {
		limit uint64
		state sdk.State
		flows uint32
		want  uint64
	}{
		{0, 0, 4194304, BaseMemory},
		{0, 72, 4194304, BaseMemory + 3*72*4194304},
		{0, 72, 17087905, MaxMemory - 40},
		{0, 72, 17087906, MaxMemory},
		{0, sdk.MaxState, 1 << 28, MaxMemory},
		{32 << 20, 0, 100, 32 << 20},
		{200 << 20, 72, 100, 200 << 20}, // the user's word, also where less would do
		{200 << 20, 72, 4194304, 200 << 20},
		{1 << 32, 0, 100, MaxMemory},
	} {
		if got := Memory(c.limit, 0, c.state, c.flows); got != c.want {
			t.Errorf("limit %d, %d bytes of each of %d flows: %d, want %d", c.limit, c.state, c.flows, got, c.want)
		}
	}
}

func TestFlows(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		limit uint64
		state sdk.State
		want  uint32
	}{
		{0, 0, math.MaxUint32},
		{32 * mib, 0, math.MaxUint32},
		{0, 1, (MaxMemory - BaseMemory) / 3},
		{0, 72, 17087905},
		{1 << 40, 72, 17087905},
		{32 * mib, 72, 16 * mib / 216},
		{64 * mib, 72, 32 * mib / 216},
		{128 * mib, 72, 64 * mib / 216},
		{200 * mib, 72, 136 * mib / 216},
		{32 * mib, sdk.MaxState, 85},
	} {
		got := Flows(c.limit, 0, c.state)
		if got != c.want {
			t.Errorf("limit %d, %d bytes a flow: %d flows, want %d", c.limit, c.state, got, c.want)
		}
		// What fits by Flows fits by Memory, and one more does not.
		if c.limit >= 128*mib && c.state > 0 {
			limit := min(c.limit, MaxMemory)
			if Memory(0, 0, c.state, got) > limit || got < math.MaxUint32 && BaseMemory+3*uint64(got+1)*uint64(c.state) <= limit {
				t.Errorf("limit %d: %d flows of %d bytes do not just fit", c.limit, got, c.state)
			}
		}
	}
}

// TestMoreMemory: what a plugin declares beside its flows is granted beside the base, and within the
// user's limit.
func TestMoreMemory(t *testing.T) {
	const mib = 1 << 20
	if got := Memory(0, 32*mib, 72, 1000); got != 96*mib+3*72*1000 {
		t.Errorf("granted %d", got)
	}
	if got := Memory(0, 2048*mib, 72, 1<<28); got != MaxMemory {
		t.Errorf("granted %d at most", got)
	}
	if got := Flows(232*mib, 32*mib, 72); got != 136*mib/216 {
		t.Errorf("%d flows", got)
	}
	if got := Flows(32*mib, 32*mib, 72); got != 0 {
		t.Errorf("%d flows in no memory", got)
	}
	for limit, want := range map[uint64]bool{0: true, 63 * mib: false, 64 * mib: true} {
		if HasRoom(limit, 32*mib) != want {
			t.Errorf("limit %d: fits %t", limit, !want)
		}
	}
}
