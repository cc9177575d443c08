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
	// restart kills the server, as by kill -9, and starts it again a while later.
	restart func(down time.Duration)
	// drop takes away where the rows go, which is to be made again; nil: it cannot be.
	drop func()
	// advertise sets the address that the server tells its clients, who connect to that one: the proxy's, or its own
	// again if addr is empty; nil: it tells none.
	advertise func(addr string)
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
	if s.advertise != nil {
		s.advertise("")
	}
	got := s.rows()
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows at the server (-want +got):\n%s", diff)
	}
}

// through makes clients that the server tells its address use a proxy, and returns it.
func (s *peer) through(p *proxy) *proxy {
	if s.advertise != nil {
		s.advertise(p.addr())
	}
	return p
}

// neverBegan reports whether the first connection failed, so that the run said so before it read a packet.
func neverBegan(r result) bool {
	return r.code == 1 && strings.Contains(r.stderr, "outlet flows: connect to ") && !strings.Contains(r.stderr, "not delivered")
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
			p := s.through(newProxy(t, s.addr, uint64(i), 3, s.upTo))
			if r := run1(t, s, p.addr()); !neverBegan(r) {
				check(t, s, r)
			}
		})
	}
	for i := range rounds() {
		t.Run(fmt.Sprintf("killed%d", i), func(t *testing.T) {
			s := begin(t)
			p := s.through(newProxy(t, s.addr, 0, 0, 1))
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
			if !neverBegan(r) {
				check(t, s, r)
			}
		})
	}
}
