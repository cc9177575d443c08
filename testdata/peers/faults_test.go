package peers

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// peer is a server that keeps rows.
type peer struct {
	addr string
	// target returns the word of --to for a server at an address.
	target func(addr string) string
	// rows returns the keys of the rows that the server has: "flowInd dir".
	rows func() []string
	// restart kills the server, as by kill -9, and starts it again a while later; nil: it cannot be.
	restart func(down time.Duration)
	// drop takes away where the rows go, which is to be made again; nil: it cannot be.
	drop func()
	// direct is set if clients connect to the address that the server itself tells, so that no proxy can be between.
	direct bool
	// upTo is the number of bytes within which a connection of the proxy breaks.
	upTo int
}

// keys are those of the rows of the capture.
func keys(t *testing.T) []string {
	list := records(t, captures[0], "basicflow,basicstats")
	var want []string
	dirs := column(t, list, "dir")
	for i, n := range column(t, list, "flowInd") {
		want = append(want, n+" "+dirs[i])
	}
	slices.Sort(want)
	return want
}

// same compares the rows of the server with those of the run: each once.
func (s *peer) same(t *testing.T, want []string) {
	t.Helper()
	got := s.rows()
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows at the server (-want +got):\n%s", diff)
	}
}

const batches = "rows=5&timeout=1s&stall=20s"

// faults runs t2host against the server while what can go wrong goes wrong, each at random moments: all rows arrive, each
// once.
func faults(t *testing.T, begin func(t *testing.T) *peer) {
	want := keys(t)
	tried := 0 // runs that met a fault
	defer func() {
		if tried == 0 {
			t.Error("no run met a fault")
		}
	}()
	check := func(t *testing.T, s *peer, r result) {
		t.Helper()
		if r.code != 0 {
			t.Fatalf("exit code %d\n%s", r.code, r.stderr)
		}
		if strings.Contains(r.stderr, "trying again") {
			tried++
		}
		s.same(t, want)
	}
	run1 := func(t *testing.T, s *peer, addr string) result {
		target := s.target(addr)
		mark := "?"
		if strings.Contains(target, "?") {
			mark = "&"
		}
		r, _ := run(t, captures[0], "--to", target+mark+batches)
		return r
	}
	t.Run("plain", func(t *testing.T) {
		s := begin(t)
		check(t, s, run1(t, s, s.addr))
	})
	for i := range rounds() {
		t.Run(fmt.Sprintf("cut%d", i), func(t *testing.T) {
			s := begin(t)
			if s.direct {
				t.Skip("no proxy can be before it")
			}
			p := newProxy(t, s.addr, uint64(i), 3, s.upTo)
			r := run1(t, s, p.addr())
			if r.code == 1 && strings.Contains(r.stderr, "connect") && !strings.Contains(r.stderr, "not delivered") {
				return // the first connection was cut before the run began, and nothing is there
			}
			check(t, s, r)
		})
	}
	for i := range rounds() {
		t.Run(fmt.Sprintf("killed%d", i), func(t *testing.T) {
			s := begin(t)
			if s.restart == nil {
				t.Skip("it keeps nothing on a disk")
			}
			p := newProxy(t, s.addr, 0, 0, 1)
			p.slow(time.Millisecond)
			after := time.Duration(rand.N(300)+50) * time.Millisecond
			done := make(chan struct{})
			go func() {
				defer close(done)
				time.Sleep(after)
				s.restart(200 * time.Millisecond)
			}()
			r := run1(t, s, p.addr())
			<-done
			check(t, s, r)
		})
	}
}
