package process

import (
	"bufio"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Bounds of what a process prints: a line is cut behind so many bytes, so many
// lines are kept as its last words, and so many of a panic.
const (
	maxLine    = 4096
	maxWords   = 20
	maxPanic   = 60
	shownWords = 3
)

// output takes what a process prints: its handshake goes to go-plugin, all else
// to the log, and its last lines are kept.
type output struct {
	log func(string)

	handshake *io.PipeReader
	greet     *io.PipeWriter
	silence   *io.PipeReader
	hush      *io.PipeWriter

	*words
}

func newOutput(log func(string)) output {
	o := output{log: log, words: &words{abi: -1}}
	if log == nil {
		o.log = func(string) {}
	}
	o.handshake, o.greet = io.Pipe()
	o.silence, o.hush = io.Pipe()
	return o
}

// close ends what go-plugin reads.
func (o *output) close() {
	o.greet.Close()
	o.hush.Close()
}

// greeting is the line with which go-plugin's other side says where it listens:
// its core protocol, the version of the plugin's, and so on.
var greeting = regexp.MustCompile(`^\d+\|(\d+)\|`)

func (o *output) stdout(f *os.File) {
	greeted := false
	lines(f, func(line string) {
		if m := greeting.FindStringSubmatch(line); m != nil && !greeted {
			greeted = true
			if n, err := strconv.Atoi(m[1]); err == nil {
				o.setVersion(n)
			}
			_, _ = io.WriteString(o.greet, line+"\n") // go-plugin reads to the end
			return
		}
		o.log("stdout: " + line)
	})
}

func (o *output) stderr(f *os.File) {
	lines(f, func(line string) {
		if o.keep(line) {
			o.log("stderr: " + line)
		}
	})
}

// lines calls f for each line; of a line that is too long the rest is dropped.
func lines(r io.Reader, f func(string)) {
	b := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := b.ReadSlice('\n')
		text := strings.TrimRight(string(line), "\r\n")
		for err == bufio.ErrBufferFull {
			_, err = b.ReadSlice('\n')
		}
		if text != "" {
			f(text)
		}
		if err != nil {
			return
		}
	}
}

// words are the last lines of a process, or those of its panic.
type words struct {
	mu       sync.Mutex
	lines    []string
	panicked bool
	abi      int // of the handshake, -1 before it
}

func (w *words) setVersion(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.abi = n
}

func (w *words) version() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.abi
}

// dying are the beginnings of what Go's runtime prints when a program breaks.
var dying = []string{"panic: ", "fatal error: ", "runtime: ", "SIG", "unexpected fault address "}

// keep keeps a line; it says whether the line is for the log as well.
func (w *words) keep(line string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.panicked {
		for _, d := range dying {
			if strings.HasPrefix(line, d) {
				w.panicked, w.lines = true, nil
			}
		}
	}
	if w.panicked {
		if len(w.lines) < maxPanic {
			w.lines = append(w.lines, line)
		}
		return false
	}
	if len(w.lines) == maxWords {
		w.lines = append(w.lines[:0], w.lines[1:]...)
	}
	w.lines = append(w.lines, line)
	return true
}

// last gives the last words for an error, in one line.
func (w *words) last() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.lines) == 0 {
		return ""
	}
	if w.panicked {
		return " (last words: " + w.lines[0] + place(w.lines) + ")"
	}
	return " (last words: " + strings.Join(w.lines[max(0, len(w.lines)-shownWords):], " | ") + ")"
}

// place finds the line of the program in a panic's stack.
func place(stack []string) string {
	for _, line := range stack {
		file, _, ok := strings.Cut(strings.TrimSpace(line), " +0x")
		if ok && strings.Contains(file, ".go:") && !strings.Contains(file, "/runtime/") {
			return " (" + file[strings.LastIndexByte(file, '/')+1:] + ")"
		}
	}
	return ""
}
