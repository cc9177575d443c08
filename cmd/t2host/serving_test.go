package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/t2host/t2host/testdata/built"
)

// running is a t2host that reads its standard input.
type running struct {
	*testing.T
	in     io.WriteCloser
	stderr *bufio.Reader
	stdout strings.Builder
	wait   func() error
	signal func(os.Signal)
}

// startRun starts t2host on standard input.
func startRun(t *testing.T, args ...string) *running {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command(mustBuild(t, built.Program), append([]string{"-r", "-", "-w", dir + "/"}, args...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir)
	r := &running{T: t, wait: cmd.Wait}
	cmd.Stdout = &r.stdout
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	r.stderr = bufio.NewReader(stderr)
	if r.in, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r.signal = func(s os.Signal) {
		if err := cmd.Process.Signal(s); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return r
}

// match reads lines of standard error up to one that matches, and returns its first group.
func (r *running) match(pattern string) string {
	r.Helper()
	re := regexp.MustCompile(pattern)
	var all strings.Builder
	for {
		line, err := r.stderr.ReadString('\n')
		if m := re.FindStringSubmatch(line); m != nil {
			return m[1]
		}
		if all.WriteString(line); err != nil {
			r.Fatalf("no line %s in\n%s", pattern, all.String())
		}
	}
}

// fetch returns a page.
func (r *running) fetch(url string) string {
	r.Helper()
	res, err := http.Get(url)
	if err != nil {
		r.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		r.Fatal(err)
	}
	return string(body)
}

// until fetches a page until it has a text.
func (r *running) until(url, text string) string {
	r.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if page := r.fetch(url); strings.Contains(page, text) {
			return page
		} else if time.Now().After(end) {
			r.Fatalf("no %s in\n%s", text, page)
		}
	}
}

// send writes a capture to standard input, which stays open.
func (r *running) send(path string) {
	r.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		_, err = r.in.Write(data)
	}
	if err != nil {
		r.Fatal(err)
	}
}

// end ends the input and returns the report.
func (r *running) end() string {
	r.Helper()
	r.in.Close()
	rest, _ := io.ReadAll(r.stderr)
	if err := r.wait(); err != nil {
		r.Fatalf("%v\n%s", err, rest)
	}
	return r.stdout.String()
}

// TestMetrics: what Prometheus is shown while an input is idle is what the end report has.
func TestMetrics(t *testing.T) {
	t.Parallel()
	r := startRun(t, "-p", "tcpwin:wasm", "--metrics", "0", "-v")
	url := strings.TrimSuffix(r.match(`metrics are at (http://127\.0\.0\.1:\d+/metrics)`), "/metrics")
	r.send("../../testdata/windows.pcap")
	page := r.until(url+"/metrics", "t2host_packets_total 2580\n")
	r.until(url+"/readyz", "ok")
	r.until(url+"/healthz", "ok")
	report := r.end()
	for _, figure := range []struct{ metric, line string }{
		{`t2host_packets_total (\S+)`, `Number of processed\s+packets: (\d+)`},
		{`t2host_bytes_total (\S+)`, `Number of raw bytes: (\d+)`},
		{`t2host_flows_opened_total (\S+)`, `Number of processed\s+flows: (\d+)`},
	} {
		shown := regexp.MustCompile(`(?m)^` + figure.metric + `$`).FindStringSubmatch(page)
		said := regexp.MustCompile(figure.line).FindStringSubmatch(report)
		if shown == nil || said == nil || shown[1] != said[1] {
			t.Errorf("%s is %q, in the report %q", figure.metric, shown, said)
		}
	}
}
