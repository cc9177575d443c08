package main

import (
	"bytes"
	"io"
	"os"
	"sync"

	"github.com/vbauerster/mpb/v8"
	"golang.org/x/term"

	"github.com/t2host/t2host/host/printable"
)

// screen is standard error. While a line of progress is shown at a terminal, what is written comes above it.
type screen struct {
	w        io.Writer
	terminal *os.File // nil: it is none

	mu sync.Mutex
	on *mpb.Progress // nil: no line is shown
}

// newScreen returns the screen of w, which is a terminal if it is a file that leads to one.
func newScreen(w io.Writer) *screen {
	return &screen{w: w, terminal: terminalOf(w)}
}

// terminalOf returns the terminal that w leads to, nil if it leads to none.
func terminalOf(w io.Writer) *os.File {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.on != nil {
		return s.on.Write(p)
	}
	return s.w.Write(p)
}

// widthOf returns the width of a terminal, in characters, 0 if w leads to none.
func widthOf(w io.Writer) int {
	if f := terminalOf(w); f != nil {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			return width
		}
	}
	return 0
}

// fits is a writer of text to a terminal, in lines that fit into its width; to anything else it passes bytes on.
type fits struct {
	w     io.Writer
	width int // 0: it is no terminal
	line  []byte
}

func newFits(w io.Writer) *fits { return &fits{w: w, width: widthOf(w)} }

func (f *fits) Write(p []byte) (int, error) {
	if f.width == 0 {
		return f.w.Write(p)
	}
	f.line = append(f.line, p...)
	whole := bytes.LastIndexByte(f.line, '\n') + 1
	_, err := io.WriteString(f.w, printable.Fit(string(f.line[:whole]), f.width))
	f.line = f.line[whole:]
	return len(p), err
}

// flush writes a line that has not ended.
func (f *fits) flush() {
	_, _ = f.w.Write(f.line) // of an error there is nobody to tell any more
	f.line = nil
}

// untilWritten returns a writer to w, of which the first write calls done, if w is a terminal: what a run prints there comes instead of its
// progress.
func untilWritten(w io.Writer, done func()) io.Writer {
	if terminalOf(w) == nil {
		return w
	}
	return &firstWrite{w, done}
}

type firstWrite struct {
	io.Writer
	done func()
}

func (f *firstWrite) Write(p []byte) (int, error) {
	if len(p) > 0 {
		f.done()
	}
	return f.Writer.Write(p)
}

// Unwrap returns the writer below.
func (s *screen) Unwrap() io.Writer { return s.w }

// Unwrap returns the writer below.
func (f *firstWrite) Unwrap() io.Writer { return f.Writer }
