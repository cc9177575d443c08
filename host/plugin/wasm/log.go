package wasm

import (
	"bytes"
	"strings"
)

// Bounds of what a guest prints: bytes after which a line is cut, and lines that are kept as
// its last words.
const (
	maxLine  = 1024
	maxWords = 20
)

// log splits what a guest prints into lines and keeps the last ones. What Go's runtime prints
// when a program breaks is only kept.
type log struct {
	log      func(string)
	part     []byte // of a line
	lines    []string
	panicked bool
}

func (l *log) print(b []byte) {
	for len(b) > 0 {
		n := bytes.IndexByte(b, '\n')
		line := b
		if n >= 0 {
			line, b = b[:n], b[n+1:]
		} else {
			b = nil
		}
		l.part = append(l.part, line[:min(len(line), maxLine-len(l.part))]...)
		if n >= 0 {
			l.flush()
		}
	}
}

// flush ends the line.
func (l *log) flush() {
	if len(l.part) == 0 {
		return
	}
	line := string(l.part)
	l.part = l.part[:0]
	for _, start := range []string{"panic: ", "fatal error: ", "runtime: "} {
		if !l.panicked && strings.HasPrefix(line, start) {
			l.panicked, l.lines = true, nil
		}
	}
	if len(l.lines) < maxWords {
		l.lines = append(l.lines, line)
	} else if !l.panicked {
		l.lines = append(l.lines[:0], append(l.lines[1:], line)...)
	}
	if !l.panicked && l.log != nil {
		l.log(line)
	}
}

// last returns the last words for an error, in one line.
func (l *log) last() string {
	l.flush()
	if len(l.lines) == 0 {
		return ""
	}
	if l.panicked {
		return " (last words: " + l.lines[0] + ")"
	}
	return " (last words: " + strings.Join(l.lines[max(0, len(l.lines)-3):], " | ") + ")"
}
