package pipeline

import (
	"cmp"
	"slices"

	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/value"
)

// sortDeltas sorts the changes of several tables by the flow ends that caused them; those of
// one end keep the order of the imports.
func sortDeltas(deltas []answer.Delta) {
	slices.SortStableFunc(deltas, func(a, b answer.Delta) int { return cmp.Compare(a.At, b.At) })
}

// zeros returns a column of n zero values, as that of an optional plugin that is not loaded.
func zeros(t value.Type, n int) value.Vec {
	v := value.Vec{Type: t, Data: make([]byte, n*t.Size())}
	if t.Size() == 0 {
		v.Ends = make([]uint32, n)
	}
	return v
}
