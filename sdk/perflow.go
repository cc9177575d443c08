package sdk

import "unsafe"

// State is the memory in bytes that a plugin holds of each live flow. [StateOf] returns it.
type State int

// MaxState bounds the State that a plugin may declare.
const MaxState = 64 << 10

// MaxExtra is the most memory in bytes that a plugin may declare beside the state of its flows.
const MaxExtra = 2 << 30

// StateOf returns the size of a T, for the State of a plugin that keeps its flows in a
// PerFlow[T]. What a T points to is not part of it. A plugin with two of them declares the sum.
func StateOf[T any]() State {
	var t T
	return State(unsafe.Sizeof(t))
}

// PerFlow is a plugin's state of the live flows: one T for each, by slot. The zero value is
// ready to use. The state of a new flow is the zero T, provided that the plugin calls Take at
// each flow end. Spec.State declares its size to the host.
type PerFlow[T any] struct {
	// States never move. A slice that grows holds the old states and the new ones at once,
	// and a collector frees the old ones late.
	chunks []*[chunk]T
}

const (
	chunkBits = 8
	chunk     = 1 << chunkBits // states that are allocated together
)

// At returns the state of the flow in slot. The pointer stays valid.
func (p *PerFlow[T]) At(slot uint32) *T {
	if int(slot>>chunkBits) >= len(p.chunks) {
		p.grow(slot)
	}
	return &p.chunks[slot>>chunkBits][slot%chunk]
}

// Take returns the state of a flow that ends, and clears it for the next flow in that slot.
func (p *PerFlow[T]) Take(slot uint32) T {
	var none T
	s := p.At(slot)
	t := *s
	*s = none
	return t
}

func (p *PerFlow[T]) grow(slot uint32) {
	for int(slot>>chunkBits) >= len(p.chunks) {
		p.chunks = append(p.chunks, new([chunk]T))
	}
}
