package process

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/serve"
)

// The test binary is the plugin, too: what it does there is named by this
// variable.
const roleVariable = "T2HOST_TEST_ROLE"

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	switch {
	case role == "host":
		hostRole()
	case serve.Called():
		pluginRole(role)
	default:
		os.Exit(m.Run())
	}
}

// probe is a plugin that does at a batch what its role says.
func probe(role string) *sdk.Plugin {
	return sdk.Define(sdk.Spec[struct{}]{
		Name: "probe", Version: "1.0.0", Doc: "does what a test wants", Ends: sdk.End(),
		Columns: []sdk.Column{sdk.U32("x", "")},
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			return &sdk.Loop{
				EndFlow: func(e sdk.EndRow) error { return act(role, env, e) },
				Done: func() error {
					if role == "hangs at close" {
						select {}
					}
					return nil
				},
			}, nil
		},
	})
}

func act(role string, env *sdk.Env, e sdk.EndRow) error {
	e.PutUint(0, 7)
	switch role {
	case "says what it sees":
		input, _ := os.Stdin.Read(make([]byte, 1))
		env.Log(fmt.Sprintf("%v, %d bytes of input", os.Environ(), input))
	case "prints":
		fmt.Println("to standard output")
		fmt.Fprintln(os.Stderr, "to standard error")
		fmt.Println(strings.Repeat("x", 1<<20))
	case "panics":
		panic("seven")
	case "panics elsewhere":
		go func() { panic("eight") }()
		select {}
	case "exits":
		fmt.Fprintln(os.Stderr, "one line\nlast line")
		os.Exit(3)
	case "is killed":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "is stopped":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	case "has a child":
		child := exec.Command("sleep", "600") // which holds standard output open
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if err := child.Start(); err != nil {
			return err
		}
		env.Log(strconv.Itoa(child.Process.Pid))
	}
	return nil
}

func pluginRole(role string) {
	switch role {
	case "noise":
		fmt.Print("hello\n12 bottles\n", strings.Repeat("y", 1<<18), "\n")
	case "silent":
		select {}
	case "leaves":
		fmt.Fprintln(os.Stderr, "no licence")
		os.Exit(4)
	case "newer":
		fmt.Println("1|9|unix|/nowhere|grpc|")
		select {}
	case "nonsense":
		fmt.Println("1|1|unix|/nowhere|grpc|")
		select {}
	}
	serve.Process(serve.NewServer(probe(role)))
	syscall.Exit(0) // os.Exit waits a second under the race detector
}

// talk starts the plugin in a role, lets it answer a batch, and closes it. It
// gives the first error, and what was logged.
func talk(t *testing.T, role string, timeout time.Duration) ([]string, error) {
	t.Helper()
	var mu sync.Mutex
	var logged []string
	c := Command{
		Name: "probe", Path: os.Args[0], Env: []string{roleVariable + "=" + role}, Timeout: timeout,
		Log: func(line string) { mu.Lock(); logged = append(logged, line); mu.Unlock() },
	}
	stage, err := remote.Carry(probe(role), func() (remote.Peer, error) { return Connect(c) }).Open(nil)
	if err == nil {
		b := &sdk.Batch{Number: 1, Ends: sdk.Ends{N: 1, Flow: []uint32{0}, Before: []uint32{0}}}
		err = stage.Batch(b)
		if err == nil && b.Out.Columns[0].Uint(0) != 7 {
			t.Errorf("%s: column %v", role, b.Out.Columns)
		}
		mu.Lock()
		logged = append(logged, b.Out.Logs...)
		mu.Unlock()
		if closeErr := stage.Close(); err == nil {
			err = closeErr
		}
	}
	mu.Lock()
	defer mu.Unlock()
	return logged, err
}

