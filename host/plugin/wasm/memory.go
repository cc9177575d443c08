package wasm

import "github.com/tetratelabs/wazero/experimental"

// memory is a guest's memory: it grows up to a limit, and remembers that it was
// asked for more.
type memory struct {
	limit  uint64 // bytes
	wanted uint64 // the first size that was refused, 0 if none was
	buf    []byte
}

// Allocate is called once, at the instance's start.
func (m *memory) Allocate(_, _ uint64) experimental.LinearMemory { return m }

// Reallocate gives the memory with so many bytes; nil refuses them.
func (m *memory) Reallocate(size uint64) []byte {
	if size > m.limit {
		if m.wanted == 0 {
			m.wanted = size
		}
		return nil
	}
	if size > uint64(cap(m.buf)) {
		buf := make([]byte, size, max(size, min(m.limit, 2*uint64(cap(m.buf)))))
		copy(buf, m.buf)
		m.buf = buf
	}
	m.buf = m.buf[:size]
	return m.buf
}

// Free is called when the instance is closed.
func (m *memory) Free() { m.buf = nil }
