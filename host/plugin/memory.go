package plugin

import (
	"math"

	"github.com/t2host/t2host/sdk"
)

const (
	// BaseMemory is what every plugin is granted, in bytes, for all but the state of its flows.
	BaseMemory = 64 << 20
	// MaxMemory is the most that a plugin is granted: a module's addresses end at 4 GiB.
	MaxMemory = 3584 << 20

	// DefaultFlows is how many live flows a run keeps unless the user sets another limit.
	DefaultFlows = 1 << 22

	// perState is how many bytes are granted for each byte of a flow's state: one for live
	// flows, one for flows that have ended in a batch that is not delivered, one for what a
	// collector has not freed yet.
	perState = 3
)

// Memory returns the bytes of memory that a plugin is granted which needs more beside its flows, and
// keeps state bytes of each of so many live flows. limit is the user's, in bytes: what each plugin is
// granted, 0 for as much as it needs.
func Memory(limit, more uint64, state sdk.State, flows uint32) uint64 {
	if limit == 0 {
		limit = BaseMemory + more + perState*uint64(flows)*uint64(state)
	}
	return min(limit, MaxMemory)
}

// Flows returns of how many live flows a plugin can keep state bytes in the memory that limit
// allows, see Memory. If limit is so low that the plugin's base would leave little, half of what is
// beside more is for flows.
func Flows(limit, more uint64, state sdk.State) uint32 {
	if state <= 0 {
		return math.MaxUint32
	}
	if limit == 0 {
		limit = MaxMemory
	}
	limit = min(limit, MaxMemory) - min(limit, MaxMemory, more)
	free := limit - min(BaseMemory, limit/2)
	return uint32(min(free/(perState*uint64(state)), math.MaxUint32))
}

// HasRoom reports whether a plugin that needs more beside its flows can run within the user's limit: half
// of the base must be left.
func HasRoom(limit, more uint64) bool {
	return limit == 0 || more+BaseMemory/2 <= limit
}
