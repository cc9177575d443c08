package report

import (
	"strings"
	"testing"
)

// TestLinesStayLines: what plugins, files and warnings hold is shown on the line that it belongs to.
func TestLinesStayLines(t *testing.T) {
	const text = "one\ntwo\x1b[2J\u202e\xff\tthree"
	r := full()
	plain := len(strings.Split(r.Head()+r.Body(), "\n"))
	r.Files[0], r.Plugins[0].Lines[0], r.Outlets[0].Target, r.Links[0], r.Damage[0], r.Warnings[0] = text, text, text, text, text, text
	got := r.Head() + r.Body()
	if n := len(strings.Split(got, "\n")); n != plain-1 { // the damage was warned of already
		t.Errorf("%d lines, want %d:\n%s", n, plain-1, got)
	}
	for _, want := range []string{
		`Processing file: one\ntwo\x1b[2J\u202e\xff\tthree` + "\n", `tcpwin: one\ntwo\x1b[2J\u202e\xff` + "\tthree\n",
		`Outlet tcpwinsink.reports to one\ntwo\x1b[2J\u202e\xff\tthree: frames`, `[WRN] one\ntwo\x1b[2J\u202e\xff` + "\tthree\n",
		`Link layer type: one\ntwo\x1b[2J\u202e\xff\tthree` + "\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	if strings.ContainsAny(got, "\x1b\u202e") || strings.Contains(got, "\xff") {
		t.Errorf("what cannot be shown is there: %q", got)
	}
}
