package module

import "strings"

// Instructions. A string of them is a body, or a part of one.
const (
	end = "\x0b"

	Trap   = "\x00"
	Drop   = "\x1a"
	Return = "\x0f"
	Add    = "\x6a"         // i32.add
	Store  = "\x36\x02\x00" // i32.store: address, value
	Load   = "\x28\x02\x00" // i32.load: address
	Grow   = "\x40\x00"     // memory.grow: pages
	Fill   = "\xfc\x0b\x00" // memory.fill: address, value, length

	// Forever is a loop without end.
	Forever = "\x03\x40\x0c\x00" + end
)

// I32 leaves n.
func I32(n int) string { return "\x41" + signed(int64(int32(n))) }

// I64 leaves n.
func I64(n int64) string { return "\x42" + signed(n) }

// Answer leaves what describe, open, batch and close return.
func Answer(address, length int) string { return I64(int64(length)<<32 | int64(uint32(address))) }

// Call calls an imported function, by one of this package's constants.
func Call(f int) string { return "\x10" + number(f) }

// CallCalled calls the function whose body is Module.Calls, in a module without further imports.
func CallCalled() string { return Call(imports) }

// Loop repeats body without end.
func Loop(body string) string { return "\x03\x40" + body + "\x0c\x00" + end }

// Branches is a table of n+1 branches, each to the block around it, by what is left before it.
func Branches(n int) string { return "\x0e" + number(n) + strings.Repeat("\x00", n+1) }

// Times repeats body n times. It counts in a local.
func Times(n, local int, body string) string {
	at := number(local)
	return I32(n) + "\x21" + at + // local.set
		"\x03\x40" + body + "\x20" + at + I32(-1) + Add + "\x22" + at + // local.tee
		"\x0d\x00" + end // br_if
}

// number is n in LEB128, unsigned.
func number(n int) string {
	var b []byte
	for ; n > 0x7f; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return string(append(b, byte(n)))
}

// signed is n in LEB128, signed.
func signed(n int64) string {
	var b []byte
	for n < -64 || n > 63 {
		b = append(b, byte(n)|0x80)
		n >>= 7
	}
	return string(append(b, byte(n)&0x7f))
}
