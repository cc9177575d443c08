//go:build unix

package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// rowsReceiver is where rows go, line by line.
type rowsReceiver struct {
	net.Listener
	mu    sync.Mutex
	lines []string
	open  int // connections
}

func newRowsReceiver(t *testing.T) *rowsReceiver {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &rowsReceiver{Listener: l}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r.count(1)
			go func() {
				defer r.count(-1)
				defer c.Close()
				s := bufio.NewScanner(c)
				for s.Scan() {
					r.mu.Lock()
					r.lines = append(r.lines, s.Text())
					r.mu.Unlock()
				}
			}()
		}
	}()
	return r
}

func (r *rowsReceiver) count(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open += n
}

// rows returns the lines so far, without the head, and how many connections are open.
func (r *rowsReceiver) rows() ([]string, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.lines) == 0 {
		return nil, r.open
	}
	return append([]string(nil), r.lines[1:]...), r.open
}

// TestReload: SIGHUP reads where rows go again: what is gone gets all rows up to then and is closed, what is new gets the rows after, and
// what cannot be changed is said; the rows of both are those of a run that was not disturbed.
func TestReload(t *testing.T) {
	t.Parallel()
	whole := newRowsReceiver(t)
	all := startRun(t, "-p", "basicflow", "--log-format", "json", "--to", "csv+tcp://"+whole.Addr().String()+"?columns=flowInd,flowStat", "--set", "flow.timeouts=610,182,120,10,0.1")
	all.send("../../testdata/windows.pcap")
	all.end()

	first, second := newRowsReceiver(t), newRowsReceiver(t)
	settingsOf := func(targets ...string) string {
		var list []string
		for _, a := range targets {
			list = append(list, fmt.Sprintf("%q", a))
		}
		return "[to]\nflows = [" + strings.Join(list, ", ") + "]\n"
	}
	to := func(r *rowsReceiver) string { return "csv+tcp://" + r.Addr().String() + "?columns=flowInd,flowStat" }
	file := t.TempDir() + "/run.toml"
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(settingsOf(to(first)))
	r := startRun(t, "-p", "basicflow", "-C", file, "--set", "flow.timeouts=610,182,120,10,0.1")
	data, err := os.ReadFile("../../testdata/windows.pcap")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = r.in.Write(data[:200_000])
	wait := func(what string, is func() bool) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("waited in vain for " + what)
			}
		}
	}
	wait("rows", func() bool { rows, _ := first.rows(); return len(rows) > 10 })

	write(settingsOf(to(second), "flows.csv"))
	r.signal(syscall.SIGHUP)
	r.match(`(flows=csv\+tcp://` + second.Addr().String() + `\S* is opened: it is new in the settings)`)
	r.match(`(flows=flows.csv is not opened: a file needs a restart)`)
	r.match(`(flows=csv\+tcp://` + first.Addr().String() + `\S* is closed: it is not in the settings any more)`)
	r.match(`(other settings and plugins need a restart)`)
	wait("the end of the connection", func() bool { _, open := first.rows(); return open == 0 })
	before, _ := first.rows()
	_, _ = r.in.Write(data[200_000:])
	r.end()
	wait("the end of the connection", func() bool { _, open := second.rows(); return open == 0 })
	after, _ := second.rows()
	got, _ := first.rows()
	if diff := cmp.Diff(before, got); diff != "" || len(after) < 10 {
		t.Errorf("%d rows after the reload; the first place got more (-before +at last):\n%s", len(after), diff)
	}
	want, _ := whole.rows()
	if diff := cmp.Diff(want, append(before, after...)); diff != "" {
		t.Errorf("rows of both (-of one run +of both):\n%s", diff)
	}
}

// TestReloadWithout: a run whose --to names where rows go says that it does not read them again.
func TestReloadWithout(t *testing.T) {
	t.Parallel()
	r := startRun(t, "-p", "tcpwin:inproc", "--to", "flows.csv", "--metrics", "0")
	url := r.match(`metrics are at (http://\S+)/metrics`)
	r.send("../../testdata/windows.pcap")
	r.until(url+"/metrics", "t2host_packets_total 2580\n")
	r.signal(syscall.SIGHUP)
	r.match(`(where rows go is not read again: --to names it; other settings and plugins need a restart)`)
	r.end()
}
