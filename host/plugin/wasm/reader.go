package wasm

import "github.com/tetratelabs/wazero/api"

// reader reads a module's bytes. After the first byte that is missing or wrong, bad is true
// and everything is zero.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) fail() { r.bad, r.b = true, nil }

func (r *reader) take(n uint32) []byte {
	if r.bad || uint64(n) > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

// u32 reads an unsigned number in LEB128.
func (r *reader) u32() uint32 {
	var n uint64
	for shift := 0; shift < 35; shift += 7 {
		c := r.byte()
		n |= uint64(c&0x7f) << shift
		if c < 0x80 {
			if n > 1<<32-1 {
				r.fail()
			}
			return uint32(n)
		}
	}
	r.fail()
	return 0
}

// signed skips a signed number in LEB128 with this many bits.
func (r *reader) signed(bits int) {
	for n := 0; n < bits; n += 7 {
		if r.byte() < 0x80 {
			return
		}
	}
	r.fail()
}

func (r *reader) name() string { return string(r.take(r.u32())) }

// count reads the length of a vector, whose elements have at least a byte each.
func (r *reader) count(most uint32) uint32 {
	n := r.u32()
	if n > most || uint64(n) > uint64(len(r.b)) {
		r.fail()
		return 0
	}
	return n
}

// each reads a vector.
func (r *reader) each(most uint32, element func()) {
	for n := r.count(most); n > 0 && !r.bad; n-- {
		element()
	}
}

// bound fails if n is larger than most.
func (r *reader) bound(n, most uint64) {
	if n > most {
		r.fail()
	}
}

// limits reads the size of a memory or table: the initial size; the maximum, if there is one,
// does not matter.
func (r *reader) limits() uint32 {
	flag := r.byte()
	first := r.u32()
	switch flag {
	case 0:
	case 1:
		r.u32()
	default: // shared
		r.fail()
	}
	return first
}

// constant skips a constant expression.
func (r *reader) constant() {
	for !r.bad {
		switch r.byte() {
		case opEnd:
			return
		case opI32Const:
			r.signed(32)
		case opI64Const:
			r.signed(64)
		case opF32Const:
			r.take(4)
		case opF64Const:
			r.take(8)
		case opGlobalGet, opRefFunc:
			r.u32()
		case opRefNull:
			r.valueType()
		case opVector:
			if r.byte() != opV128Const {
				r.fail()
			}
			r.take(16)
		default:
			r.fail()
		}
	}
}

// valueType reads a type, as its letter in a function's types.
func (r *reader) valueType() byte {
	switch r.byte() {
	case api.ValueTypeI32:
		return 'i'
	case api.ValueTypeI64:
		return 'I'
	case api.ValueTypeF32, api.ValueTypeF64, typeV128, typeFuncref, api.ValueTypeExternref:
		return '?'
	}
	r.fail()
	return 0
}
