package filter

import "encoding/binary"

// reference runs a program of classic BPF with every instruction of it, as it is written down (McCanne and Jacobson 1993, table 1; libpcap's
// jumps back): it has no code of the machine under test.
func reference(code []Instruction, frame []byte, wire uint32) bool {
	var a, x uint32
	var m [16]uint32
	fetch := func(at uint64, size uint16) (uint32, bool) {
		n := map[uint16]uint64{0x00: 4, 0x08: 2, 0x10: 1}[size]
		if at+n > uint64(len(frame)) {
			return 0, false
		}
		var b [4]byte
		copy(b[4-n:], frame[at:at+n])
		return binary.BigEndian.Uint32(b[:]), true
	}
	ok := true
	for pc, steps := 0, 0; steps < 100_000; steps++ {
		in := code[pc]
		pc++
		operand := in.K
		if in.Code&8 != 0 {
			operand = x
		}
		switch class, mode, size := in.Code&7, in.Code&0xe0, in.Code&0x18; class {
		case 0, 1: // LD, LDX
			var n uint32
			switch {
			case mode == 0x00:
				n = in.K
			case mode == 0x60:
				n = m[in.K]
			case mode == 0x80:
				n = wire
			case class == 0 && mode == 0x20:
				n, ok = fetch(uint64(in.K), size)
			case class == 0 && mode == 0x40:
				n, ok = fetch(uint64(x)+uint64(in.K), size)
			case class == 1 && mode == 0xa0:
				n, ok = fetch(uint64(in.K), 0x10)
				n = n & 15 * 4
			default:
				panic("load")
			}
			if !ok {
				return false
			}
			if class == 0 {
				a = n
			} else {
				x = n
			}
		case 2:
			m[in.K] = a
		case 3:
			m[in.K] = x
		case 4:
			switch in.Code & 0xf0 {
			case 0x00:
				a += operand
			case 0x10:
				a -= operand
			case 0x20:
				a *= operand
			case 0x30, 0x90:
				if operand == 0 {
					return false
				}
				if in.Code&0xf0 == 0x30 {
					a /= operand
				} else {
					a %= operand
				}
			case 0x40:
				a |= operand
			case 0x50:
				a &= operand
			case 0x60:
				a <<= operand
			case 0x70:
				a >>= operand
			case 0x80:
				a = -a
			case 0xa0:
				a ^= operand
			default:
				panic("alu")
			}
		case 5:
			var holds bool
			switch in.Code & 0xf0 {
			case 0x00:
				pc += int(int32(in.K))
				continue
			case 0x10:
				holds = a == operand
			case 0x20:
				holds = a > operand
			case 0x30:
				holds = a >= operand
			case 0x40:
				holds = a&operand != 0
			}
			if holds {
				pc += int(in.Jt)
			} else {
				pc += int(in.Jf)
			}
		case 6:
			if in.Code&0x18 == 0x10 {
				return a != 0
			}
			return in.K != 0
		case 7:
			if in.Code&0xf8 == 0x80 {
				a = x
			} else {
				x = a
			}
		}
	}
	return false
}
