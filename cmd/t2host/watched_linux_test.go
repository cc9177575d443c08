package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/t2host/t2host/testdata/built"
)

// TestWatchedForLong: a live run whose page is open and whose page, series and metrics are asked for every second needs no more memory,
// goroutines and descriptors in the second half, and its figures end as the report. T2HOST_WATCHED is how long: 6 seconds, in make soak an hour.
func TestWatchedForLong(t *testing.T) {
	if os.Geteuid() != 0 {
		skip(t, "only root can capture from lo")
	}
	t.Parallel()
	lasts := 6 * time.Second
	if text := os.Getenv("T2HOST_WATCHED"); text != "" {
		var err error
		if lasts, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	cmd := exec.Command(mustBuild(t, built.Program), "-i", "lo", "-p", "tcpwin:wasm", "-w", dir+"/", "--view", "0", "--metrics", "0", "--set", "tcpwin.min_packets=1", "--user", "root", "-v")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir)
	var report strings.Builder
	cmd.Stdout = &report
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	said := bufio.NewReader(stderr)
	address := func(pattern string) string {
		for {
			line, err := said.ReadString('\n')
			if m := regexp.MustCompile(pattern).FindStringSubmatch(line); m != nil {
				return m[1]
			}
			if err != nil {
				t.Fatalf("no %s", pattern)
			}
		}
	}
	metrics := address(`metrics are at (http://[0-9.:]+)/metrics`)
	page := address(`shown at (http://[0-9.:]+)/`)
	go io.Copy(io.Discard, said)

	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) { // plugins are being opened
		res, err := http.Get(metrics + "/readyz")
		if err == nil && res.Body.Close() == nil && res.StatusCode == http.StatusOK {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("not ready: %v", err)
		}
	}
	stop := make(chan struct{})
	var busy sync.WaitGroup
	busy.Go(func() { converse(t, stop) })
	events, err := http.Get(page + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer events.Body.Close()
	busy.Go(func() { io.Copy(io.Discard, events.Body) })

	fetch := func(url string) string {
		res, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %s\n%s", url, res.Status, text)
		}
		return string(text)
	}
	value := func(text, name string) float64 {
		m := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("no %s in\n%s", name, text)
		}
		x, _ := strconv.ParseFloat(m[1], 64)
		return x
	}
	watched := []string{"process_resident_memory_bytes", "go_goroutines", "process_open_fds"}
	halves := map[string][2]float64{}
	begun := time.Now()
	for n := 0; time.Since(begun) < lasts; n++ {
		time.Sleep(time.Second)
		fetch(page + "/")
		fetch(page + "/series?table=0&column=4")
		fetch(metrics + "/healthz")
		text := fetch(metrics + "/metrics")
		half := 0
		if time.Since(begun) > lasts/2 {
			half = 1
		}
		for _, name := range watched {
			most := halves[name]
			most[half] = max(most[half], value(text, name))
			halves[name] = most
		}
		if n%60 == 59 {
			t.Logf("%v: %v, %.0f packets", time.Since(begun).Round(time.Second), halves, value(text, "t2host_packets_total"))
		}
	}
	close(stop)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, report.String())
	}
	busy.Wait()
	for _, name := range watched {
		first, second := halves[name][0], halves[name][1]
		t.Logf("%s: %.0f in the first half, %.0f in the second", name, first, second)
		// In a few seconds a heap has not found its size yet.
		if slack := 1.1; lasts > time.Minute && second > slack*first+4 {
			t.Errorf("%s: %.0f in the first half, %.0f in the second", name, first, second)
		}
	}
	if !strings.Contains(report.String(), "Number of processed") {
		t.Errorf("no report: %s", report.String())
	}
}

// converse opens connections on the loopback interface, on which a few bytes go both ways, until stop is closed.
func converse(t *testing.T, stop <-chan struct{}) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Error(err)
		return
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close() }()
		}
	}()
	for {
		select {
		case <-stop:
			return
		case <-time.After(5 * time.Millisecond):
		}
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = c.Write(make([]byte, 1000))
		_, _ = io.ReadFull(c, make([]byte, 1000))
		c.Close()
	}
}
