package decode

import (
	"sync/atomic"
)

// Stacks are the header stacks seen so far: which headers packets have, in order. Each stack
// has a small number; 0 is the empty one. A packet walks a tree from header to header, so that
// beginnings of stacks have numbers too. The decoder adds stacks while others read them.
type Stacks struct {
	rows   []row             // the decoder's own, by number
	rare   map[uint64]uint32 // parent and piece to child, for pieces that rows have no room for
	known  map[Stack]uint32  // so that equal stacks have one number
	count  atomic.Uint32     // number of texts that can be read
	chunks [maxStacks / chunkSize]*[chunkSize]Stack
}

// Stack is a stack of headers as T2's hdrDesc shows it
// (docs/reference/decoding.md#header-stacks). Each stack has one number; two stacks whose
// texts were cut may differ in Headers alone.
type Stack struct {
	HdrDesc string // at most 127 characters, "eth:vlan:ipv4:tcp"
	NumHdrs uint16 // how many there are, repeated ones counted
}

const (
	maxText   = 127
	maxStacks = 1 << 14 // real captures have about 100; hostile packets can make new ones for ever
	chunkSize = 64      // stacks must not move once they are read
)

// row is what the decoder knows of a stack, in one cache line: most packets' walk reads two
// rows.
type row struct {
	next    [commonPieces]uint32 // the stack with this piece added, 0 if not seen yet
	headers uint16
	long    bool // the text is full
}

func (s *Stacks) begin() {
	s.rare, s.known = map[uint64]uint32{}, map[Stack]uint32{}
	s.put(Stack{}, false)
}

// Stack returns the stack of that number, or the empty one if there is none.
func (s *Stacks) Stack(n uint32) Stack {
	if n >= s.count.Load() {
		return Stack{}
	}
	return s.chunks[n/chunkSize][n%chunkSize]
}

// add returns the stack n with p added. Callers look up common pieces in the row first.
func (s *Stacks) add(n uint32, p piece) uint32 {
	below := s.rows[n]
	if below.long { // only the number of headers still changes
		p = familyMore | p.headers()
	}
	id := uint64(n)<<32 | uint64(p)
	if c, ok := s.rare[id]; ok {
		return c
	}
	if len(s.rows) == maxStacks { // all new stacks share the last one
		return maxStacks - 1
	}
	text, long := s.Stack(n).HdrDesc, below.long
	if !long {
		text += p.String()
	}
	if len(text) > maxText {
		text, long = text[:maxText-3]+"...", true
	}
	stack := Stack{text, uint16(min(int(below.headers)+int(p.headers()), 0xffff))}
	c, ok := s.known[stack]
	if !ok {
		if len(s.rows) == maxStacks-1 {
			stack, long = Stack{HdrDesc: "..."}, true
		}
		c = s.put(stack, long)
	}
	if p < commonPieces {
		s.rows[n].next[p] = c
	} else {
		s.rare[id] = c
	}
	return c
}

func (s *Stacks) put(stack Stack, long bool) uint32 {
	n := uint32(len(s.rows))
	s.rows = append(s.rows, row{headers: stack.NumHdrs, long: long})
	if s.chunks[n/chunkSize] == nil {
		s.chunks[n/chunkSize] = new([chunkSize]Stack)
	}
	s.chunks[n/chunkSize][n%chunkSize] = stack
	s.known[stack] = n
	s.count.Store(n + 1)
	return n
}
