package filter

import "encoding/binary"

// run reports whether a frame passes. A load beyond the bytes that were captured, and a division by 0, rejects it at that moment.
func (p *Program) run(frame []byte, wire uint32) bool {
	var a, x uint32
	var cells [memory]uint32
	code := p.code
	for pc := 0; pc < len(code); pc++ {
		in := &code[pc]
		switch in.Code {
		case loadHalf:
			if uint64(in.K)+2 > uint64(len(frame)) {
				return false
			}
			a = uint32(binary.BigEndian.Uint16(frame[in.K:]))
		case loadByte:
			if uint64(in.K) >= uint64(len(frame)) {
				return false
			}
			a = uint32(frame[in.K])
		case loadWord:
			if uint64(in.K)+4 > uint64(len(frame)) {
				return false
			}
			a = binary.BigEndian.Uint32(frame[in.K:])
		case jumpEQ:
			if a == in.K {
				pc += int(in.Jt)
			} else {
				pc += int(in.Jf)
			}
		case indirectHalf, indirectByte, indirectWord:
			at, size := uint64(x)+uint64(in.K), uint64(1)
			switch in.Code {
			case indirectHalf:
				size = 2
			case indirectWord:
				size = 4
			}
			if at+size > uint64(len(frame)) {
				return false
			}
			a = 0
			for _, b := range frame[at : at+size] {
				a = a<<8 | uint32(b)
			}
		case headerLength:
			if uint64(in.K) >= uint64(len(frame)) {
				return false
			}
			x = uint32(frame[in.K]&15) * 4
		case jumpGT, jumpGE, jumpSet, jumpEQ | fromX, jumpGT | fromX, jumpGE | fromX, jumpSet | fromX:
			k := in.K
			if in.Code&fromX != 0 {
				k = x
			}
			if holds(in.Code&^fromX, a, k) {
				pc += int(in.Jt)
			} else {
				pc += int(in.Jf)
			}
		case result:
			return in.K != 0
		case jump:
			pc += int(in.K)
		case loadLen:
			a = wire
		case loadImm:
			a = in.K
		case loadMem:
			a = cells[in.K&(memory-1)]
		case loadMemX:
			x = cells[in.K&(memory-1)]
		case store:
			cells[in.K&(memory-1)] = a
		case moveToX:
			x = a
		case chainOp:
			has, ok := p.chains[in.K].in(frame)
			if !ok {
				return false
			}
			if a = 0; has {
				a = 1
			}
		default:
			k := in.K
			if in.Code&fromX != 0 {
				k = x
			}
			var ok bool
			if a, ok = alu(in.Code&^fromX, a, k); !ok {
				return false
			}
		}
	}
	return false
}

func holds(code uint16, a, k uint32) bool {
	switch code {
	case jumpGT:
		return a > k
	case jumpGE:
		return a >= k
	case jumpSet:
		return a&k != 0
	}
	return a == k
}

// alu returns the result of an operation; ok is false for a division by 0.
func alu(code uint16, a, k uint32) (n uint32, ok bool) {
	switch code {
	case addOp:
		return a + k, true
	case subOp:
		return a - k, true
	case mulOp:
		return a * k, true
	case divOp:
		if k == 0 {
			return 0, false
		}
		return a / k, true
	case modOp:
		if k == 0 {
			return 0, false
		}
		return a % k, true
	case orOp:
		return a | k, true
	case andOp:
		return a & k, true
	case lshOp:
		return a << k, true
	case rshOp:
		return a >> k, true
	case xorOp:
		return a ^ k, true
	}
	return 0, false
}

// IP protocols of headers that others follow (IANA).
const (
	hopByHop, routing, fragment, authentication, noNext, destination = 0, 43, 44, 51, 59, 60
)

// in reports whether the headers of a packet have the protocol, as libpcap's protochain follows them; ok is false if the frame
// was cut before it is known. Of an authentication header libpcap uses the length as the offset of the next one.
func (c *chain) in(frame []byte) (has, ok bool) {
	byteAt := func(offset uint32) uint32 {
		at := uint64(c.at) + uint64(offset)
		if at >= uint64(len(frame)) {
			ok = false
			return 0
		}
		return uint32(frame[at])
	}
	ok = true
	const field6, header6, field4, most = 6, 40, 9, 100
	next, x := byteAt(field6), uint32(header6)
	if !c.six {
		next, x = byteAt(field4), byteAt(0)&15*4
	}
	for range most { // headers in a circle would have no end
		switch {
		case !ok:
			return false, false
		case next == c.protocol:
			return true, true
		case next == authentication:
			next, x = byteAt(x), (byteAt(x+1)+2)*4
		case c.six && (next == hopByHop || next == destination || next == routing || next == fragment):
			next, x = byteAt(x), x+(byteAt(x+1)+1)*8
		default:
			return false, true
		}
	}
	return false, ok
}
