package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/t2host/t2host/testdata/built"
)

// kills is how often each of the tests below kills: a few times in make test, as
// often as T2HOST_KILLS sets in make soak.
func kills(t *testing.T, few int) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("T2HOST_KILLS"))
	if err != nil {
		return few
	}
	return n
}

// shortFolder is one whose path leaves room for a socket's, where hosts make the
// folders of their plugins' sockets.
func shortFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "t2-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// empty reports what is in the folder that should not be.
func empty(t *testing.T, dir string) {
	t.Helper()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left in the folder of sockets: %v %v", entries, err)
	}
}

// children are the processes that this one has started and that still run.
func children() []int {
	var list []int
	tasks, _ := filepath.Glob("/proc/self/task/*/children")
	for _, task := range tasks {
		data, _ := os.ReadFile(task) // the thread may be gone
		for word := range strings.FieldsSeq(string(data)) {
			child, _ := strconv.Atoi(word)
			list = append(list, child)
		}
	}
	return list
}

// moment is when a plugin is killed.
type moment int

const (
	opening moment = iota
	running
	ending // the input has ended
)

// killAt kills one of this process's plugins, waiting for the moment and a random
// time, and ends the input.
func killAt(when moment, f *feeder, rnd *rand.Rand, ended <-chan struct{}) {
	defer func() {
		if when != ending {
			close(f.stop)
		}
	}()
	some := func(ms int) { time.Sleep(time.Duration(rnd.IntN(1000*ms)) * time.Microsecond) }
	if when == opening {
		for len(children()) == 0 {
			select {
			case <-ended:
				return
			case <-time.After(time.Millisecond):
			}
		}
		some(50)
	} else {
		select {
		case <-f.begun:
		case <-ended:
			return
		}
		some(300)
	}
	if when == ending {
		close(f.stop)
		some(300)
	}
	if list := children(); len(list) > 0 {
		_ = syscall.Kill(list[rnd.IntN(len(list))], syscall.SIGKILL) // it may just have left
	}
}

// killSets are the settings of the runs in which a plugin is killed.
var killSets = []string{resetsEndSoon, "tcpwinsink.final_report=false", "tcpwinsink.interval=1", "tcpwin.max_entries=20"}

// TestAKilledPlugin kills one of the plugins at a random moment: the run ends with
// the one error, nothing is left, and what was sent is whole.
func TestAKilledPlugin(t *testing.T) {
	slow(t)
	sockets := shortFolder(t)
	t.Setenv("XDG_RUNTIME_DIR", sockets)
	sent := reference(t)
	hits, total := map[string]int{}, 0
	for n := range kills(t, 6) {
		when := [...]moment{running, opening, running, ending, running, running}[n%6]
		for _, w := range []way{ownProcess.withTwo(), worker.withTwo()} {
			hit := "missed"
			for try := 0; hit == "missed"; try++ {
				if try == 20 {
					t.Fatalf("round %d, %s: came too late %d times", n, w.name, try)
				}
				seed := uint64(n + 1000*try)
				var got []byte
				hit, got = killPlugin(t, w, when, seed)
				hits[hit]++
				total += len(got)
				if left := children(); len(left) > 0 {
					t.Errorf("seed %d, %s: processes are left: %v", seed, w.name, left)
				}
				empty(t, sockets)
				// At the end of the input all flows end, as they do not in the reference.
				if when != ending && !bytes.HasPrefix(sent, got) || len(got) > 0 && got[len(got)-1] != 0 {
					t.Errorf("seed %d, %s: %d bytes are not reports as they are sent; the last of them: %q", seed, w.name, len(got), got[max(0, len(got)-200):])
				}
			}
		}
	}
	if total == 0 {
		t.Error("nothing was sent in any round")
	}
	t.Logf("killed while opening: %d, in a batch: %d, while closing: %d; too late: %d", hits["open"], hits["batch"], hits["close"], hits["missed"])
}

var killedWhile = regexp.MustCompile(`^plugin (?:tcpwin|tcpwinsink): (open|batch|close)(?: \d+ \(packets \d+ to \d+\))?: process died: signal: killed[^\n]*$`)

// killPlugin kills a plugin of a run. It returns what the plugin was doing, "missed"
// if it had done everything, and what tcpwinsink has sent.
func killPlugin(t *testing.T, w way, when moment, seed uint64) (hit string, got []byte) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 5))
	target, received := sink(t, rnd)
	c := testConfig(t, "-")
	w.config(t, &c, nil)
	c.Settings = settingsOf(t, append(killSets, "batch.rows=16", "runtime.plugin_timeout=20", "tcpwinsink.to="+target)...)
	f := feed(t)
	c.Stdin = f.out
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		killAt(when, f, rnd, ended)
		close(done)
	}()
	_, err := Run(context.Background(), c)
	close(ended)
	<-done
	f.out.Close()
	got = received(err)
	if err == nil && when == ending {
		return "missed", got
	}
	files, _ := filepath.Glob(c.Prefix + "*")
	for _, file := range files {
		if data, err := os.ReadFile(file); err != nil || !strings.HasSuffix(file, ".part") || len(data) > 0 && data[len(data)-1] != '\n' {
			t.Errorf("seed %d, %s: %s is there although the run broke: %.100q, %v", seed, w.name, file, data, err)
		}
	}
	found := killedWhile.FindStringSubmatch(fmt.Sprint(err))
	if found == nil {
		t.Errorf("seed %d, %s: %v", seed, w.name, err)
		return "otherwise", got
	}
	return found[1], got
}