func TestRoles(t *testing.T) {
	const short, long = 2 * time.Second, time.Minute
	if _, err := talk(t, "good", long); err != nil { // what is opened once, is
		t.Fatal(err)
	}
	for _, c := range []struct {
		role    string
		timeout time.Duration
		err     string // empty: none
		log     string // of which each line must be logged
	}{
		{"good", long, "", ""},
		{"prints", long, "", "stdout: to standard output\nstderr: to standard error"},
		{"noise", long, "", "stdout: hello\nstdout: 12 bottles"},
		{"panics", long, "panic: seven (process_test.go:", ""},
		{"panics elsewhere", long, "process died: exit status 2 (last words: panic: eight (process_test.go:", ""},
		{"exits", long, "process died: exit status 3 (last words: one line | last line)", ""},
		{"is killed", long, "process died: signal: killed", ""},
		{"is stopped", short, "did not answer within 2s: killed", ""},
		{"hangs at close", short, "did not answer within 2s: killed", ""},
		{"silent", short, "did not say within 2s that it has started: killed", ""},
		{"leaves", long, "process died: exit status 4 (last words: no licence)", "stderr: no licence"},
		{"newer", long, "speaks ABI 9, this t2host ABI 1: the plugin is newer: ", ""},
		{"nonsense", long, "", ""}, // some error
		{"has a child", long, "", ""},
	} {
		t.Run(c.role, func(t *testing.T) {
			before := left(t)
			logged, err := talk(t, c.role, c.timeout)
			switch {
			case c.role == "nonsense":
				if err == nil {
					t.Error("a socket that is not there is taken")
				}
			case c.err == "" && err != nil, c.err != "" && (err == nil || !strings.HasPrefix(err.Error(), c.err)):
				t.Errorf("error %v, want %s", err, c.err)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %v", err)
			}
			all := "\n" + strings.Join(logged, "\n") + "\n"
			for line := range strings.SplitSeq(c.log, "\n") {
				if line != "" && !strings.Contains(all, "\n"+line+"\n") {
					t.Errorf("log %.300q, want %s", all, line)
				}
			}
			for _, line := range logged {
				if len(line) > maxLine+100 {
					t.Errorf("a line of %d bytes is logged", len(line))
				}
			}
			if c.role == "has a child" {
				pid, err := strconv.Atoi(logged[len(logged)-1])
				if err != nil {
					t.Fatal(err)
				}
				waitFor(t, "the plugin's child to end", func() bool { return !running(pid) })
			}
			returned(t, before)
		})
	}
}

