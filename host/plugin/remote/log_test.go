package remote

import (
	"strings"
	"testing"
)

// TestLog: a flood is cut off and counted, a few lines are not.
func TestLog(t *testing.T) {
	for _, lines := range []int{0, 3, 100, 5000} {
		var shown []string
		l := NewLog(func(line string) { shown = append(shown, line) })
		for range lines {
			l.Line("a\x1b[2J")
		}
		l.Close()
		flood := len(shown) > 0 && strings.HasSuffix(shown[len(shown)-1], "further lines of its log are not shown: it logs more than 10 a second")
		if flood != (lines > 1000) || !flood && len(shown) != lines || len(shown) > lines || lines > 0 && shown[0] != `a\x1b[2J` {
			t.Errorf("of %d lines %d are shown, the last %q", lines, len(shown), shown[max(0, len(shown)-1):])
		}
	}
}