// reference is what tcpwinsink sends for endless.
func reference(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	path, sink := filepath.Join(dir, "capture"), filepath.Join(dir, "sink")
	if err := os.WriteFile(path, endless(), 0o600); err != nil {
		t.Fatal(err)
	}
	c := testConfig(t, path)
	w := direct.withTwo()
	w.config(t, &c, nil)
	c.Settings = settingsOf(t, append(killSets, "tcpwinsink.to=file:"+sink)...)
	if _, err := Run(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	sent, err := os.ReadFile(sink)
	if err != nil || len(sent) < 1<<19 {
		t.Fatalf("%d bytes are sent, %v", len(sent), err)
	}
	return sent
}

// sink is a socket or a file for tcpwinsink; received is what it has got in a run
// that ended so.
func sink(t *testing.T, rnd *rand.Rand) (target string, received func(error) []byte) {
	t.Helper()
	if rnd.IntN(2) == 0 {
		address, all := receiver(t)
		return address, func(error) []byte { return all() }
	}
	path := filepath.Join(t.TempDir(), "sink")
	return "file:" + path, func(err error) []byte {
		is, other := path, path+".part"
		if err != nil {
			is, other = other, is
		}
		if _, err := os.Stat(other); err == nil {
			t.Errorf("%s is there", other)
		}
		data, readErr := os.ReadFile(is)
		if notOpen := err != nil && strings.Contains(err.Error(), ": open: "); notOpen != errors.Is(readErr, fs.ErrNotExist) {
			t.Errorf("run: %v; file: %v", err, readErr) // a run in which a plugin does not open leaves no files
		}
		return data
	}
}

// TestAKilledHost kills the host while its plugins live: a second later they are
// gone, and the next start leaves no folder.
func TestAKilledHost(t *testing.T) {
	slow(t)
	sockets, cache := shortFolder(t), t.TempDir()
	bin := must(t, built.Program)
	ways := [][]string{{"-p", "tcpwin,tcpwinsink", "--runtime", "process"}, {"-p", must(t, built.Module)}} // the second in workers
	command := func(out, input string, way []string) *exec.Cmd {
		cmd := exec.Command(bin, append(way, "-r", input, "-w", out, "--set", "tcpwinsink.to=file:"+out+"_sink",
			"--set", "socketsink.to=text:"+out+"_socket", "--set", "netflowsink.to=ipfix:"+out+"_netflow")...)
		cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+sockets, "XDG_CACHE_HOME="+cache)
		return cmd
	}
	alive := 0
	for n := range kills(t, 4) {
		rnd := rand.New(rand.NewPCG(uint64(n), 6))
		out := filepath.Join(t.TempDir(), "out")
		cmd, f := command(out, "-", ways[n%2]), feed(t)
		cmd.Stdin = f.out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		f.out.Close() // the host has it
		want := 3     // the host and both plugins
		if n%5 == 2 { // one of them, while it starts
			want = 2
		} else {
			waitFor(t, f, f.begun)
		}
		for len(marked(sockets)) < want {
			waitFor(t, f, time.After(time.Millisecond))
		}
		time.Sleep(time.Duration(rnd.IntN(100)) * time.Millisecond)
		list := marked(sockets)
		for len(list) < want { // one that is being started has no environment for a moment
			waitFor(t, f, time.After(time.Millisecond))
			list = marked(sockets)
		}
		alive += len(list) - 1
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		close(f.stop)
		for died := time.Now(); len(marked(sockets)) > 0; time.Sleep(time.Millisecond) {
			if time.Since(died) > time.Second {
				t.Fatalf("round %d: %v live a second after their host", n, marked(sockets))
			}
		}
		files, _ := filepath.Glob(out + "*")
		for _, file := range files {
			if !strings.HasSuffix(file, ".part") {
				t.Errorf("round %d: %s is there although the host was killed", n, file)
			}
		}

		// A folder as a host leaves it that is killed while it starts a plugin.
		if err := os.MkdirAll(filepath.Join(sockets, fmt.Sprintf("t2host-%d-1", cmd.Process.Pid), "plugin-dir"), 0o700); err != nil {
			t.Fatal(err)
		}
		if shown, err := command(out, windows, ways[n%2]).CombinedOutput(); err != nil {
			t.Fatalf("the next start: %v\n%s", err, shown)
		}
		empty(t, sockets)
	}
	t.Logf("the hosts that were killed had %d plugins alive", alive)
}

// waitFor waits while the host reads.
func waitFor[T any](t *testing.T, f *feeder, c <-chan T) {
	t.Helper()
	select {
	case <-c:
	case <-f.done:
		t.Fatal("the host ended before it was killed")
	}
}

// marked are the living processes in whose environment there is the word.
func marked(word string) []int {
	var list []int
	found, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range found {
		data, _ := os.ReadFile(path) // it may be gone, or another user's
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil && bytes.Contains(data, []byte(word)) {
			list = append(list, pid)
		}
	}
	return list
}
