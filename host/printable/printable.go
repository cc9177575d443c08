// Package printable escapes text that t2host did not write itself, so that a
// terminal, a report or a file can show it. It escapes what strconv.IsPrint
// refuses, as in a Go string: control characters, invalid UTF-8, and
// characters that reorder or hide text.
package printable

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Line returns s as one line, with tabs escaped too.
func Line(s string) string { return escape(s, "", len(s)*maxEscape) }

// Tabbed is Line without the escaping of tabs.
func Tabbed(s string) string { return escape(s, "\t", len(s)*maxEscape) }

// Cut is Tabbed, cut to at most max bytes and an ellipsis.
func Cut(s string, max int) string { return escape(s, "\t", max) }

// maxEscape is the length of the longest escape of one byte: \xff.
const maxEscape = 4

// escape does not escape the runes of keep.
func escape(s, keep string, max int) string {
	plain := func(r rune) bool { return r != utf8.RuneError && (strconv.IsPrint(r) || strings.ContainsRune(keep, r)) }
	if len(s) <= max && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		shown := s[:n]
		switch {
		case r == utf8.RuneError && n == 1:
			shown = `\x` + strconv.FormatUint(0x100|uint64(s[0]), 16)[1:]
		case r != utf8.RuneError && !plain(r):
			shown = strings.Trim(strconv.QuoteRune(r), "'")
		}
		if b.Len()+len(shown) > max {
			return b.String() + "…"
		}
		b.WriteString(shown)
		s = s[n:]
	}
	return b.String()
}

// JSON returns JSON with unprintable characters escaped; the values stay the same.
// encoding/json does not escape U+007F to U+009F, nor characters that reorder or hide text.
func JSON(data []byte) []byte {
	var b []byte
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		switch {
		case r == '\n' || strconv.IsPrint(r): // outside a string there is nothing else
			b = append(b, data[:n]...)
		case r > 0xffff:
			r -= 0x10000
			b = unit(unit(b, 0xd800+r>>10), 0xdc00+r&0x3ff)
		default:
			b = unit(b, r)
		}
		data = data[n:]
	}
	return b
}

func unit(b []byte, r rune) []byte {
	return append(b, `\u`+strconv.FormatUint(0x10000|uint64(r), 16)[1:]...)
}
