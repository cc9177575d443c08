package outlet

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/t2host/t2host/host/internal/undelivered"
)

// patience is for what must happen, whenever; a test that waits so long has failed.
const patience = 30 * time.Second

var hosts atomic.Uint32

// loopback is an address that no outgoing connection of this machine takes a port
// of, so that a port can be closed and listened on again.
func loopback() string {
	if runtime.GOOS != "linux" {
		return "127.0.0.1"
	}
	pid := os.Getpid()
	return fmt.Sprintf("127.%d.%d.%d", 64+pid>>8&63, pid&255, 1+hosts.Add(1)%250)
}

func listen(t *testing.T, addr string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// free returns an address that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l := listen(t, loopback()+":0")
	defer l.Close()
	return l.Addr().String()
}

func accept(t *testing.T, l net.Listener) *peer {
	t.Helper()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &peer{c, bufio.NewReaderSize(c, 4096)}
}

type peer struct {
	net.Conn
	r *bufio.Reader
}

// frame reads one frame with its NUL.
func (p *peer) frame(t *testing.T) string {
	t.Helper()
	p.SetReadDeadline(time.Now().Add(patience))
	s, err := p.r.ReadString(0)
	if err != nil {
		t.Fatalf("after %q: %v", s, err)
	}
	return s
}

// rest reads to the end and returns the whole frames.
func (p *peer) rest(t *testing.T) ([]string, error) {
	t.Helper()
	p.SetReadDeadline(time.Now().Add(patience))
	b, err := io.ReadAll(p.r)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("no end of the stream") // not Fatal: called from goroutines too
	}
	return split(b), err
}

// reset closes with an RST.
func (p *peer) reset() {
	p.Conn.(*net.TCPConn).SetLinger(0)
	p.Close()
}

// frame number n of a size; a NUL ends it.
func frame(n, size int) []byte {
	b := bytes.Repeat([]byte{'x'}, size)
	copy(b, fmt.Sprintf("%07d\n", n))
	b[size-1] = 0
	return b
}

func split(b []byte) []string {
	all := strings.SplitAfter(string(b), "\x00")
	return all[:len(all)-1]
}

// numbers checks that frames are whole, and returns their numbers.
func numbers(t *testing.T, frames []string, size int) []int {
	t.Helper()
	var ns []int
	for _, f := range frames {
		var n int
		if _, err := fmt.Sscanf(f, "%d", &n); err != nil || f != string(frame(n, size)) {
			t.Fatalf("broken frame of %d bytes: %.40q", len(f), f)
		}
		ns = append(ns, n)
	}
	return ns
}

// ascending checks that no number comes twice or before its turn.
func ascending(t *testing.T, ns []int) {
	t.Helper()
	for i := 1; i < len(ns); i++ {
		if ns[i] <= ns[i-1] {
			t.Fatalf("frame %d after frame %d", ns[i], ns[i-1])
		}
	}
}

// consecutive checks that the numbers are 0 to n-1.
func consecutive(t *testing.T, ns []int, n int) {
	t.Helper()
	ascending(t, ns)
	if len(ns) != n || n > 0 && ns[n-1] != n-1 {
		t.Fatalf("got %d frames %v, want 0 to %d", len(ns), ns, n-1)
	}
}

type logged struct {
	mu    sync.Mutex
	lines []string
}

func (l *logged) log(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, s)
}

func (l *logged) has(t *testing.T, part string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := strings.Count(strings.Join(l.lines, "\n"), part); n != 1 {
		t.Errorf("%q is %d times in the log, want 1: %q", part, n, l.lines)
	}
}

// to parses a target, which is well-formed.
func to(s string) Target {
	t, err := ParseDestination(s)
	if err != nil {
		panic(err)
	}
	return t
}

func open(t *testing.T, cfg Config) *Outlet {
	t.Helper()
	if cfg.Name == "" {
		cfg.Name = "tcpwinsink.reports"
	}
	o, err := Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Abort() })
	return o
}

func send(t *testing.T, o *Outlet, from, to, size int) {
	t.Helper()
	for n := from; n < to; n++ {
		if err := o.Send(frame(n, size)); err != nil {
			t.Fatal(err)
		}
	}
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never: " + what)
		}
	}
}

// noLeaks checks at the test's end that no goroutine and no descriptor is left. It
// must be called first, so that it runs last; t must not be parallel.
func noLeaks(t *testing.T) {
	t.Helper()
	if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
		l.Close() // the runtime's poller has two descriptors from its first use on
	}
	goroutines, fds := runtime.NumGoroutine(), descriptors()
	t.Cleanup(func() {
		for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
			g, f := runtime.NumGoroutine(), descriptors()
			if g <= goroutines && f <= fds {
				return
			}
			if time.Now().After(end) {
				buf := make([]byte, 1<<20)
				t.Fatalf("left: goroutines %d, before %d; descriptors %d, before %d\n%s", g, goroutines, f, fds, buf[:runtime.Stack(buf, true)])
			}
		}
	})
}

func descriptors() int {
	d, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(d)
}

// closes checks the counts that every Close has to return.
func closes(t *testing.T, o *Outlet, given int) (Stats, error) {
	t.Helper()
	begin := time.Now()
	st, err := o.Close()
	if d := time.Since(begin); d > patience {
		t.Errorf("Close took %v", d)
	}
	if sum := st.Frames + st.Waiting + st.Dropped + st.Undelivered + st.Refused; sum != uint64(given) {
		t.Errorf("%d frames given, counted %d: %+v", given, sum, st)
	}
	return st, err
}

func wantErr(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("error\n got %v\nwant %s", err, want)
	}
}

// flush writes what a file's outlet has buffered.
func flush(o *Outlet) error { return o.named(o.c.(*file).flush()) }

// keep returns a file of undelivered frames, which the test closes.
func keep(t *testing.T, path string) *undelivered.File {
	f := undelivered.NewFile(path)
	t.Cleanup(f.Close)
	return f
}

// kept returns the frames in such a file.
func kept(t *testing.T, path string) []string {
	t.Helper()
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	r, err := undelivered.NewReader(in)
	var frames []string
	for err == nil {
		var frame []byte
		if _, frame, err = r.Next(); err == nil {
			frames = append(frames, string(frame))
		}
	}
	if err != io.EOF {
		t.Fatal(err)
	}
	return frames
}
