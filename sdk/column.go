package sdk

// Type is the type of a column's values. The text forms are T2's.
type Type uint8

// The types. Numbers are little-endian. All but text and string are fixed in width.
const (
	TypeU8       Type = iota + 1 // unsigned, decimal
	TypeU16                      //
	TypeU32                      //
	TypeU64                      //
	TypeH8                       // unsigned, 0x and hex digits
	TypeH16                      //
	TypeH32                      //
	TypeH64                      //
	TypeI64                      // signed, decimal
	TypeF32                      // IEEE 754
	TypeF64                      //
	TypeTime                     // nanoseconds since 1970 UTC (i64), shown as seconds with nine digits
	TypeDuration                 // nanoseconds (i64), shown as seconds with nine digits
	TypeIP                       // see IP
	TypeMAC                      // 6 bytes
	TypeText                     // bytes, UTF-8 as far as they can be shown; shown as they are
	TypeString                   // the same, shown in quotes
	maxType
)

// List makes the type of a column that holds any number of values of a type:
// TypeU16 | List. It is no type by itself.
const List Type = 0x80

// Elem is the type of a list's values, and t itself where it is no list.
func (t Type) Elem() Type { return t &^ List }

// IsList says that a column of that type holds any number of values.
func (t Type) IsList() bool { return t&List != 0 }

var typeNames = [...]string{
	TypeU8: "u8", TypeU16: "u16", TypeU32: "u32", TypeU64: "u64",
	TypeH8: "h8", TypeH16: "h16", TypeH32: "h32", TypeH64: "h64",
	TypeI64: "i64", TypeF32: "f32", TypeF64: "f64",
	TypeTime: "time", TypeDuration: "duration", TypeIP: "ip",
	TypeMAC: "mac", TypeText: "text", TypeString: "string",
}

var typeSizes = [...]int{
	TypeU8: 1, TypeU16: 2, TypeU32: 4, TypeU64: 8,
	TypeH8: 1, TypeH16: 2, TypeH32: 4, TypeH64: 8,
	TypeI64: 8, TypeF32: 4, TypeF64: 8,
	TypeTime: 8, TypeDuration: 8, TypeIP: IPSize,
	TypeMAC: 6, TypeText: 0, TypeString: 0,
}

// Valid says that t is one of the types above, or a list of one.
func (t Type) Valid() bool { return t.Elem() > 0 && t.Elem() < maxType }

func (t Type) String() string {
	switch {
	case !t.Valid():
		return "invalid"
	case t.IsList():
		return typeNames[t.Elem()] + "[]"
	}
	return typeNames[t]
}

// TypeNamed is the type of that name; it is not valid if there is none.
func TypeNamed(name string) Type {
	for t := TypeU8; t.Valid(); t++ {
		switch name {
		case typeNames[t]:
			return t
		case typeNames[t] + "[]":
			return t | List
		}
	}
	return 0
}

// Size is the width of a value in bytes; 0 where values differ in it.
func (t Type) Size() int {
	if t.IsList() {
		return 0
	}
	return typeSizes[t]
}

// Column is one declared column: of records, or of the rows of a table. Where
// it names a column of another plugin, Name is "plugin.column". A name holds
// letters, digits and _, at most 64 bytes.
type Column struct {
	Name string
	Type Type
	Doc  string
}

// U8 declares a column of unsigned bytes.
func U8(name, doc string) Column { return Column{name, TypeU8, doc} }

// U16 declares a column of unsigned 16-bit numbers.
func U16(name, doc string) Column { return Column{name, TypeU16, doc} }

// U32 declares a column of unsigned 32-bit numbers.
func U32(name, doc string) Column { return Column{name, TypeU32, doc} }

// U64 declares a column of unsigned 64-bit numbers.
func U64(name, doc string) Column { return Column{name, TypeU64, doc} }

// H8 declares a column of status bytes, shown as hex.
func H8(name, doc string) Column { return Column{name, TypeH8, doc} }

// F32 declares a column of single-precision numbers.
func F32(name, doc string) Column { return Column{name, TypeF32, doc} }

// F64 declares a column of double-precision numbers.
func F64(name, doc string) Column { return Column{name, TypeF64, doc} }

// Duration declares a column of nanoseconds, shown as seconds.
func Duration(name, doc string) Column { return Column{name, TypeDuration, doc} }

// Of declares a column of any type.
func Of(t Type, name, doc string) Column { return Column{name, t, doc} }
