package sdk

// PerFlow is a plugin's state of the live flows: one T for each, by slot. The zero value is
// ready to use. The state of a new flow is the zero T, provided that the plugin calls Take at
// each flow end.
type PerFlow[T any] struct{ states []T }

// At returns the state of the flow in slot. The pointer is valid until At, Grown or Take is
// called with a slot that was never used before.
func (p *PerFlow[T]) At(slot uint32) *T {
	if int(slot) >= len(p.states) {
		p.grow(slot)
	}
	return &p.states[slot]
}

// Grown returns the states of the slots from 0 to at least slot, for loops over columns. It is
// valid as the pointer of At is.
func (p *PerFlow[T]) Grown(slot uint32) []T {
	if int(slot) >= len(p.states) {
		p.grow(slot)
	}
	return p.states
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
	n := max(2*len(p.states), int(slot)+1, 1024)
	states := make([]T, n)
	copy(states, p.states)
	p.states = states
}
