package process

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLastWords(t *testing.T) {
	many := strings.Repeat("goroutine 9 [running]:\n", 300)
	for _, c := range []struct{ name, printed, want, logged string }{
		{"nothing", "", "", ""},
		{"lines", "a\nb\nc\nd\n", " (last words: b | c | d)", "a b c d"},
		{"a panic", "a\npanic: no\nmore\n\ngoroutine 1 [running]:\nmain.f()\n\t/home/x/y.go:12 +0x1d\nmain.main()\n\t/home/x/z.go:3 +0x1\nexit status 2\n", " (last words: panic: no (y.go:12))", "a"},
		{"through the runtime", "panic: no\n\ngoroutine 1 [running]:\npanic({0x1, 0x2})\n\truntime/panic.go:783 +0x1\nruntime.goPanicIndex(0x1)\n\truntime/panic.go:115 +0x2\nexample.org/x.F(...)\n\texample.org/x/f.go:7 +0x3\n", " (last words: panic: no (f.go:7))", ""},
		{"a fatal error after other lines", "runtime: goroutine stack exceeds 1000000000-byte limit\nruntime: sp=0x1 stack=[0x2, 0x3]\nfatal error: stack overflow\n\nruntime stack:\nruntime.throw({0x1})\n\t/go/src/runtime/panic.go:1 +0x1\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/x/runtime/own.go:7 +0x2\n", " (last words: fatal error: stack overflow (own.go:7))", ""},
		{"a signal", "SIGQUIT: quit\nPC=0x1\n", " (last words: SIGQUIT: quit)", ""},
		{"an endless dump", "fatal error: deadlock\n" + many, " (last words: fatal error: deadlock)", ""},
		{"what steers a terminal", "a\x1b[2J\n", ` (last words: a\x1b[2J)`, "a\x1b[2J"},
		{"an endless line", strings.Repeat("x", 1<<20), " (last words: " + strings.Repeat("x", 1024) + "…)", strings.Repeat("x", maxLine)},
	} {
		var logged []string
		o := newOutput(func(line string) { logged = append(logged, strings.TrimPrefix(line, "stderr: ")) })
		lines(strings.NewReader(c.printed), o.complain)
		if diff := cmp.Diff(c.want, o.last()); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
		if diff := cmp.Diff(c.logged, strings.Join(logged, " ")); diff != "" {
			t.Errorf("%s: log\n%s", c.name, diff)
		}
	}
}

// TestWordsAreBounded: whatever is printed, little is kept.
func TestWordsAreBounded(t *testing.T) {
	var w words
	for _, n := range []int{1, 30, 300, maxLine} {
		for i := range 100 {
			w.keep(fmt.Sprint(i, strings.Repeat("x", n)))
			if len(w.lines) > maxWords || len(strings.Join(w.lines, "")) > maxBytes {
				t.Fatalf("%d lines of %d bytes are kept", len(w.lines), n)
			}
		}
	}
	w.keep("panic: x")
	for range 1000 {
		w.keep(strings.Repeat("y", maxLine))
	}
	if len(w.dying) > maxDying || len(strings.Join(w.dying, "")) > dyingBytes {
		t.Errorf("%d lines of a panic are kept", len(w.dying))
	}
}

// TestWhatWasNoEnd: a line that looks like a panic's is shown after all if the
// process ends well.
func TestWhatWasNoEnd(t *testing.T) {
	for _, well := range []bool{true, false} {
		n := 0
		o := newOutput(func(string) { n++ })
		lines(strings.NewReader("SIGNAL is strong\nall is well\n"), o.complain)
		if o.close(well); (n == 2) != well {
			t.Errorf("well %v: %d lines are logged", well, n)
		}
		o.say("", "too late")
		if n > 2 {
			t.Error("a line is logged after the end")
		}
	}
}

func TestSplitter(t *testing.T) {
	var got []string
	s := splitter{line: func(text string) { got = append(got, text) }}
	for _, piece := range []string{"a", "b\r\nc\n", strings.Repeat("d", 2*maxLine), "d\ne"} {
		if n, err := s.Write([]byte(piece)); n != len(piece) || err != nil {
			t.Fatal(n, err)
		}
	}
	if diff := cmp.Diff([]string{"ab", "c", strings.Repeat("d", maxLine)}, got); diff != "" {
		t.Error(diff)
	}
}
