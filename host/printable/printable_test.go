package printable

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"größer als 4 µs — 日本", "größer als 4 µs — 日本"},
		{"a\tb", `a\tb`},
		{"red\x1b[31m", `red\x1b[31m`},
		{"one\r\ntwo", `one\r\ntwo`},
		{"\x00\x07\x7f", `\x00\a\x7f`},
		{"\u0085\u009b31m", `\u0085\u009b31m`},
		{"\u202egnp.exe\u200b\ufeff", `\u202egnp.exe\u200b\ufeff`},
		{"\u2028\u2029\u00ad", `\u2028\u2029\u00ad`},
		{"\U000e0041", `\U000e0041`},
		{"\xff\xc3", `\xff\xc3`},
		{"\ufffd", "\ufffd"},
		{`back\slash "quote" 'it'`, `back\slash "quote" 'it'`},
	} {
		if got := Line(c.in); got != c.want {
			t.Errorf("Line(%q) = %q, want %q", c.in, got, c.want)
		}
		if got, want := Tabbed(c.in), strings.ReplaceAll(c.want, `\t`, "\t"); got != want {
			t.Errorf("Tabbed(%q) = %q, want %q", c.in, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in, want string
		max      int
	}{{"abc", "abc", 3}, {"abcd", "abc…", 3}, {"a\x1bb", "a…", 4}, {"aµµ", "aµ…", 4}, {"a\tb", "a\tb", 3}} {
		if got := Cut(c.in, c.max); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.in, c.max, got, c.want)
		}
	}
}

func TestWriterKeepsRunes(t *testing.T) {
	const in = "µ\x1b[2J\n\tb\u202e日\xe6x"
	for size := 1; size <= len(in); size++ {
		var b strings.Builder
		w := Writer(&b)
		for rest := in; rest != ""; {
			n := min(size, len(rest))
			if wrote, err := w.Write([]byte(rest[:n])); wrote != n || err != nil {
				t.Fatal(wrote, err)
			}
			rest = rest[n:]
		}
		if got, want := b.String(), "µ\\x1b[2J\n\tb\\u202e日\\xe6x"; got != want {
			t.Errorf("in pieces of %d: %q, want %q", size, got, want)
		}
	}
}

// FuzzLine: the result can be shown, is what it was where that could be shown, and in JSON
// the value stays the same.
func FuzzLine(f *testing.F) {
	for _, s := range []string{"", "plain", "a\tb\nc\x1b[31m", "\u202egnp.exe", "\xff\xfe\xc3(", "\u0085\u009b", "\U000e0001", "\ufffd", `\x1b`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line := Line(s)
		if !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return !strconv.IsPrint(r) }) {
			t.Errorf("Line(%q) = %q, which cannot be shown", s, line)
		}
		if again := Line(line); again != line {
			t.Errorf("Line(%q) = %q, and again %q", s, line, again)
		}
		if cut := Cut(s, 16); len(cut) > 16+len("…") || strings.ContainsFunc(cut, func(r rune) bool { return r != '\t' && !strconv.IsPrint(r) }) {
			t.Errorf("Cut(%q, 16) = %q", s, cut)
		}
		data, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var before, after string
		shown := JSON(data)
		if json.Unmarshal(data, &before) != nil || json.Unmarshal(shown, &after) != nil || before != after {
			t.Errorf("JSON(%q) = %q, another value", data, shown)
		}
		if strings.ContainsFunc(string(shown), func(r rune) bool { return !strconv.IsPrint(r) }) {
			t.Errorf("JSON(%q) = %q, which cannot be shown", data, shown)
		}
	})
}
