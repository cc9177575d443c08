package pipeline

import (
	"cmp"
	"slices"

	"github.com/t2host/t2host/sdk/answer"
)

// sortDeltas sorts the changes of several tables by the flow ends that caused them; those of
// one end keep the order of the imports.
func sortDeltas(deltas []answer.Delta) {
	slices.SortStableFunc(deltas, func(a, b answer.Delta) int { return cmp.Compare(a.At, b.At) })
}
