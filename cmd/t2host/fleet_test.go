//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/t2host/t2host/host/fleet"
	"github.com/t2host/t2host/host/version"
	"github.com/t2host/t2host/testdata/built"
)

// hubRun is a hub in a process of its own, and workers.
type hubRun struct {
	*testing.T
	program, dir, address string

	mu      sync.Mutex
	hub     *exec.Cmd
	workers []*exec.Cmd
	said    lockedBuffer
}

// lockedBuffer is what several programs say.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newHub(t *testing.T) *hubRun {
	t.Helper()
	h := &hubRun{T: t, program: mustBuild(t, built.Program), dir: t.TempDir()}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.address = l.Addr().String() // the hub comes back to it
	l.Close()
	h.start()
	t.Cleanup(func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, cmd := range append(h.workers, h.hub) {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
		if t.Failed() {
			t.Log(h.said.String())
		}
	})
	return h
}

func (h *hubRun) command(args ...string) *exec.Cmd {
	cmd := exec.Command(h.program, args...)
	cmd.Dir = h.dir
	cmd.Env = append(os.Environ(), "HOME="+h.dir, "XDG_STATE_HOME="+filepath.Join(h.dir, "state"), "XDG_CACHE_HOME="+filepath.Join(h.dir, "cache"), "TZ=UTC", "T2HOST_HUB=")
	return cmd
}

// start starts the hub and waits until it answers.
func (h *hubRun) start() {
	h.Helper()
	cmd := h.command("serve", "--listen", h.address, "--view", "0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		h.Fatal(err)
	}
	cmd.Stderr = &h.said
	if err := cmd.Start(); err != nil {
		h.Fatal(err)
	}
	h.mu.Lock()
	h.hub = cmd
	h.mu.Unlock()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		h.Fatalf("hub: %q %v", line, err)
	}
	go io.Copy(io.Discard, out)
}

// kill kills the hub as a power cut does, and starts it again after a while.
func (h *hubRun) kill(away time.Duration) {
	h.mu.Lock()
	_ = h.hub.Process.Kill()
	_ = h.hub.Wait()
	h.mu.Unlock()
	time.Sleep(away)
	h.start()
}

