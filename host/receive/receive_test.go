package receive

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/t2host/t2host/host/internal/outlet"
)

const patience = 30 * time.Second

// text is a buffer that can be looked at while it is written.
type text struct {
	mu sync.Mutex
	b  strings.Builder
}

func (x *text) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.Write(p)
}

func (x *text) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.String()
}

// shows waits until the text contains a part.
func (x *text) shows(t *testing.T, part string) {
	t.Helper()
	for end := time.Now().Add(patience); !strings.Contains(x.String(), part); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never shown: %q, only %q", part, x.String())
		}
	}
}

// receiver is Run in the background.
type receiver struct {
	out, status text
	target      string // with the real port
	stop        func() error
}

func start(t *testing.T, target string) *receiver {
	t.Helper()
	r := new(receiver)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, target, &r.out, &r.status) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(patience):
			return errors.New("Run does not end")
		}
	})
	t.Cleanup(func() { r.stop() })
	r.status.shows(t, "\n")
	r.target, _ = strings.CutPrefix(strings.SplitN(r.status.String(), "\n", 2)[0], "listening on ")
	return r
}

func (r *receiver) dial(t *testing.T) net.Conn {
	t.Helper()
	a, err := outlet.ParseTarget(r.target)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial(a.Network, a.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

const report = "# Wed 25 Sep 2019 17:54:16\n# IP\tpktTcpCnt\twinRelThCnt\n10.9.25.101\t203\t0.004926\n\n\x00"

var shown = strings.TrimSuffix(report, "\x00") + "--- end of report %d (81 bytes) ---\n"

func TestTCP(t *testing.T) {
	r := start(t, "tcp://127.0.0.1:0")
	if strings.HasSuffix(r.target, ":0") {
		t.Errorf("shows %s, not the real port", r.target)
	}
	for n := range 2 { // one connection after another
		c := r.dial(t)
		for _, part := range []string{report[:30], report[30:] + report} {
			if _, err := c.Write([]byte(part)); err != nil {
				t.Fatal(err)
			}
		}
		c.Close()
		r.status.shows(t, fmt.Sprintf("connection from %s closed\n", c.LocalAddr()))
		want := ""
		for i := range 2 * (n + 1) {
			want += fmt.Sprintf(shown, i+1)
		}
		if got := r.out.String(); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
}

// Two senders at once: the reports come one after the other, whole.
func TestInterleaved(t *testing.T) {
	r := start(t, "tcp://127.0.0.1:0")
	const each = 200
	var senders sync.WaitGroup
	for i := range 2 {
		c := r.dial(t)
		senders.Go(func() {
			defer c.Close()
			body := strings.Repeat(string(rune('a'+i)), 3000)
			for range each {
				fmt.Fprintf(c, "%s", body)
				fmt.Fprintf(c, "\n\x00")
			}
		})
	}
	senders.Wait()
	r.out.shows(t, fmt.Sprintf("end of report %d ", 2*each))
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	for line := range strings.Lines(r.out.String()) {
		if strings.Contains(line, "a") && strings.Contains(line, "b") && !strings.HasPrefix(line, "---") {
			t.Fatalf("mixed: %.80q", line)
		}
	}
}

// Without NULs the bytes show as they are, soon.
func TestNoTerminator(t *testing.T) {
	r := start(t, "tcp://127.0.0.1:0")
	c := r.dial(t)
	fmt.Fprint(c, "{\"a\":1}\n")
	r.out.shows(t, "{\"a\":1}\n")
	fmt.Fprint(c, "{\"a\":2}")
	c.Close()
	r.status.shows(t, "closed")
	if got := r.out.String(); got != "{\"a\":1}\n{\"a\":2}\n" {
		t.Errorf("%q", got)
	}
}

func TestLongReport(t *testing.T) {
	r := start(t, "tcp://127.0.0.1:0")
	c := r.dial(t)
	body := strings.Repeat("x", 3*maxHeld)
	fmt.Fprintf(c, "%s\x00", body)
	r.out.shows(t, "report 1")
	if got, want := r.out.String(), body+fmt.Sprintf("\n--- end of report 1 (%d bytes) ---\n", len(body)+1); got != want {
		t.Errorf("got %d bytes, want %d", len(got), len(want))
	}
}

func TestUDP(t *testing.T) {
	r := start(t, "udp://127.0.0.1:0")
	c := r.dial(t)
	for i, d := range []string{report, "no end", "one\x00two\x00"} {
		fmt.Fprint(c, d)
		r.out.shows(t, fmt.Sprintf("report %d ", i+1)) // one at a time: UDP may lose them
	}
	r.out.shows(t, "report 4 ")
	want := fmt.Sprintf(shown, 1) +
		"no end\n--- end of report 2 (6 bytes) ---\n" +
		"one\n--- end of report 3 (4 bytes) ---\n" +
		"two\n--- end of report 4 (4 bytes) ---\n"
	if got := r.out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	if s := r.status.String(); strings.Count(s, "datagrams from "+c.LocalAddr().String()) != 1 {
		t.Errorf("status %q", s)
	}
}

func TestUnix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	target := "unix://" + path
	r := start(t, target)
	if r.target != target {
		t.Errorf("listening on %s", r.target)
	}
	c := r.dial(t)
	fmt.Fprint(c, report)
	r.out.shows(t, fmt.Sprintf(shown, 1))
	err := Run(context.Background(), target, &text{}, &text{})
	if err == nil || err.Error() != "listen on "+target+": address already in use: another program listens there, stop it or use another path" {
		t.Error(err)
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("the socket is left")
	}

	l, err := net.Listen("unix", path) // and is killed
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	if err := start(t, target).stop(); err != nil {
		t.Error(err)
	}

	if err := os.WriteFile(path, []byte("precious"), 0o666); err != nil {
		t.Fatal(err)
	}
	err = Run(context.Background(), target, &text{}, &text{})
	if err == nil || !strings.HasSuffix(err.Error(), "the file exists and is not a socket: use another path") {
		t.Error(err)
	}
	if b, _ := os.ReadFile(path); string(b) != "precious" {
		t.Error("the file is gone")
	}
}

func TestInUse(t *testing.T) {
	for _, network := range []string{"tcp", "udp"} {
		r := start(t, network+"://127.0.0.1:0")
		err := Run(context.Background(), r.target, &text{}, &text{})
		if want := "listen on " + r.target + ": address already in use: another program listens there, stop it or use another port"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestBadTargets(t *testing.T) {
	for _, target := range []string{"-", "file:x", "tcp://x", "5555"} {
		if err := Run(context.Background(), target, &text{}, &text{}); err == nil {
			t.Errorf("%s: no error", target)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// Who cannot write any more does not go on taking reports.
func TestOutBroken(t *testing.T) {
	var status text
	ended := make(chan error, 1)
	go func() { ended <- Run(context.Background(), "tcp://127.0.0.1:0", broken{}, &status) }()
	status.shows(t, "\n")
	c, err := net.Dial("tcp", strings.TrimSpace(strings.TrimPrefix(status.String(), "listening on tcp://")))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, report)
	select {
	case err := <-ended:
		if err == nil || err.Error() != "write what was received: broken pipe" {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("goes on")
	}
}

// What has arrived when it is stopped is shown: the sender counts it as delivered.
func TestStopWhileSending(t *testing.T) {
	r := start(t, "tcp://127.0.0.1:0")
	to, err := outlet.ParseDestination(r.target)
	if err != nil {
		t.Fatal(err)
	}
	o, err := outlet.Open(context.Background(), outlet.Config{Name: "s", Target: to, Drain: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 50 {
		if err := o.Send([]byte(report)); err != nil {
			t.Fatal(err)
		}
		if n == 25 {
			r.status.shows(t, "connection from")
		}
	}
	for end := time.Now().Add(patience); o.Stats().Waiting > 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	st, _ := o.Close()
	if got := strings.Count(r.out.String(), "--- end of report"); uint64(got) != st.Frames {
		t.Errorf("%d reports shown, %+v", got, st)
	}
}