func TestAPluginSeesLittle(t *testing.T) {
	t.Setenv("T2HOST_SECRET", "hidden")
	logged, err := talk(t, "says what it sees", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	seen := strings.Join(logged, "\n")
	if strings.Contains(seen, "SECRET") || !strings.Contains(seen, ", 0 bytes of input") || !strings.Contains(seen, "PATH=") {
		t.Errorf("the plugin sees %s", seen)
	}
}

func TestWhatIsNoPlugin(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	binary := filepath.Join(dir, "binary")
	for path, mode := range map[string]os.FileMode{text: 0o644, binary: 0o755} {
		if err := os.WriteFile(path, []byte("\x7fnothing"), mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ path, sum, want string }{
		{filepath.Join(dir, "none"), "", "none: no such file or directory"},
		{dir, "", " is no file: give the path of the plugin's program"},
		{text, "", "text may not be executed: chmod +x it"},
		{binary, "", "binary is no program for " + runtime.GOOS + "/" + runtime.GOARCH + ": build it for this machine"},
		{os.Args[0], strings.Repeat("0", 64), "its manifest or pin says 0000000000000000000000000000000000000000000000000000000000000000: build it again, or pin the new one"},
	} {
		before := left(t)
		_, err := Connect(Command{Name: "x", Path: c.path, SHA256: c.sum, Log: func(string) {}})
		if err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%v\nwant …%s", err, c.want)
		}
		returned(t, before)
	}
}

// hostRole is a host that connects to a plugin, says so, and waits.
func hostRole() {
	signal.Ignore(syscall.SIGTERM)
	role := os.Getenv("T2HOST_TEST_PLUGIN")
	c := Command{Name: "probe", Path: os.Args[0], Env: []string{roleVariable + "=" + role}, Timeout: time.Minute, Log: func(string) {}}
	if role == "silent" {
		go func() {
			for {
				if pid := childOf(os.Getpid()); pid != 0 {
					fmt.Println(pid)
					return
				}
				time.Sleep(time.Millisecond)
			}
		}()
	}
	peer, err := Connect(c)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(peer.(interface{ pid() string }).pid())
	select {}
}

func (p *peer) pid() string { return p.process.ID() }

// TestAKilledHostLeavesNothing: with kill -9 of the host its plugin ends within a
// second, and at the next start its folder is gone.
func TestAKilledHostLeavesNothing(t *testing.T) {
	base := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", base)
	for _, role := range []string{"good", "silent"} {
		host := exec.Command(os.Args[0])
		host.Env = append(os.Environ(), roleVariable+"=host", "T2HOST_TEST_PLUGIN="+role)
		stdout, err := host.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := host.Start(); err != nil {
			t.Fatal(err)
		}
		var pid int
		if _, err := fmt.Fscan(stdout, &pid); err != nil {
			t.Fatalf("%s: the host does not say its plugin's process: %v", role, err)
		}
		if err := host.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = host.Wait() // it was killed
		died := time.Now()
		for running(pid) {
			if time.Since(died) > time.Second {
				_ = syscall.Kill(pid, syscall.SIGKILL)
				t.Fatalf("%s: the plugin lives a second after its host", role)
			}
			time.Sleep(time.Millisecond)
		}
		if _, err := talk(t, "good", time.Minute); err != nil {
			t.Fatal(err)
		}
		if entries, err := os.ReadDir(base); err != nil || len(entries) > 0 {
			t.Errorf("%s: left after the next start: %v %v", role, entries, err)
		}
	}
}

func TestSweepLeavesTheLivingAlone(t *testing.T) {
	base := t.TempDir()
	gone := exec.Command(os.Args[0], "-test.run=^$")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	dead := gone.Process.Pid
	held := filepath.Join(base, fmt.Sprintf("t2host-%d-held", dead))
	for _, name := range []string{fmt.Sprintf("t2host-%d-x", dead), filepath.Base(held), fmt.Sprintf("t2host-%d-x", os.Getpid()), "t2host-mine-x", "other"} {
		if err := os.Mkdir(filepath.Join(base, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	defer lockFolder(held).Close()
	sweep(base)
	entries, err := os.ReadDir(base)
	if err != nil || len(entries) != 4 {
		t.Errorf("%v %v, want all but t2host-%d-x", entries, err, dead)
	}
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 500 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	buf := make([]byte, 1<<16)
	t.Errorf("waited in vain for %s: %+v\n%s", what, left(t), buf[:runtime.Stack(buf, true)])
}

// held is what this process holds.
type held struct{ goroutines, files, child int }

func left(t *testing.T) held {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return held{runtime.NumGoroutine(), len(files), childOf(os.Getpid())}
}

// returned waits until no more is held than before.
func returned(t *testing.T, before held) {
	t.Helper()
	waitFor(t, fmt.Sprintf("no more than %+v", before), func() bool {
		now := left(t)
		return now.goroutines <= before.goroutines && now.files <= before.files && now.child == 0
	})
}

// childOf gives the number of a child of the process, zombies included; 0 if it
// has none.
func childOf(parent int) int {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	for _, task := range tasks {
		data, _ := os.ReadFile(task) // the thread may be gone
		if f := strings.Fields(string(data)); len(f) > 0 {
			pid, _ := strconv.Atoi(f[0])
			return pid
		}
	}
	return 0
}

// running says whether the process is there and no zombie.
func running(pid int) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	return !strings.HasPrefix(rest, "Z")
}
