package host

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/t2host/t2host/host/settings"
)

// kills is how often each of the tests below kills: a few times in make test, as
// often as T2HOST_KILLS says in make soak.
func kills(t *testing.T, few int) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("T2HOST_KILLS"))
	if err != nil {
		return few
	}
	return n
}

// slow is a capture that takes a while: windows.pcap from a pipe, a piece now and
// then.
func slow(t *testing.T, stop <-chan struct{}) *os.File {
	t.Helper()
	data, err := os.ReadFile(windows)
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	go func() {
		defer w.Close()
		for len(data) > 0 {
			n := min(len(data), 2000)
			if _, err := w.Write(data[:n]); err != nil {
				return
			}
			data = data[n:]
			select {
			case <-stop:
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return r
}

// children are the processes that this one has started and that still run.
func children(pid int) []int {
	var list []int
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		data, _ := os.ReadFile(task) // the thread may be gone
		for word := range strings.FieldsSeq(string(data)) {
			child, _ := strconv.Atoi(word)
			list = append(list, child)
		}
	}
	return list
}

// TestAKilledPlugin kills one of the plugins at a random moment: the run ends with
// the one error, and with no half file under a final name.
func TestAKilledPlugin(t *testing.T) {
	for n := range kills(t, 6) {
		for _, w := range []way{ownProcess, worker} {
			values, err := settings.Load(os.DevNull, nil, []string{"batch.rows=16", "tcpwinsink.to=file:" + filepath.Join(t.TempDir(), "sink.bin"), "runtime.plugin_timeout=20"})
			if err != nil {
				t.Fatal(err)
			}
			stop := make(chan struct{})
			c := Config{Files: []string{"-"}, Stdin: slow(t, stop), Prefix: filepath.Join(t.TempDir(), "out"), Settings: values, Quiet: true}
			w.config(t, &c, nil)
			seed := uint64(n)
			rnd := rand.New(rand.NewPCG(seed, 5))
			killed := make(chan bool)
			go func() {
				time.Sleep(time.Duration(rnd.IntN(900)) * time.Millisecond)
				list := children(os.Getpid())
				if len(list) > 0 {
					_ = syscall.Kill(list[rnd.IntN(len(list))], syscall.SIGKILL)
				}
				close(stop)
				killed <- len(list) > 0
			}()
			_, err = Run(context.Background(), c)
			hit := <-killed
			files, _ := filepath.Glob(c.Prefix + "*")
			if err == nil {
				continue // it was killed before it was needed, or after
			}
			text := err.Error()
			if !hit || !strings.HasPrefix(text, "plugin tcpwin") || !strings.Contains(text, "process died: signal: killed") || strings.Contains(text, "\n") {
				t.Errorf("seed %d, %s: %v", seed, w.name, err)
			}
			for _, f := range files {
				if !strings.HasSuffix(f, ".part") && !strings.HasSuffix(f, "_log.txt") {
					t.Errorf("seed %d, %s: %s is there although the run broke", seed, w.name, f)
				}
			}
		}
	}
	if left := children(os.Getpid()); len(left) > 0 {
		t.Errorf("processes are left: %v", left)
	}
}

// TestAKilledHost kills the host in the middle of a run: its plugins are gone a
// second later, and the next start leaves no folder.
func TestAKilledHost(t *testing.T) {
	base := t.TempDir()
	bin := buildHost(t)
	command := func(runtime string) *exec.Cmd {
		cmd := exec.Command(bin, "-r", "-", "-w", filepath.Join(t.TempDir(), "out"), "-p", "tcpwin,tcpwinsink", "--runtime", runtime,
			"--set", "tcpwinsink.to=file:"+filepath.Join(t.TempDir(), "sink"))
		cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+base)
		return cmd
	}
	for n := range kills(t, 3) {
		rnd := rand.New(rand.NewPCG(uint64(n), 6))
		cmd := command("process")
		stop := make(chan struct{})
		cmd.Stdin = slow(t, stop)
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if n%2 == 0 { // else during the start, too
			_, _ = bufio.NewReader(stdout).ReadString('\n')
		}
		time.Sleep(time.Duration(rnd.IntN(300)) * time.Millisecond)
		list := children(cmd.Process.Pid)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		close(stop)
		for died := time.Now(); ; time.Sleep(time.Millisecond) {
			alive := 0
			for _, pid := range list {
				if syscall.Kill(pid, 0) == nil && !zombie(pid) {
					alive++
				}
			}
			if alive == 0 {
				break
			}
			if time.Since(died) > time.Second {
				t.Fatalf("round %d: of %v %d live a second after their host", n, list, alive)
			}
		}
		next := command("process")
		next.Args[2] = windows
		if out, err := next.CombinedOutput(); err != nil {
			t.Fatalf("the next start: %v\n%s", err, out)
		}
		if entries, err := os.ReadDir(base); err != nil || len(entries) > 0 {
			t.Fatalf("round %d: left after the next start: %v %v", n, entries, err)
		}
	}
}

// zombie says whether the process has ended and waits to be waited for.
func zombie(pid int) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(data), ") ")
	return err != nil || strings.HasPrefix(rest, "Z")
}
