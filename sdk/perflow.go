package sdk

// PerFlow is a plugin's state of the live flows, one T a flow, indexed by slot.
// The zero value is ready; the state of a new flow is the zero T as long as the
// plugin takes it at each flow's end.
type PerFlow[T any] struct{ states []T }

// At is the state of the flow in slot, valid until the next call of At with a
// slot that was never used before.
func (p *PerFlow[T]) At(slot uint32) *T {
	if int(slot) >= len(p.states) {
		p.grow(slot)
	}
	return &p.states[slot]
}

// Grown is the states up to and with that of slot: for loops over columns.
func (p *PerFlow[T]) Grown(slot uint32) []T {
	if int(slot) >= len(p.states) {
		p.grow(slot)
	}
	return p.states
}

// Take gives the state of a flow that ends, and clears it for the next one.
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
