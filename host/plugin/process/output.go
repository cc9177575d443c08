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

// maxLine bounds a printed line in bytes; the rest of it is dropped.
const maxLine = 4096

// output reads what a process prints: its handshake goes to go-plugin, everything else to the
// log, and the last lines are kept.
type output struct {
	handshake *io.PipeReader // go-plugin reads it,
	greet     *io.PipeWriter // and this is written
	silence   *io.PipeReader // go-plugin reads nothing,
	hush      *io.PipeWriter // until this is closed

	// What go-plugin's other side redirects: what is printed between the handshake and the
	// connection.
	early, earlyErr splitter

	logging sync.Mutex   // apart, since a log may take its time
	log     func(string) // nil if there is no log, or no longer one

	mu     sync.Mutex
	spoken bool // the handshake was read,
	abi    int  // with this version
	words  words
}

func newOutput(log func(string)) *output {
	o := &output{log: log}
	o.handshake, o.greet = io.Pipe()
	o.silence, o.hush = io.Pipe()
	o.early.line = func(text string) { o.say("stdout: ", text) }
	o.earlyErr.line = o.complain
	return o
}

// close ends what go-plugin reads, and the log. If the process ended well, lines held back as
// the beginning of a panic were none.
func (o *output) close(well bool) {
	o.mu.Lock()
	held := o.words.dying
	o.mu.Unlock()
	if well {
		for _, text := range held {
			o.say("stderr: ", text)
		}
	}
	o.logging.Lock()
	o.log = nil
	o.logging.Unlock()
	o.greet.Close()
	o.hush.Close()
}

func (o *output) say(prefix, text string) {
	o.logging.Lock()
	defer o.logging.Unlock()
	if o.log != nil {
		o.log(prefix + text)
	}
}

// greeting is the line in which go-plugin's other side tells where it listens: its core
// protocol, the version of the plugin's, and so on. It may come after a line that the plugin
// has begun.
var greeting = regexp.MustCompile(`(?:^\d+|1)\|(\d+)\|(?:unix|tcp)\||^\d+\|(\d+)\|`)

func (o *output) stdout(f *os.File) {
	lines(f, func(line string) {
		at := greeting.FindStringSubmatchIndex(line)
		if _, spoken := o.version(); spoken || at == nil {
			o.say("stdout: ", line)
			return
		}
		if at[0] > 0 {
			o.say("stdout: ", line[:at[0]])
		}
		number := line[max(at[2], at[4]):max(at[3], at[5])]
		abi, err := strconv.Atoi(number)
		if err != nil {
			abi = -1 // too long for a number, so another version
		}
		o.mu.Lock()
		o.spoken, o.abi = true, abi
		o.mu.Unlock()
		_, _ = io.WriteString(o.greet, line[at[0]:]+"\n") // go-plugin reads to the end
	})
}

func (o *output) stderr(f *os.File) { lines(f, o.complain) }

func (o *output) complain(line string) {
	o.mu.Lock()
	shown := o.words.keep(line)
	o.mu.Unlock()
	if shown {
		o.say("stderr: ", line)
	}
}

// version returns the ABI version of the handshake, and reports whether it was read.
func (o *output) version() (int, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.abi, o.spoken
}

// last returns the last words for an error, in one line.
func (o *output) last() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.words.last()
}

// lines calls f for each line that is not empty.
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

// splitter splits what is written into lines; one goroutine writes.
type splitter struct {
	line func(string)
	text []byte
}

func (s *splitter) Write(data []byte) (int, error) {
	for _, c := range data {
		if c == '\n' {
			s.line(strings.TrimRight(string(s.text), "\r"))
			s.text = s.text[:0]
		} else if len(s.text) < maxLine {
			s.text = append(s.text, c)
		}
	}
	return len(data), nil
}
