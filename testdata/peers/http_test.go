package peers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// keeper is a web server that keeps each batch once, by its Idempotency-Key, also over a restart.
type keeper struct {
	mu      sync.Mutex
	seen    map[string]bool
	rows    []string
	n       int
	answers []int // to the first requests; 0: none, the connection is closed
	kinds   map[string]bool
}

func (k *keeper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kinds[r.Header.Get("Content-Type")] = true
	k.n++
	if k.n <= len(k.answers) {
		switch code := k.answers[k.n-1]; code {
		case 200:
		case 0:
			panic(http.ErrAbortHandler)
		default:
			http.Error(w, "not now", code)
			return
		}
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" || k.seen[key] {
		return
	}
	k.seen[key] = true
	for line := range bytes.Lines(body) {
		var row struct {
			Dir     string
			FlowInd uint64
		}
		if err := json.Unmarshal(line, &row); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		k.rows = append(k.rows, fmt.Sprintf("%d %s", row.FlowInd, row.Dir))
	}
}

func newKeeper() *keeper { return &keeper{seen: map[string]bool{}, kinds: map[string]bool{}} }

func serve(t *testing.T, addr string, h http.Handler) *http.Server {
	var l net.Listener
	var err error
	for range 100 {
		if l, err = net.Listen("tcp", addr); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		t.Error(err)
		return &http.Server{}
	}
	s := &http.Server{Handler: h}
	go func() { _ = s.Serve(l) }()
	return s
}

func TestHTTPFaults(t *testing.T) {
	faults(t, func(t *testing.T) *peer {
		k, addr := newKeeper(), free(t)
		s := serve(t, addr, k)
		t.Cleanup(func() { _ = s.Close() })
		return &peer{
			addr: addr, upTo: 15_000,
			target: func(addr string) string { return "http://" + addr + "/rows?index=1" },
			rows: func() []string {
				k.mu.Lock()
				defer k.mu.Unlock()
				return append([]string(nil), k.rows...)
			},
			restart: func(down time.Duration) {
				_ = s.Close()
				time.Sleep(down)
				s = serve(t, addr, k)
			},
		}
	})
}

// TestHTTPAnswers: what a server says decides whether a batch is sent again.
func TestHTTPAnswers(t *testing.T) {
	for _, c := range []struct {
		answers []int
		code    int
		lost    int
		stderr  string
	}{
		{[]int{503, 429, 0, 200, 500}, 0, 0, "trying again"},
		{[]int{200, 400}, 1, 5, `server answered 400 Bad Request: "not now\n"`},
		{[]int{302}, 1, 5, "server answered 302"},
	} {
		k, addr := newKeeper(), free(t)
		k.answers = c.answers
		s := serve(t, addr, k)
		r, _ := run(t, captures[0], "--to", "http://"+addr+"/?"+batches)
		_ = s.Close()
		if r.code != c.code || !strings.Contains(r.stderr, c.stderr) || len(k.rows) != len(keys(t))-c.lost {
			t.Errorf("answers %v: exit code %d, %d rows\n%s", c.answers, r.code, len(k.rows), r.stderr)
		}
		if !k.kinds["application/x-ndjson"] {
			t.Errorf("media types %v", k.kinds)
		}
	}
}
