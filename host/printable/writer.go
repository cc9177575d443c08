package printable

import (
	"io"
	"unicode/utf8"
)

// Writer returns a writer that escapes what it passes on to w, except newlines and tabs. A
// text that must stay on one line has to be escaped by Line before. A rune may be cut between
// two calls of Write.
func Writer(w io.Writer) io.Writer { return &writer{w: w} }

type writer struct {
	w   io.Writer
	cut []byte // the beginning of a rune
}

func (w *writer) Write(p []byte) (int, error) {
	data := append(w.cut, p...)
	end := len(data)
	for n := 1; n < utf8.UTFMax && n <= len(data); n++ {
		if tail := data[len(data)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				end -= n
			}
			break
		}
	}
	text := string(data[:end])
	w.cut = append([]byte(nil), data[end:]...)
	if _, err := io.WriteString(w.w, escape(text, "\n\t", maxEscape*len(text))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Unwrap returns the writer below.
func (w *writer) Unwrap() io.Writer { return w.w }
