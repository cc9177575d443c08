package resend

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/internal/undelivered"
)

// section is n frames of an outlet, of size bytes each.
type section struct {
	undelivered.Outlet
	n, size int
}

// frame is frame i of a section: a NUL ends it.
func (s *section) frame(i int) []byte {
	b := bytes.Repeat([]byte{'x'}, s.size)
	copy(b, fmt.Sprintf("%s %d ", s.Name, i))
	b[s.size-1] = 0
	return b
}

func (s *section) all() string {
	var b strings.Builder
	for i := range s.n {
		b.Write(s.frame(i))
	}
	return b.String()
}

// made writes a file.
func made(t *testing.T, sections ...section) string {
	t.Helper()
	var b bytes.Buffer
	w := undelivered.NewWriter(&b)
	for _, s := range sections {
		w.Outlet(s.Outlet)
		for i := range s.n {
			w.Frame(s.frame(i))
		}
	}
	path := filepath.Join(t.TempDir(), "u.bin")
	if err := errors.Join(w.End(), os.WriteFile(path, b.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	return path
}

// receiver accepts connections and keeps what they send. Each is reset after some frames,
// unless that is 0.
type receiver struct {
	net.Listener
	mu   sync.Mutex
	got  strings.Builder
	done sync.WaitGroup
}

func listen(t *testing.T, hangsUp int) *receiver {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{Listener: l}
	t.Cleanup(func() { l.Close(); r.done.Wait() })
	r.done.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			in := bufio.NewReader(c)
			for n := 1; ; n++ {
				frame, err := in.ReadString(0)
				if err != nil {
					break
				}
				r.mu.Lock()
				r.got.WriteString(frame)
				r.mu.Unlock()
				if n == hangsUp {
					_ = c.(*net.TCPConn).SetLinger(0)
					l.Close()
					break
				}
			}
			c.Close()
		}
	})
	return r
}

func (r *receiver) target() string { return "tcp://" + r.Addr().String() }

// text returns what has come when the sender has closed.
func (r *receiver) text() string {
	r.Close()
	r.done.Wait()
	return r.got.String()
}

func config(file string, lines *[]string) Config {
	var mu sync.Mutex
	return Config{File: file, Drain: 30 * time.Second, Stdout: io.Discard, Status: func(line string) {
		mu.Lock()
		defer mu.Unlock()
		*lines = append(*lines, line)
	}}
}

