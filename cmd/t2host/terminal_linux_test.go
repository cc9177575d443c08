package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"github.com/t2host/t2host/testdata/built"
)

// terminal is a pseudo terminal and all that was shown on it.
type terminal struct {
	t     *testing.T
	ptmx  *os.File
	tty   *os.File
	mu    sync.Mutex
	shown bytes.Buffer
	done  sync.WaitGroup
}

func newTerminal(t *testing.T, width int) *terminal {
	t.Helper()
	ptmx, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		skip(t, "no pseudo terminals here")
	}
	number, err := unix.IoctlGetInt(int(ptmx.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(ptmx.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, ptmx: ptmx, tty: tty}
	term.resize(width)
	term.done.Go(func() {
		b := make([]byte, 4096)
		for {
			n, err := ptmx.Read(b)
			term.mu.Lock()
			term.shown.Write(b[:n])
			term.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	return term
}

func (t *terminal) resize(width int) {
	if err := unix.IoctlSetWinsize(int(t.ptmx.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: uint16(width)}); err != nil {
		t.t.Fatal(err)
	}
}

// take returns what was shown since the last call.
func (t *terminal) take() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := t.shown.String()
	t.shown.Reset()
	return text
}

// close returns what was shown at last.
func (t *terminal) close() string {
	t.tty.Close()
	t.done.Wait()
	t.ptmx.Close()
	return t.take()
}

// erased is how a line of progress goes.
const erased = "\x1b[1A\x1b[J"

// narrow fails if a line is wider than a width.
func (t *terminal) narrow(text string, width int) {
	t.t.Helper()
	for _, line := range regexp.MustCompile(`\r?\n`).Split(strings.ReplaceAll(text, erased, ""), -1) {
		if n := utf8.RuneCountInString(line); n > width {
			t.t.Errorf("%d characters at a terminal of %d: %q", n, width, line)
		}
	}
}

// slowly starts t2host on the capture of windows, which comes in two halves; the second one when next is called.
func slowly(t *testing.T, term *terminal, args ...string) (next func()) {
	t.Helper()
	data, err := os.ReadFile("../../testdata/windows.pcap")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command(mustBuild(t, built.Program), append([]string{"-r", "-", "-p", "tcpwin:inproc", "-w", dir + "/"}, args...)...)
	cmd.Env = append(os.Environ(), "NO_COLOR=1", "TERM=xterm-256color", "HOME="+dir)
	cmd.Stdout, cmd.Stderr = term.tty, term.tty
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = in.Write(data[:len(data)/2])
	return func() {
		_, _ = io.Copy(in, bytes.NewReader(data[len(data)/2:]))
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
}

// until waits until a text is shown, and returns all that was.
func (t *terminal) until(text string) string {
	t.t.Helper()
	all := ""
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if all += t.take(); strings.Contains(all, text) {
			return all
		}
	}
	t.t.Fatalf("no %q in %q", text, all)
	return ""
}

// TestProgress: a terminal shows how far a run is, in its width, also after it has become narrower; at the end the line is gone and the
// report comes.
func TestProgress(t *testing.T) {
	t.Parallel()
	term := newTerminal(t, 60)
	next := slowly(t, term)
	text := term.until("packets/s")
	if !regexp.MustCompile(`\d+KB  [\d.]+K? packets/s  \d+ flows`).MatchString(text) {
		t.Errorf("no progress in %q", text)
	}
	term.narrow(text, 60)
	term.resize(30)
	term.until(erased)
	time.Sleep(3 * progressEvery)
	text = term.take()
	term.narrow(text[strings.LastIndex(text, erased)+len(erased):], 29)
	next()
	text = term.close()
	head, report, ok := strings.Cut(text, erased+"input ")
	if !ok || strings.Contains(report, erased) {
		t.Errorf("the report does not come after the progress: %q", text)
	}
	term.narrow("input "+report, 30)
	if strings.Contains(head+report, "\x1b[3") || !strings.Contains(report, "tcpwin") {
		t.Errorf("colours, or no report: %q", text)
	}
}

// TestNoProgress: there is none with -q, nor where standard error is no terminal.
func TestNoProgress(t *testing.T) {
	t.Parallel()
	term := newTerminal(t, 80)
	next := slowly(t, term, "-q")
	time.Sleep(2 * progressAfter)
	next()
	if text := term.close(); text != "" {
		t.Errorf("with -q: %q", text)
	}
}

// TestPageStays: at a terminal the page of a run that has ended stays until Ctrl-C.
func TestPageStays(t *testing.T) {
	t.Parallel()
	term := newTerminal(t, 80)
	dir := t.TempDir()
	capture, err := filepath.Abs("../../testdata/windows.pcap")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(mustBuild(t, built.Program), "-r", capture, "-p", "tcpwin:inproc", "-w", dir+"/", "--view", "0")
	cmd.Env = append(os.Environ(), "HOME="+dir)
	cmd.Stdout, cmd.Stderr = term.tty, term.tty
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	text := term.until("the run has ended, its page stays: Ctrl-C ends it")
	m := regexp.MustCompile(`shown at (http://[0-9.:]+/)`).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no address in %q", text)
	}
	res, err := http.Get(m[1])
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	term.close()
}

// TestBusy: what takes long says so, and what is written meanwhile comes above.
func TestBusy(t *testing.T) {
	t.Parallel()
	term := newTerminal(t, 40)
	s := newScreen(term.tty)
	done := s.busy("building mysink")
	term.until("building mysink  0:00")
	fmt.Fprintln(s, "t2host: go: downloading")
	term.until("t2host: go: downloading\r\n")
	done()
	if text := term.close(); !strings.HasSuffix(text, erased) {
		t.Errorf("the line is still there: %q", text)
	}
}
