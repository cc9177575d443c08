package sdk

import (
	"math"
	"math/bits"
	"slices"
)

// The text forms of values are T2's (docs/reference/records.md#text-of-columns). Numbers are not written with strconv: a text
// sink does little else, and in a sandboxed guest calls, loops and tables are dear.
// Here eight digits are made at once, in the bytes of a number.

// AppendText appends the text of a value of type t, whose bytes are those of the wire,
// as T2 shows it: numbers decimal, as 0x and all hex digits, or with seven significant
// digits (C's %.7g; double precision: %f), times and durations as seconds (unsigned, 32
// bits) with nine decimals. Texts are escaped, strings quoted too, so that the text has
// no control character. The values of a list are joined by semicolons.
func (t Type) AppendText(b, value []byte) []byte {
	switch t {
	case TypeU8:
		return AppendDecimal(b, uint64(value[0]))
	case TypeU16:
		return AppendDecimal(b, uint64(load16(value)))
	case TypeU32:
		return AppendDecimal(b, uint64(load32(value)))
	case TypeU64:
		return AppendDecimal(b, load64(value))
	case TypeH8:
		return appendHex(b, uint32(value[0])<<24, 2)
	case TypeH16:
		return appendHex(b, uint32(load16(value))<<16, 4)
	case TypeH32:
		return appendHex(b, load32(value), 8)
	case TypeH64:
		return appendHex64(b, load64(value))
	case TypeI64:
		return appendSigned(b, int64(load64(value)))
	case TypeF32:
		return appendFloat32(b, math.Float32frombits(load32(value)))
	case TypeF64:
		return appendFloat64(b, math.Float64frombits(load64(value)))
	case TypeTime, TypeDuration:
		return AppendSeconds(b, int64(load64(value)))
	case TypeIP:
		return appendIP(b, value)
	case TypeMAC:
		return appendMAC(b, value)
	case TypeText:
		return appendEscaped(b, value)
	case TypeString:
		return append(appendEscaped(append(b, '"'), value), '"')
	}
	return t.appendList(b, value)
}

// appendList takes no call for each value of the lists that flows have.
func (t Type) appendList(b, list []byte) []byte {
	start := len(b)
	switch elem := t.Elem(); elem {
	case TypeMAC:
		for ; len(list) >= 6; list = list[6:] {
			b = append(appendMAC(b, list), ';')
		}
	case TypeU16:
		for ; len(list) >= 2; list = list[2:] {
			b = append(AppendDecimal(b, uint64(load16(list))), ';')
		}
	case TypeText:
		for len(list) >= 4 {
			n := 4 + int(load32(list))
			b = append(appendEscaped(b, list[4:n]), ';')
			list = list[n:]
		}
	default:
		for {
			value, rest, ok := t.Next(list)
			if !ok {
				break
			}
			b = append(elem.AppendText(b, value), ';')
			list = rest
		}
	}
	if len(b) > start {
		b = b[:len(b)-1] // the last semicolon
	}
	return b
}

// AppendRow appends value i of each column as AppendText does, with tabulators
// between them. It is for sinks, which write millions: of what takes little it makes
// no calls, and most numbers of a record are 0 or have one digit.
func AppendRow(b []byte, columns []*Vec, i int) []byte {
	for n, v := range columns {
		if n > 0 {
			b = append(b, '\t')
		}
		var u uint64
		switch v.Type {
		case TypeU8:
			u = uint64(v.Data[i])
		case TypeU16:
			u = uint64(load16(v.Data[2*i:]))
		case TypeU32:
			u = uint64(load32(v.Data[4*i:]))
		case TypeU64:
			u = load64(v.Data[8*i:])
		case TypeI64:
			if u = load64(v.Data[8*i:]); u>>63 != 0 {
				b, u = append(b, '-'), -u
			}
		case TypeF32:
			x := load32(v.Data[4*i:])
			if x != 0 {
				b = appendFloat32(b, math.Float32frombits(x))
				continue
			}
		case TypeTime, TypeDuration:
			if x := int64(load64(v.Data[8*i:])); x != 0 {
				b = AppendSeconds(b, x)
			} else {
				b = append(b, "0.000000000"...)
			}
			continue
		case TypeH8:
			b = appendHex(b, uint32(v.Data[i])<<24, 2)
			continue
		case TypeH16:
			b = appendHex(b, uint32(load16(v.Data[2*i:]))<<16, 4)
			continue
		case TypeH64:
			b = appendHex64(b, load64(v.Data[8*i:]))
			continue
		case TypeIP:
			b = appendIP(b, v.Data[IPSize*i:])
			continue
		case TypeMAC | List:
			if list := v.Bytes(i); len(list) == 6 {
				b = appendMAC(b, list)
			} else {
				b = v.Type.appendList(b, list)
			}
			continue
		case TypeU16 | List:
			list := v.Bytes(i)
			if len(list) != 2 {
				b = v.Type.appendList(b, list)
				continue
			}
			u = uint64(load16(list))
		case TypeText | List:
			if list := v.Bytes(i); len(list) > 4 && uint64(load32(list)) == uint64(len(list)-4) {
				b = appendEscaped(b, list[4:])
			} else {
				b = v.Type.appendList(b, list)
			}
			continue
		default:
			b = v.Type.AppendText(b, v.Bytes(i))
			continue
		}
		switch {
		case u < 10:
			b = append(b, '0'+byte(u))
		case u < 1e8:
			digits := eightDigits(uint32(u))
			none := bits.TrailingZeros64(digits) >> 3
			b = slices.Grow(b, 8)
			store64(b[len(b):len(b)+8], digits>>(8*none)+zeros)
			b = b[:len(b)+8-none]
		default:
			b = AppendDecimal(b, u)
		}
	}
	return b
}

var typeCodes = [...]string{
	TypeU8: "U8", TypeU16: "U16", TypeU32: "U32", TypeU64: "U64",
	TypeH8: "H8", TypeH16: "H16", TypeH32: "H32", TypeH64: "H64",
	TypeI64: "I64", TypeF32: "F", TypeF64: "D",
	TypeTime: "U64.U32", TypeDuration: "U64.U32", TypeIP: "IPX",
	TypeMAC: "MAC", TypeText: "SC", TypeString: "S",
}

// Code is what T2's header files call the type: U16, H64, MAC:R.
func (t Type) Code() string {
	switch {
	case !t.Valid():
		return "invalid"
	case t.IsList():
		return typeCodes[t.Elem()] + ":R"
	}
	return typeCodes[t]
}

func load16(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }

func load32(b []byte) uint32 {
	_ = b[3]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

func load64(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// store64 stores a little-endian number.
func store64(b []byte, u uint64) {
	_ = b[7]
	b[0], b[1], b[2], b[3] = byte(u), byte(u>>8), byte(u>>16), byte(u>>24)
	b[4], b[5], b[6], b[7] = byte(u>>32), byte(u>>40), byte(u>>48), byte(u>>56)
}

// store32 stores a little-endian number.
func store32(b []byte, u uint32) {
	_ = b[3]
	b[0], b[1], b[2], b[3] = byte(u), byte(u>>8), byte(u>>16), byte(u>>24)
}
