package value

import "github.com/t2host/t2host/sdk/internal/little"

// Type is the type of a column's values, or of the values of a list. Its text forms are
// those of Tranalyzer2 (T2).
type Type uint8

// The types of values, as little-endian bytes. All but Text and String have a fixed width.
const (
	Uint8    Type = iota + 1 // unsigned, shown in decimal
	Uint16                   //
	Uint32                   //
	Uint64                   //
	Hex8                     // unsigned, shown as 0x and all hex digits
	Hex16                    //
	Hex32                    //
	Hex64                    //
	Int64                    // signed, shown in decimal
	Float32                  // IEEE 754
	Float64                  //
	Time                     // int64: nanoseconds since 1970 UTC, shown as seconds with nine decimals
	Duration                 // int64: nanoseconds, shown as seconds with nine decimals
	IP                       // IPSize bytes: the version 4, 6 or 0 for none, then the address, IPv4 in the first four of 16 bytes
	MAC                      // 6 bytes
	Text                     // any bytes, shown as UTF-8, escaped
	String                   // the same, shown in quotes
	maxType
)

// IPSize is the width of an IP in bytes.
const IPSize = 17

// List is the flag of a list: Uint16 | List is the type of a column whose values are
// lists of any number of Uint16. It is not a type by itself.
const List Type = 0x80

// Elem returns the type of a list's elements, or t itself if it is not a list.
func (t Type) Elem() Type { return t &^ List }

// IsList reports whether t is a list.
func (t Type) IsList() bool { return t&List != 0 }

var typeNames = [...]string{
	Uint8: "u8", Uint16: "u16", Uint32: "u32", Uint64: "u64",
	Hex8: "h8", Hex16: "h16", Hex32: "h32", Hex64: "h64",
	Int64: "i64", Float32: "f32", Float64: "f64",
	Time: "time", Duration: "duration", IP: "ip",
	MAC: "mac", Text: "text", String: "string",
}

var typeSizes = [...]int{
	Uint8: 1, Uint16: 2, Uint32: 4, Uint64: 8,
	Hex8: 1, Hex16: 2, Hex32: 4, Hex64: 8,
	Int64: 8, Float32: 4, Float64: 8,
	Time: 8, Duration: 8, IP: IPSize,
	MAC: 6, Text: 0, String: 0,
}

// Valid reports whether t is one of the types above, or a list of one.
func (t Type) Valid() bool { return t.Elem() > 0 && t.Elem() < maxType }

// String returns the name of t as manifests and the ABI have it: u16, h64, text[].
func (t Type) String() string {
	switch {
	case !t.Valid():
		return "invalid"
	case t.IsList():
		return typeNames[t.Elem()] + "[]"
	}
	return typeNames[t]
}

// TypeNamed returns the type whose String is name. The result is not valid if there is none.
func TypeNamed(name string) Type {
	for t := Uint8; t.Valid(); t++ {
		switch name {
		case typeNames[t]:
			return t
		case typeNames[t] + "[]":
			return t | List
		}
	}
	return 0
}

// Size returns the width of a value in bytes, or 0 if values differ in width: texts, strings
// and lists.
func (t Type) Size() int {
	if t.IsList() {
		return 0
	}
	return typeSizes[t]
}

// Cut returns the first value of b, which is of type t, and the rest. A value without a fixed width has its length, a little-endian
// uint32, before it. ok reports whether b begins with such a value.
func (t Type) Cut(b []byte) (v, rest []byte, ok bool) {
	n := t.Size()
	if n == 0 {
		if len(b) < 4 {
			return nil, nil, false
		}
		n, b = int(little.Uint32(b)), b[4:]
	}
	if n < 0 || n > len(b) {
		return nil, nil, false
	}
	return b[:n], b[n:], t.Whole(b[:n])
}

// Whole reports whether b is the values of these columns, one after the other as Cut cuts them.
func Whole(columns []Column, b []byte) bool {
	for _, c := range columns {
		_, rest, ok := c.Type.Cut(b)
		if !ok {
			return false
		}
		b = rest
	}
	return len(b) == 0
}
