package wasm

import (
	"errors"
	"strings"
	"testing"
)

// TestWhere: the functions of a stack are shown by their names, where a module has these.
func TestWhere(t *testing.T) {
	names := []byte{
		0, 2, 1, 'm', // the module's own name
		functionNames, 16, 3, 5, 4, 'p', 'u', 't', '_', 7, 3, 'r', 'o', 'w', 9, 1, 'b',
	}
	names[5] = byte(len(names) - 6)
	const stack = "wasm error: unreachable\nwasm stack trace:\n\t.$5(i32)\n\t.$6()\n\t.$7(i32,i32) i64\n\t.t2host_batch(i32) i64\n\t.$9()"
	for _, c := range []struct {
		err   string
		names []byte
		want  string
	}{
		{stack, names, " in put_, called by row, called by b"},
		{stack, nil, ""},
		{"wasm error: unreachable", names, ""},
		{"wasm error: unreachable\nwasm stack trace:\n\t.$6()", names, ""},
		{stack, names[:12], ""},
		{stack, []byte{functionNames, 0xff, 0xff, 0xff, 0xff, 0x0f}, ""},
		{stack, []byte{functionNames, 5, 0xff, 0xff, 0xff, 0xff, 0x0f}, ""},
	} {
		if got := where(errors.New(c.err), c.names); got != c.want {
			t.Errorf("%q: %q, want %q", c.names, got, c.want)
		}
	}
}

// TestKeepNames: a name section is kept wherever it is, if it is not too long, and no other custom section.
func TestKeepNames(t *testing.T) {
	custom := func(name string, content []byte) []byte {
		body := append(append([]byte{byte(len(name))}, name...), content...)
		return append([]byte{sectionCustom, byte(len(body))}, body...)
	}
	code := append([]byte("\x00asm\x01\x00\x00\x00"), custom("other", []byte("xyz"))...)
	code = append(code, custom(nameSection, []byte("abc"))...)
	s, err := readShape(code)
	if err != nil || string(s.names) != "abc" {
		t.Errorf("%q, %v", s.names, err)
	}
	if s, err := readShape(append([]byte("\x00asm\x01\x00\x00\x00"), sectionCustom, 2, 9, 'n')); err != nil || s.names != nil {
		t.Errorf("%v, %v", s, err)
	}
}

func TestSourceLine(t *testing.T) {
	for line, want := range map[string]string{
		"\t\t0x1f4: /home/a/ports.c:39:3\n":            "ports.c:39",
		"\t\t0x1f4: C:\\a\\ports.c:39:3 (inlined)\n":   "ports.c:39",
		"\t\t       /src/lib.rs:7:1\n":                 "",
		"\t\t0x1f4: nothing\n":                         "",
		"\t\t0x1f4: a:b\n":                             "",
		"\t\t0x1f4: /rustc/x/core/panicking.rs:69:5\n": "panicking.rs:69",
	} {
		if got := sourceLine(line); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

func TestKeepsLines(t *testing.T) {
	section := func(name string, size int) string {
		body := string(byte(len(name))) + name + strings.Repeat("x", size)
		n := len(body)
		return "\x00" + string([]byte{byte(n) | 0x80, byte(n>>7) | 0x80, byte(n >> 14)}) + body
	}
	const head = "\x00asm\x01\x00\x00\x00"
	line, other := section(".debug_line", 30), section("producers", 30)
	s, err := readShape([]byte(head + other + line + other))
	if err != nil || string(s.plain) != head+line {
		t.Errorf("%q, %v, want the section of lines only", s.plain, err)
	}
	many := strings.Repeat(section(".debug_info", 1<<20), maxLines>>20+1)
	if s, err = readShape([]byte(head + many)); err != nil || len(s.plain) > maxLines+100 {
		t.Errorf("%d bytes are kept, %v", len(s.plain), err)
	}
}
