package decode

// Stacks are the header stacks that were met: which headers packets have, in
// order. A stack has a number, from 1 in order of appearance; 0 is none. It is
// read while the decoder adds to it.
type Stacks struct{}

// Stack is a stack of headers as T2's hdrDesc shows it (t2-decode.md 7).
type Stack struct {
	Text    string // at most 127 characters, "eth:vlan:ipv4:tcp"
	Headers uint16 // how many there are, repeated ones counted
}

// Stack is the one of that number; the zero one if there is none.
func (s *Stacks) Stack(n uint32) Stack { return Stack{} }
