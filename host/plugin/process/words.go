package process

import (
	"slices"
	"strings"

	"github.com/t2host/t2host/host/plugin/remote"
)

// Bounds of the last words.
const (
	maxWords   = 20   // lines that are kept,
	maxBytes   = 4096 // and their bytes
	maxDying   = 60   // lines that are kept of a panic,
	dyingBytes = 16 << 10
	shownWords = 3 // lines that an error shows
)

// words are the last lines that a process wrote to standard error, and those from the
// beginning of a panic on.
type words struct {
	lines []string
	bytes int // of lines
	dying []string
	spent int // bytes of dying
}

// beginnings are how the messages begin that Go's runtime prints when a program breaks.
var beginnings = []string{"panic: ", "fatal error: ", "runtime: ", "SIG", "unexpected fault address "}

// keep keeps a line and reports whether it is for the log as well.
func (w *words) keep(line string) bool {
	if w.dying != nil || slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(line, b) }) {
		if len(w.dying) < maxDying && w.spent+len(line) <= dyingBytes {
			w.dying = append(w.dying, line)
			w.spent += len(line)
		}
		return false
	}
	w.lines = append(w.lines, line)
	w.bytes += len(line)
	for len(w.lines) > maxWords || w.bytes > maxBytes {
		w.bytes -= len(w.lines[0])
		w.lines = slices.Delete(w.lines, 0, 1)
	}
	return true
}

// last returns the last words for an error, in one line, or "".
func (w *words) last() string {
	text := strings.Join(w.lines[max(0, len(w.lines)-shownWords):], " | ")
	if w.dying != nil {
		text = w.cause()
	}
	if text == "" {
		return ""
	}
	return " (last words: " + remote.Printable(text) + ")"
}

// cause returns why the program broke, and where.
func (w *words) cause() string {
	for _, line := range w.dying {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return line + place(w.dying)
		}
	}
	return w.dying[0] + place(w.dying)
}

// place returns the first place in a stack that is in the program; the line of a call is
// followed by that of its place.
func place(stack []string) string {
	for i, line := range stack {
		file, _, ok := strings.Cut(strings.TrimSpace(line), " +0x")
		if !ok || i == 0 || !strings.Contains(file, ".go:") {
			continue
		}
		if call := stack[i-1]; strings.HasPrefix(call, "runtime.") || strings.HasPrefix(call, "runtime/") || strings.HasPrefix(call, "panic(") {
			continue
		}
		return " (" + file[strings.LastIndexByte(file, '/')+1:] + ")"
	}
	return ""
}