// work starts a worker.
func (h *hubRun) work(more ...string) *exec.Cmd {
	h.Helper()
	cmd := h.command(append([]string{"work", "-n", "1", "--dir", filepath.Join(h.dir, "work")}, more...)...)
	cmd.Stderr = &h.said
	if err := cmd.Start(); err != nil {
		h.Fatal(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.workers = append(h.workers, cmd)
	return cmd
}

// say runs a command of the fleet and returns what it prints and its exit code.
func (h *hubRun) say(args ...string) (string, string, int) {
	h.Helper()
	cmd := h.command(args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		h.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// connect returns a connection to the hub.
func (h *hubRun) connect() *fleet.Hub {
	h.Helper()
	place, err := fleet.ReadPlace(filepath.Join(h.dir, "state/t2host/hub/hub"))
	if err != nil {
		h.Fatal(err)
	}
	hub, err := fleet.Connect(context.Background(), place, version.Product())
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(hub.Close)
	return hub
}

// workHere works in this process, with a program in the place of t2host, until done is called, which returns what was said.
func (h *hubRun) workHere(program string, atOnce int, limit time.Duration) (done func() string) {
	h.Helper()
	var said lockedBuffer
	tell := func(line string) { fmt.Fprintln(&said, line) }
	w := &fleet.Worker{Hub: h.connect(), Runner: &fleet.Runner{Program: program, Dir: h.TempDir()}, Name: "test", Version: version.Product(), AtOnce: atOnce, Limit: limit, Tell: tell}
	ctx, cancel := context.WithCancel(context.Background())
	var working sync.WaitGroup
	working.Go(func() {
		if err := w.Run(ctx); err != nil {
			h.Error(err)
		}
	})
	return func() string {
		cancel()
		working.Wait()
		return said.String()
	}
}

// submit returns the name of a job.
func (h *hubRun) submit(args ...string) string {
	h.Helper()
	out, errs, code := h.say(append([]string{"submit"}, args...)...)
	if code != 0 {
		h.Fatalf("submit: %d %s", code, errs)
	}
	return strings.TrimSpace(out)
}

// someCaptures writes n captures, each with another number of the frames of one that there is.
func someCaptures(t *testing.T, n int) (dir string) {
	t.Helper()
	data, err := os.ReadFile("../../testdata/windows.pcap")
	if err != nil {
		t.Fatal(err)
	}
	var ends []int
	for at := 24; at < len(data); {
		at += 16 + int(binary.LittleEndian.Uint32(data[at+8:]))
		ends = append(ends, at)
	}
	dir = t.TempDir()
	for i := range n {
		end := ends[(i+1)*len(ends)/n-1]
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.pcap", i)), data[:end], 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// alone merges what t2host finds in each capture of a folder, run one after the other without a fleet.
func alone(t *testing.T, h *hubRun, dir string, plugins ...string) (records string, tables map[string]string) {
	t.Helper()
	r := &fleet.Runner{Program: h.program, Dir: t.TempDir()}
	files, err := captures([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	m := fleet.NewMerger(&all)
	for i, path := range files {
		sum, err := fleet.Sum(path)
		if err != nil {
			t.Fatal(err)
		}
		task := &fleet.Task{Job: "alone", Number: i + 1, Files: []fleet.File{{Path: path, SHA256: sum}}, Plugins: plugins, Version: version.Product()}
		packed := filepath.Join(r.Dir, fmt.Sprint(i))
		if err := r.Run(context.Background(), task, packed); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(packed)
		if err == nil {
			err = m.Unpack(i+1, []string{filepath.Base(path)}, bytes.NewReader(data))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	tables = map[string]string{}
	for _, name := range m.Tables() {
		var b strings.Builder
		if err := m.WriteTable(&b, name); err != nil {
			t.Fatal(err)
		}
		tables[name] = b.String()
	}
	return all.String(), tables
}

// TestFleet: captures that workers run, of which one is killed again and again, while the hub is killed too, give what the same runs give one
// after the other: no result is missing, none is there twice. T2HOST_FLEET is how many captures: 24, in make soak 300.
func TestFleet(t *testing.T) {
	slowTest(t)
	n := 24
	if text := os.Getenv("T2HOST_FLEET"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	h := newHub(t)
	dir := someCaptures(t, n)
	records, tables := alone(t, h, dir, "basicflow", "basicstats", "tcpwin")
	job := h.submit("-p", "basicflow,basicstats,tcpwin", dir)
	for range 4 {
		h.work()
	}
	stop := make(chan struct{})
	var killing sync.WaitGroup
	killing.Go(func() {
		for i := 1; ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(2500 * time.Millisecond):
			}
			if i == 2 || i == 5 {
				h.kill(500 * time.Millisecond)
				continue
			}
			h.mu.Lock()
			k := rand.IntN(len(h.workers))
			dead := h.workers[k]
			h.workers = append(h.workers[:k:k], h.workers[k+1:]...)
			h.mu.Unlock()
			_ = dead.Process.Kill()
			_ = dead.Wait()
			h.work()
		}
	})
	out, errs, code := h.say("collect", job, "-w", "got")
	close(stop)
	killing.Wait()
	if code == 1 { // a task may have been hit three times, which is all that may fail
		for line := range strings.Lines(errs) {
			if !strings.HasSuffix(line, ": given up after 3 attempts: each worker that ran it died\n") {
				t.Fatalf("a failure that was not injected: %s", line)
			}
		}
		t.Logf("repeated: %s", errs)
		h.say("jobs", "--retry", job)
		out, errs, code = h.say("collect", job, "-w", "got")
	}
	if code != 0 || !strings.HasPrefix(out, fmt.Sprintf("tasks     %d, 0 failed\n", n)) {
		t.Fatalf("collect: %d\n%s%s", code, out, errs)
	}
	got, err := os.ReadFile(filepath.Join(h.dir, "got_flows.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != records {
		t.Errorf("%d bytes of records, alone %d", len(got), len(records))
	}
	for name, want := range tables {
		got, err := os.ReadFile(filepath.Join(h.dir, "got_"+name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s (-alone +fleet):\n%s", name, diff)
		}
	}
}

// TestFleetContains: what is wrong is contained, and said: a capture that is none, a message of garbage, a module that is not what was
// submitted, a capture that has changed, a client without the token, a worker of another version.
func TestFleetContains(t *testing.T) {
	slowTest(t)
	h := newHub(t)
	dir := someCaptures(t, 2)
	if err := os.WriteFile(filepath.Join(dir, "bad.pcap"), []byte("no capture at all"), 0o644); err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(dir, "changed.pcap")
	data, err := os.ReadFile(filepath.Join(dir, "0000.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(changed, append(data, 0), 0o644); err != nil {
		t.Fatal(err)
	}
	place, err := fleet.ReadPlace(filepath.Join(h.dir, "state/t2host/hub/hub"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := nats.Connect(place.URL); err == nil {
		t.Error("a client without the token is let in")
	}
	c, err := nats.Connect(place.URL, nats.Token(place.Token))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()

	job := h.submit("-p", "basicflow,tcpwin", dir)
	for _, garbage := range []string{"{", `{"job":"../x","number":1}`, `{"job":"x","number":1,"files":[{"sha256":"0"}]}`, strings.Repeat("x", 1000)} {
		if _, err := c.Request("t2host.tasks.x.1", []byte(garbage), 5*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(changed, append(data, 1), 0o644); err != nil {
		t.Fatal(err)
	}
	h.work()
	out, errs, code := h.say("collect", job, "-w", "got")
	if code != 1 || !strings.HasPrefix(out, "tasks     4, 2 failed\n") {
		t.Errorf("collect: %d\n%s%s", code, out, errs)
	}
	for _, want := range []string{"task 3, bad.pcap: t2host: capture ", ": not a pcap or pcapng file", "task 4, changed.pcap: capture ", "it is not what was submitted"} {
		if !strings.Contains(errs, want) {
			t.Errorf("no %q in\n%s", want, errs)
		}
	}
	if list, _, _ := h.say("jobs"); !strings.Contains(list, job+"  4 tasks, 2 done, 2 failed\n") {
		t.Error(list)
	}

	// What has failed is repeated; here it is mended before.
	if err := os.WriteFile(changed, append(data, 0), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, errs, _ := h.say("jobs", "--retry", job); out != "job "+job+": 2 tasks are in the queue again\n" {
		t.Errorf("%s%s", out, errs)
	}
	if out, _, _ := h.say("collect", job, "-w", "again"); !strings.HasPrefix(out, "tasks     4, 1 failed\n") {
		t.Error(out)
	}

	// What has failed is tried again by who submits it again.
	if out, _, _ := h.say("collect", h.submit("-p", "basicflow,tcpwin", filepath.Join(dir, "bad.pcap")), "-w", "bad"); !strings.HasPrefix(out, "tasks     1, 1 failed\n") {
		t.Error(out)
	}
	if n := strings.Count(h.said.String(), "task 1 has failed: t2host: capture "); n != 1 {
		t.Errorf("a failed capture that was submitted again was tried %d times", n)
	}

	// The same again is not run again.
	if out, errs, code := h.say("collect", h.submit("-p", "basicflow,tcpwin", filepath.Join(dir, "0000.pcap")), "-w", "third"); code != 0 {
		t.Errorf("%s%s", out, errs)
	}
	if said := h.said.String(); strings.Count(said, "a message of the queue is thrown away: ") != 4 {
		t.Errorf("garbage is not said:\n%s", said)
	}

	// A capture of a web server is read there, and is what was submitted.
	served := data
	web := httptest.NewServer(http.HandlerFunc(func(to http.ResponseWriter, _ *http.Request) { to.Write(served) }))
	defer web.Close()
	if out, errs, code := h.say("collect", h.submit("-p", "basicflow", web.URL+"/a.pcap"), "-w", "web"); code != 0 || !strings.HasPrefix(out, "tasks     1, 0 failed\n") {
		t.Errorf("of a web server: %s%s", out, errs)
	}

	// A module is sent along, and checked where it runs.
	module, err := filepath.Abs("../../testdata/guests/ctcpwin.wasm")
	if err != nil {
		t.Fatal(err)
	}
	job = h.submit("-p", "basicflow,"+module, filepath.Join(dir, "0001.pcap"))
	if out, errs, code := h.say("collect", job, "-w", "module"); code != 0 {
		t.Errorf("a module: %s%s", out, errs)
	}
	if _, err := os.Stat(filepath.Join(h.dir, "module_tcpwin.lowWindows.txt")); err != nil {
		t.Error(err)
	}

	// A module whose bytes in the store are others is not run.
	other, err := os.ReadFile("../../testdata/guests/ctcpwin.wasm")
	if err != nil {
		t.Fatal(err)
	}
	module = filepath.Join(h.dir, "other.wasm")
	if err := os.WriteFile(module, append(other, 0, 2, 1, 'x'), 0o644); err != nil { // a custom section more
		t.Fatal(err)
	}
	digest, err := fleet.Sum(module)
	if err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(c)
	if err != nil {
		t.Fatal(err)
	}
	store, err := js.ObjectStore(t.Context(), "t2host_objects")
	if err == nil {
		_, err = store.PutBytes(t.Context(), digest, other)
	}
	if err != nil {
		t.Fatal(err)
	}
	job = h.submit("-p", "basicflow,"+module, filepath.Join(dir, "0001.pcap"))
	if _, errs, code := h.say("collect", job, "-w", "wrong"); code != 1 || !strings.Contains(errs, "given up after 3 attempts: module tcpwin: ") || !strings.Contains(errs, "has the checksum ") {
		t.Errorf("a module that is not what was submitted: %d %s", code, errs)
	}

	// Who waits for a job that is cancelled is told.
	h.mu.Lock()
	for _, w := range h.workers {
		_ = w.Process.Kill()
	}
	h.mu.Unlock()
	job = h.submit("-p", "basicflow,basicstats", dir)
	waiting := make(chan string)
	go func() {
		_, errs, _ := h.say("collect", job, "-w", "never")
		waiting <- errs
	}()
	time.Sleep(300 * time.Millisecond)
	if out, errs, code := h.say("jobs", "--cancel", job); code != 0 {
		t.Errorf("cancel: %s%s", out, errs)
	}
	if errs := <-waiting; !strings.Contains(errs, "job "+job+": no such job") {
		t.Errorf("of a job that was cancelled: %s", errs)
	}

	if _, err := fleet.Connect(context.Background(), place, "t2host 9.9.9"); err == nil || !strings.Contains(err.Error(), "this is t2host 9.9.9, the hub has "+version.Product()) {
		t.Errorf("another version: %v", err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"collect", "20200101-000000-00000000"}, "no such job"},
		{[]string{"submit", "-p", "basicflow", "absent.pcap"}, "absent.pcap: no such file or directory"},
		{[]string{"submit", "absent.pcap"}, "submit requires plugins"},
		{[]string{"work", "--hub", "absent"}, "hub absent: no such file or directory"},
	} {
		if _, errs, code := h.say(c.args...); code == 0 || !strings.Contains(errs, c.want) {
			t.Errorf("%v: %d %s", c.args, code, errs)
		}
	}
}

// TestPoison: a capture whose run dies on each worker is a task that has failed after three attempts, with its words; the others end.
func TestPoison(t *testing.T) {
	slowTest(t)
	h := newHub(t)
	dir := someCaptures(t, 3)
	poison := filepath.Join(dir, "0001.pcap")
	h.program = mustBuild(t, built.Program)
	// Not t2host itself, but what a worker starts: it dies on that capture.
	wrapper := filepath.Join(h.dir, "t2host")
	script := "#!/bin/sh\ncase \"$*\" in *" + poison + "*) kill -9 $$;; esac\nexec " + h.program + " \"$@\"\n"
	if err := os.WriteFile(wrapper, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	job := h.submit("-p", "basicflow", dir)
	done := h.workHere(wrapper, 2, 0)
	out, errs, code := h.say("collect", job, "-w", "got")
	done()
	if code != 1 || !strings.HasPrefix(out, "tasks     3, 1 failed\n") || !strings.Contains(errs, "task 2, 0001.pcap: given up after 3 attempts: signal: killed") {
		t.Errorf("%d\n%s%s", code, out, errs)
	}
}

// TestShortOfMemory: a run that gets no memory costs an attempt, not the task.
func TestShortOfMemory(t *testing.T) {
	slowTest(t)
	h := newHub(t)
	wrapper := filepath.Join(h.dir, "t2host")
	script := "#!/bin/sh\nif mkdir " + filepath.Join(h.dir, "once") + " 2>/dev/null; then ulimit -d 100000; fi\nexec " + h.program + " \"$@\"\n"
	if err := os.WriteFile(wrapper, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	job := h.submit("-p", "basicflow", someCaptures(t, 1))
	said := h.workHere(wrapper, 1, 0)
	out, errs, code := h.say("collect", job, "-w", "got")
	if words := said(); code != 0 || !strings.HasPrefix(out, "tasks     1, 0 failed\n") || !strings.Contains(words, "task 1 goes back to the queue: signal: aborted") {
		t.Errorf("%d %s%s\n%s", code, out, errs, words)
	}
}

// TestHangingRun: a run that hangs is ended after a while, three times; then the task has failed.
func TestHangingRun(t *testing.T) {
	slowTest(t)
	h := newHub(t)
	wrapper := filepath.Join(h.dir, "t2host")
	if err := os.WriteFile(wrapper, []byte("#!/bin/sh\nexec sleep 1000\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	job := h.submit("-p", "basicflow", someCaptures(t, 1))
	done := h.workHere(wrapper, 1, 200*time.Millisecond)
	_, errs, code := h.say("collect", job, "-w", "got")
	done()
	if code != 1 || !strings.Contains(errs, "task 1, 0000.pcap: given up after 3 attempts: it takes longer than 200ms") {
		t.Errorf("%d %s", code, errs)
	}
}

// TestBrokenDisk: a worker that cannot write ends and says why; its task goes to another.
func TestBrokenDisk(t *testing.T) {
	slowTest(t)
	h := newHub(t)
	job := h.submit("-p", "basicflow", someCaptures(t, 2))
	w := &fleet.Worker{Hub: h.connect(), Runner: &fleet.Runner{Program: h.program, Dir: filepath.Join(h.dir, "gone")}, Name: "test", Version: version.Product(), AtOnce: 1, Tell: func(string) {}}
	if err := w.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "nothing can be written here: the task goes to another worker: ") {
		t.Errorf("without a folder: %v", err)
	}
	h.work()
	if out, errs, code := h.say("collect", job, "-w", "got"); code != 0 || !strings.HasPrefix(out, "tasks     2, 0 failed\n") {
		t.Errorf("%d %s%s", code, out, errs)
	}
}

// TestLiveTables: two sensors send their tables to a hub, which merges them.
func TestLiveTables(t *testing.T) {
	slowTest(t)
	h := newHub(t)
	hub := filepath.Join(h.dir, "state/t2host/hub/hub")
	for _, name := range []string{"north", "south"} {
		r := startRun(t, "-p", "tcpwin:inproc", "--hub", hub, "--sensor-name", name)
		r.send("../../testdata/windows.pcap")
		r.end()
	}
	out, errs, code := h.say("collect", "--live", "tcpwin.lowWindows")
	if code != 0 || !strings.Contains(errs, "table tcpwin.lowWindows of 2 sensors: north, south") {
		t.Fatalf("%d %s", code, errs)
	}
	head, rows, _ := strings.Cut(out, "\n")
	if !strings.HasPrefix(head, "%ip\tpktTcpCnt\t") || strings.Count(rows, "\n") != 12 || !strings.Contains(rows, "192.0.2.11\t68\t") {
		t.Errorf("%s", out)
	}
	for _, row := range strings.Split(strings.TrimSpace(rows), "\n") { // packets below the threshold are added
		fields := strings.Split(row, "\t")
		if n, _ := strconv.Atoi(fields[7]); n%2 != 0 {
			t.Errorf("not twice what one sensor has: %s", row)
		}
	}
	m := regexp.MustCompile(`the fleet is shown at (http://\S+)`).FindStringSubmatch(h.said.String())
	if m == nil {
		t.Fatal("no page")
	}
	res, err := http.Get(m[1])
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if page, _ := io.ReadAll(res.Body); !strings.Contains(string(page), "tcpwin.lowWindows, of 2 sensors") || !strings.Contains(string(page), "<td>192.0.2.11<td>68<td>") {
		t.Errorf("page: %s", page)
	}
	if _, errs, code := h.say("collect", "--live", "tcpwin.other"); code != 1 || !strings.Contains(errs, "no sensor has sent table tcpwin.other (there are tcpwin.lowWindows)") {
		t.Errorf("%d %s", code, errs)
	}
}

// slowTest skips a test in make quick.
func slowTest(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	t.Parallel()
}

// TestTablesOfParts: tcpwin's table, merged over parts of a capture that no conversation crosses, is that of the whole: by key, as long as
// neither is full.
func TestTablesOfParts(t *testing.T) {
	slowTest(t)
	data, err := os.ReadFile("../../testdata/windows.pcap")
	if err != nil {
		t.Fatal(err)
	}
	const n = 5
	parts := make([][]byte, n)
	for i := range parts {
		parts[i] = append([]byte(nil), data[:24]...)
	}
	for at := 24; at < len(data); {
		end := at + 16 + int(binary.LittleEndian.Uint32(data[at+8:]))
		// The hosts of a frame, both ways alike: of IPv4 or IPv6 after Ethernet.
		frame, of := data[at+16:end], 0
		from, size := 14+12, 8
		if binary.BigEndian.Uint16(frame[12:]) == 0x86dd {
			from, size = 14+8, 32
		}
		for _, b := range frame[from:min(from+size, len(frame))] {
			of += int(b)
		}
		parts[of%n] = append(parts[of%n], data[at:end]...)
		at = end
	}
	dir, whole := t.TempDir(), t.TempDir()
	for i, part := range parts {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.pcap", i)), part, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(whole, "whole.pcap"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	h := &hubRun{T: t, program: mustBuild(t, built.Program)}
	_, want := alone(t, h, whole, "tcpwin")
	_, got := alone(t, h, dir, "tcpwin")
	if diff := cmp.Diff(want, got); diff != "" || strings.Count(want["tcpwin.lowWindows"], "\n") != 13 {
		t.Errorf("(-whole +parts):\n%s", diff)
	}
}
