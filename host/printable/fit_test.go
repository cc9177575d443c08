package printable

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFit(t *testing.T) {
	for _, c := range []struct {
		text, want string
		width      int
	}{
		{"short\nlines\n", "short\nlines\n", 30},
		{"warning   frames were lost since the ring was full\n", "warning   frames were lost\n          since the ring was\n          full\n", 30},
		{"no width at all is any width, however long\n", "no width at all is any width, however long\n", 0},
		{"a word that is toolongforanylineofthiswidth ends\n", "a word that is\ntoolongforanylineoft\nhiswidth ends\n", 20},
		{"host          peer         time      resets\n", "host          peer         ti…\n", 30},
		{"input     größe größe größe größe größe", "input     größe größe größe\n          größe größe", 30},
	} {
		if got := Fit(c.text, c.width); got != c.want {
			t.Errorf("in %d:\n%swant\n%s", c.width, got, c.want)
		}
	}
}

func FuzzFit(f *testing.F) {
	f.Add("warning   frames were lost", 12)
	f.Add("a  b", 1)
	f.Fuzz(func(t *testing.T, text string, width int) {
		if width < 1 || width > 1000 || !utf8.ValidString(text) {
			return
		}
		for line := range strings.Lines(Fit(text, width)) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("%d characters in %d: %q", n, width, line)
			}
		}
	})
}
