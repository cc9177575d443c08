package peers

import (
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"
)

// proxy passes connections on to a server, and cuts or silences them.
type proxy struct {
	listener net.Listener
	backend  string

	mu     sync.Mutex
	conns  map[net.Conn]bool
	faults int // that are still to come
	next   func() (after int, silent bool)
	pause  time.Duration // before each piece
}

// slow makes the proxy wait before each piece that it passes on, so that a run takes a while.
func (p *proxy) slow(pause time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pause = pause
}

// paced is a reader that waits before each piece.
type paced struct {
	io.Reader
	pause time.Duration
}

func (r paced) Read(b []byte) (int, error) {
	time.Sleep(r.pause)
	return r.Reader.Read(b[:min(len(b), 500)])
}

// newProxy returns a proxy that breaks so many connections, each after a random number of bytes of one
// direction; those that are silent swallow the rest of the answers and are cut a while later.
func newProxy(t *testing.T, backend string, seed uint64, faults, most int) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 17))
	p := &proxy{listener: l, backend: backend, conns: map[net.Conn]bool{}, faults: faults}
	p.next = func() (int, bool) { return 1 + r.IntN(most), r.IntN(3) == 0 }
	go p.serve()
	t.Cleanup(func() { _ = l.Close(); p.cutAll() })
	return p
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

func (p *proxy) cutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

func (p *proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.DialTimeout("tcp", p.backend, time.Second)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.conns[client], p.conns[server] = true, true
		after, silent := -1, false
		if p.faults > 0 {
			p.faults--
			after, silent = p.next()
		}
		p.mu.Unlock()
		cut := func() { _ = client.Close(); _ = server.Close() }
		up, down := after, -1
		if after >= 0 && after%2 == 1 {
			up, down = -1, after
		}
		go func() { p.copy(server, client, up, false); cut() }()
		go func() { p.copy(client, server, down, silent); cut() }()
	}
}

// copy copies up to so many bytes, or all if after is below 0.
func (p *proxy) copy(to io.Writer, from io.Reader, after int, silent bool) {
	p.mu.Lock()
	if p.pause > 0 {
		from = paced{from, p.pause}
	}
	p.mu.Unlock()
	if after < 0 {
		_, _ = io.Copy(to, from)
		return
	}
	_, _ = io.CopyN(to, from, int64(after))
	if silent {
		done := time.Now().Add(2 * time.Second)
		buf := make([]byte, 4096)
		for time.Now().Before(done) {
			if _, err := from.Read(buf); err != nil {
				return
			}
		}
	}
}

// free returns an address where nobody listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
