package wasm

import "github.com/tetratelabs/wazero/experimental"

// memory is a guest's memory: it grows up to a limit, and remembers the size that was refused.
// Where the system allows it, addresses for the limit are reserved at the start: then growing
// copies nothing, and only pages that the guest touches are allocated.
type memory struct {
	limit    uint64 // bytes
	wanted   uint64 // the first size that was refused, or 0
	buf      []byte
	reserved []byte // buf is its beginning; nil: buf is on the heap
}

// Allocate is called once, at the instance's start.
func (m *memory) Allocate(_, _ uint64) experimental.LinearMemory {
	m.reserved = reserve(m.limit)
	m.buf = m.reserved[:0]
	return m
}

// Reallocate returns the memory with the given size; nil refuses it. A guest that asks for more
// than the limit is ended: one that asks again and again would never return.
func (m *memory) Reallocate(size uint64) []byte {
	if size > m.limit {
		if m.wanted == 0 {
			m.wanted = size
		}
		if len(m.buf) > 0 {
			panic("guest wants more memory than it may have") // wazero turns it into an error
		}
		return nil
	}
	if size > uint64(cap(m.buf)) { // not reserved
		buf := make([]byte, size, max(size, min(m.limit, 2*uint64(cap(m.buf)))))
		copy(buf, m.buf)
		m.buf = buf
	}
	first := len(m.buf) == 0
	m.buf = m.buf[:size]
	if first {
		populate(m.buf) // the guest's data, most of which it touches
	}
	return m.buf
}

// Free is called when the instance is closed, or could not be made.
func (m *memory) Free() {
	m.buf = nil
	if m.reserved != nil {
		release(m.reserved)
		m.reserved = nil
	}
}
