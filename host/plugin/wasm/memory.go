package wasm

import "github.com/tetratelabs/wazero/experimental"

// memory is a guest's memory: it grows up to a limit, and remembers that it was
// asked for more. Addresses for all of it are reserved at the start where the
// system lets us: then growing copies nothing, and only pages that the guest
// touches are taken.
type memory struct {
	limit    uint64 // bytes
	wanted   uint64 // the first size that was refused, 0 if none was
	buf      []byte
	reserved []byte // buf is its beginning; nil: buf is on the heap
}

// Allocate is called once, at the instance's start.
func (m *memory) Allocate(_, _ uint64) experimental.LinearMemory {
	m.reserved = reserve(m.limit)
	m.buf = m.reserved[:0]
	return m
}

// Reallocate gives the memory with so many bytes; nil refuses them.
func (m *memory) Reallocate(size uint64) []byte {
	if size > m.limit {
		if m.wanted == 0 {
			m.wanted = size
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
		populate(m.buf) // code and data of the guest, most of which it touches
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
