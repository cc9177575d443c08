package value

import (
	"math"
	"math/bits"
	"slices"

	"github.com/t2host/t2host/sdk/internal/little"
)

// The text forms of values are T2's (docs/reference/records.md#text-of-columns). Numbers are not written with strconv: a text
// sink does little else, and in a sandboxed guest calls, loops and tables are dear.
// Here eight digits are made at once, in the bytes of a number.

// AppendText appends the text of a value, given as its bytes on the wire, as T2 shows it:
// numbers decimal, 0x and all hex digits, or with seven significant digits
// (C's %.7g; double precision: %f), times and durations as seconds (unsigned, 32
// bits) with nine decimals. Texts are escaped, strings quoted too, so that a value
// holds no control character. The values of a list are joined by semicolons.
func (t Type) AppendText(b, value []byte) []byte {
	switch t {
	case Uint8:
		return AppendDecimal(b, uint64(value[0]))
	case Uint16:
		return AppendDecimal(b, uint64(little.Uint16(value)))
	case Uint32:
		return AppendDecimal(b, uint64(little.Uint32(value)))
	case Uint64:
		return AppendDecimal(b, little.Uint64(value))
	case Hex8:
		return appendHex(b, uint32(value[0])<<24, 2)
	case Hex16:
		return appendHex(b, uint32(little.Uint16(value))<<16, 4)
	case Hex32:
		return appendHex(b, little.Uint32(value), 8)
	case Hex64:
		return appendHex64(b, little.Uint64(value))
	case Int64:
		return appendSigned(b, int64(little.Uint64(value)))
	case Float32:
		return appendFloat32(b, math.Float32frombits(little.Uint32(value)))
	case Float64:
		return appendFloat64(b, math.Float64frombits(little.Uint64(value)))
	case Time, Duration:
		return AppendSeconds(b, int64(little.Uint64(value)))
	case IP:
		return AppendIP(b, value)
	case MAC:
		return AppendMAC(b, value)
	case Text:
		return appendEscaped(b, value)
	case String:
		return append(appendEscaped(append(b, '"'), value), '"')
	}
	return t.appendList(b, value)
}

// appendList takes no call for each value of the lists that flows have.
func (t Type) appendList(b, list []byte) []byte {
	start := len(b)
	switch elem := t.Elem(); elem {
	case MAC:
		for ; len(list) >= 6; list = list[6:] {
			b = append(AppendMAC(b, list), ';')
		}
	case Uint16:
		for ; len(list) >= 2; list = list[2:] {
			b = append(AppendDecimal(b, uint64(little.Uint16(list))), ';')
		}
	case Text:
		for len(list) >= 4 {
			n := 4 + int(little.Uint32(list))
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
// between them. It is fast, for sinks that write millions of records: most numbers of a record
// are 0 or have one digit, and for those it makes no calls.
func AppendRow(b []byte, columns []*Vec, i int) []byte {
	for n, v := range columns {
		if n > 0 {
			b = append(b, '\t')
		}
		var u uint64
		switch v.Type {
		case Uint8:
			u = uint64(v.Data[i])
		case Uint16:
			u = uint64(little.Uint16(v.Data[2*i:]))
		case Uint32:
			u = uint64(little.Uint32(v.Data[4*i:]))
		case Uint64:
			u = little.Uint64(v.Data[8*i:])
		case Int64:
			if u = little.Uint64(v.Data[8*i:]); u>>63 != 0 {
				b, u = append(b, '-'), -u
			}
		case Float32:
			x := little.Uint32(v.Data[4*i:])
			if x != 0 {
				b = appendFloat32(b, math.Float32frombits(x))
				continue
			}
		case Time, Duration:
			if x := int64(little.Uint64(v.Data[8*i:])); x != 0 {
				b = AppendSeconds(b, x)
			} else {
				b = append(b, "0.000000000"...)
			}
			continue
		case Hex8:
			b = appendHex(b, uint32(v.Data[i])<<24, 2)
			continue
		case Hex16:
			b = appendHex(b, uint32(little.Uint16(v.Data[2*i:]))<<16, 4)
			continue
		case Hex64:
			b = appendHex64(b, little.Uint64(v.Data[8*i:]))
			continue
		case IP:
			b = AppendIP(b, v.Data[IPSize*i:])
			continue
		case Text:
			if text := v.Bytes(i); len(text) == 1 && text[0] >= 'A' && text[0] <= 'Z' { // a direction
				b = append(b, text[0])
			} else {
				b = appendEscaped(b, text)
			}
			continue
		case MAC | List:
			if list := v.Bytes(i); len(list) == 6 {
				b = AppendMAC(b, list)
			} else {
				b = v.Type.appendList(b, list)
			}
			continue
		case Uint16 | List:
			list := v.Bytes(i)
			if len(list) != 2 {
				b = v.Type.appendList(b, list)
				continue
			}
			u = uint64(little.Uint16(list))
		case Text | List:
			if list := v.Bytes(i); len(list) > 4 && uint64(little.Uint32(list)) == uint64(len(list)-4) {
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
			little.PutUint64(b[len(b):len(b)+8], digits>>(8*none)+zeros)
			b = b[:len(b)+8-none]
		default:
			b = AppendDecimal(b, u)
		}
	}
	return b
}

var typeCodes = [...]string{
	Uint8: "U8", Uint16: "U16", Uint32: "U32", Uint64: "U64",
	Hex8: "H8", Hex16: "H16", Hex32: "H32", Hex64: "H64",
	Int64: "I64", Float32: "F", Float64: "D",
	Time: "U64.U32", Duration: "U64.U32", IP: "IPX",
	MAC: "MAC", Text: "SC", String: "S",
}

// Code returns the name of the type in T2's header files: U16, H64, MAC:R.
func (t Type) Code() string {
	switch {
	case !t.Valid():
		return "invalid"
	case t.IsList():
		return typeCodes[t.Elem()] + ":R"
	}
	return typeCodes[t]
}