// TestEachToItsOwn: frames go where they were meant to go; those of a receiver that is away stay
// in the file, for another time.
func TestEachToItsOwn(t *testing.T) {
	a, b, away := listen(t, 0), listen(t, 0), listen(t, 0)
	away.Close()
	sections := []section{
		{undelivered.Outlet{Name: "a.x", Target: a.target(), Named: true}, 2000, 100},
		{undelivered.Outlet{Name: "b.x", Target: away.target(), Named: true}, 3, 300},
		{undelivered.Outlet{Name: "c.x", Target: b.target(), Named: true}, 4, 1 << 19},
		{undelivered.Outlet{Name: "d.x", Target: a.target(), Named: true}, 5, 10},
	}
	file := made(t, sections...)
	var lines []string
	c := config(file, &lines)
	err := Run(t.Context(), c)
	var usage *host.UsageError
	if err == nil || errors.As(err, &usage) || !strings.Contains(err.Error(), "outlet b.x: connect "+away.target()) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff([]string{
		"sending 2005 reports (200050 bytes) of a.x, d.x to " + a.target(),
		"sending 3 reports (900 bytes) of b.x to " + away.target(),
		"sending 4 reports (2097152 bytes) of c.x to " + b.target(),
	}, lines); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if got := a.text(); got != sections[0].all()+sections[3].all() {
		t.Errorf("%d bytes came of a.x and d.x", len(got))
	}
	if got := b.text(); got != sections[2].all() {
		t.Errorf("%d bytes came of c.x", len(got))
	}
	var out strings.Builder
	c.To, c.Stdout = "-", &out
	if err := Run(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if out.String() != sections[1].all() {
		t.Errorf("%d bytes were left of b.x", out.Len())
	}
	if left, _ := filepath.Glob(file + "*"); len(left) > 0 {
		t.Errorf("left: %s", left)
	}
}

// TestHangUp: what a receiver got before it hung up, and what is left in the file, are all frames
// in order, each once, but for those that its kernel took and it did not read.
func TestHangUp(t *testing.T) {
	for _, size := range []int{100, 100_000} {
		s := section{undelivered.Outlet{Name: "a.x", Target: "tcp://h:1", Named: true}, 20_000_000 / (size * 10), size}
		file := made(t, s)
		var lines []string
		c := config(file, &lines)
		r := listen(t, 3)
		c.To, c.Drain = r.target(), 200*time.Millisecond
		if err := Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "not delivered to "+r.target()+": kept in "+file) {
			t.Fatalf("error %v", err)
		}
		got := r.text()
		var rest strings.Builder
		c.To, c.Stdout = "-", &rest
		if err := Run(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		all := s.all()
		if len(got) != 3*size || !strings.HasPrefix(all, got) || !strings.HasSuffix(all, rest.String()) || rest.Len()%size != 0 {
			t.Errorf("frames of %d bytes: %d came, %d of %d are left", size, len(got), rest.Len(), len(all))
		}
		if rest.Len() == 0 || rest.Len() > len(all)-3*size {
			t.Errorf("%d of %d bytes are left", rest.Len(), len(all))
		}
	}
}

// TestCancelled: the end of the context ends the sending; the rest stays.
func TestCancelled(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // and never accepts
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file := made(t, section{undelivered.Outlet{Name: "a.x", Target: "tcp://" + l.Addr().String(), Named: true}, 12, 1 << 19})
	ctx, cancel := context.WithCancel(t.Context())
	var lines []string
	c := config(file, &lines)
	c.Status = func(string) { time.AfterFunc(50*time.Millisecond, cancel) }
	if err := Run(ctx, c); err == nil || !strings.Contains(err.Error(), "kept in "+file) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

func TestRefused(t *testing.T) {
	one := func(o undelivered.Outlet) []section { return []section{{o, 1, 10}} }
	for _, c := range []struct {
		name     string
		sections []section
		to       string
		want     string
	}{
		{"nothing", nil, "", "holds no reports"},
		{"an outlet without frames", []section{{undelivered.Outlet{Name: "a.x", Target: "tcp://h:1"}, 0, 10}}, "", "holds no reports"},
		{"a plugin's choice", one(undelivered.Outlet{Name: "a.x", Target: "tcp://h:1"}), "", "outlet a.x was to send to tcp://h:1 by the default of its plugin: name the target: --to tcp://h:1"},
		{"a file", one(undelivered.Outlet{Name: "a.x", Target: "file:.bashrc", Named: true}), "", `target "file:.bashrc": a run keeps nothing for it: name the target: --to TARGET`},
		{"standard output", one(undelivered.Outlet{Name: "a.x", Target: "-", Named: true}), "", `target "-": a run keeps nothing for it: name the target: --to TARGET`},
		{"not a target", one(undelivered.Outlet{Name: "a.x", Target: "h", Named: true}), "", `target "h": want tcp://host:port, tls://host:port, udp://host:port, unix:///path, file:PATH or - (standard output)`},
		{"UDP", one(undelivered.Outlet{Name: "a.x", Target: "tcp://h:1", Named: true}), "udp://127.0.0.1:1", `target "udp://127.0.0.1:1": acknowledges nothing: use tcp, unix, file or -`},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := made(t, c.sections...)
			var lines []string
			cfg := config(file, &lines)
			cfg.To = c.to
			err := Run(t.Context(), cfg)
			var usage *host.UsageError
			if !errors.As(err, &usage) || err.Error() != "resend "+file+": "+c.want {
				t.Errorf("error %v\nwant resend %s: %s", err, file, c.want)
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*")); len(left) != 1 {
				t.Errorf("files: %s", left)
			}
		})
	}
}
