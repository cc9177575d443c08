package remote

import "strings"

// maxText bounds what a plugin says for the user, in bytes.
const maxText = 1024

// Printable gives what a plugin says as a line that can be shown: of a bounded
// length, and without what steers a terminal.
func Printable(text string) string {
	if len(text) > maxText {
		text = text[:maxText] + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0xfffd {
			return '?'
		}
		return r
	}, text)
}
