package pipeline

import (
	"cmp"
	"slices"

	"github.com/t2host/t2host/sdk"
)

// sortDeltas sorts the changes of several tables by the flow ends that caused them; those of
// one end keep the order of the imports.
func sortDeltas(deltas []sdk.Delta) {
	slices.SortStableFunc(deltas, func(a, b sdk.Delta) int { return cmp.Compare(a.At, b.At) })
}

// zeros returns a column of n zero values, as that of an optional plugin that is not loaded.
func zeros(t sdk.Type, n int) sdk.Vec {
	v := sdk.Vec{Type: t, Data: make([]byte, n*t.Size())}
	if t.Size() == 0 {
		v.Ends = make([]uint32, n)
	}
	return v
}
