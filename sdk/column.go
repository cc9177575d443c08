package sdk

import "github.com/t2host/t2host/sdk/value"

// Column is a declared column. There is a function for each type, Uint32Column to
// StringColumn, and [ColumnOf] for lists. See [EndRow] for how its values are written.
type Column = value.Column

// ColumnOf declares a column of a type, such as the list value.MAC|value.List.
func ColumnOf(t value.Type, name, doc string) Column {
	return Column{Name: name, Type: t, Doc: doc}
}

// Uint8Column declares a column of unsigned bytes.
func Uint8Column(name, doc string) Column { return ColumnOf(value.Uint8, name, doc) }

// Uint16Column declares a column of unsigned 16-bit numbers.
func Uint16Column(name, doc string) Column { return ColumnOf(value.Uint16, name, doc) }

// Uint32Column declares a column of unsigned 32-bit numbers.
func Uint32Column(name, doc string) Column { return ColumnOf(value.Uint32, name, doc) }

// Uint64Column declares a column of unsigned 64-bit numbers.
func Uint64Column(name, doc string) Column { return ColumnOf(value.Uint64, name, doc) }

// Hex8Column declares a column of status bytes, shown as 0x and two hex digits.
func Hex8Column(name, doc string) Column { return ColumnOf(value.Hex8, name, doc) }

// Hex16Column declares a column of status words of 16 bits, shown as 0x and four hex digits.
func Hex16Column(name, doc string) Column { return ColumnOf(value.Hex16, name, doc) }

// Hex32Column declares a column of status words of 32 bits, shown as 0x and eight hex digits.
func Hex32Column(name, doc string) Column { return ColumnOf(value.Hex32, name, doc) }

// Hex64Column declares a column of status words of 64 bits, shown as 0x and 16 hex digits.
func Hex64Column(name, doc string) Column { return ColumnOf(value.Hex64, name, doc) }

// Int64Column declares a column of signed numbers.
func Int64Column(name, doc string) Column { return ColumnOf(value.Int64, name, doc) }

// Float32Column declares a column of single-precision numbers.
func Float32Column(name, doc string) Column { return ColumnOf(value.Float32, name, doc) }

// Float64Column declares a column of double-precision numbers.
func Float64Column(name, doc string) Column { return ColumnOf(value.Float64, name, doc) }

// TimeColumn declares a column of points in time: nanoseconds since 1970 UTC, shown as seconds with nine decimals.
func TimeColumn(name, doc string) Column { return ColumnOf(value.Time, name, doc) }

// DurationColumn declares a column of nanoseconds, shown as seconds with nine decimals.
func DurationColumn(name, doc string) Column { return ColumnOf(value.Duration, name, doc) }

// IPColumn declares a column of addresses.
func IPColumn(name, doc string) Column { return ColumnOf(value.IP, name, doc) }

// MACColumn declares a column of MAC addresses, 6 bytes each.
func MACColumn(name, doc string) Column { return ColumnOf(value.MAC, name, doc) }

// TextColumn declares a column of texts, shown escaped.
func TextColumn(name, doc string) Column { return ColumnOf(value.Text, name, doc) }

// StringColumn declares a column of texts, shown escaped and in quotes.
func StringColumn(name, doc string) Column { return ColumnOf(value.String, name, doc) }
