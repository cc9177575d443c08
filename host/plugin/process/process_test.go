//go:build linux

package process

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/t2host/t2host/host/confine"
	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/plugins/all"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
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
	case role == "sleeper":
		time.Sleep(10 * time.Minute)
	case serve.Called():
		pluginRole(role)
	default:
		os.Exit(m.Run())
	}
}

// probe is a plugin that acts at a batch by its role.
func probe(role string) *sdk.Plugin {
	x := sdk.NewColumn[uint32]("x", "")
	return sdk.Define(sdk.Spec[struct{}]{
		Name: "probe", Version: "1.0.0", Doc: "does what a test wants", Ends: sdk.End(),
		Columns: []sdk.AnyColumn{x},
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			out := x.Writer(env)
			return &sdk.Loop{
				EndFlow: func(e sdk.EndRow) error { out.Put(e, 7); return act(role, env, e) },
				Done: func() error {
					if role == "hangs at close" {
						time.Sleep(time.Hour)
					}
					return nil
				},
			}, nil
		},
	})
}

func act(role string, env *sdk.Env, e sdk.EndRow) error {
	switch role {
	case "says what it sees":
		input, _ := os.Stdin.Read(make([]byte, 1))
		group, _ := syscall.Getpgid(0)
		env.Log(fmt.Sprintf("%d bytes of input, own group: %v", input, group == os.Getpid()))
		for _, v := range os.Environ() {
			name, _, _ := strings.Cut(v, "=")
			env.Log(name)
		}
	case "prints":
		fmt.Println("to standard output")
		fmt.Fprintln(os.Stderr, "to standard error")
		fmt.Println(strings.Repeat("x", 1<<20))
	case "panics":
		panic("seven")
	case "panics elsewhere":
		go func() { panic("eight") }()
		time.Sleep(time.Hour)
	case "exits":
		fmt.Fprintln(os.Stderr, "one line\nlast line")
		os.Exit(3)
	case "is killed":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		time.Sleep(time.Hour)
	case "is stopped":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		time.Sleep(time.Hour) // it goes on for a moment
	case "answers without end":
		for ; ; time.Sleep(time.Millisecond) {
			env.Log(strings.Repeat("x", answer.MaxLine))
		}
	case "has a child", "may have no child":
		return haveChild(nil)
	case "has a child in another session":
		return haveChild(&syscall.SysProcAttr{Setsid: true})
	}
	return nil
}

// haveChild starts a process that holds standard output and error open.
func haveChild(attributes *syscall.SysProcAttr) error {
	child := exec.Command("/proc/self/exe")
	child.Env = []string{roleVariable + "=sleeper"}
	child.Stdout, child.Stderr, child.SysProcAttr = os.Stdout, os.Stderr, attributes
	return child.Start()
}

// dieConnecting ends the process once the host has reached it, perhaps with a
// child that keeps the connection open.
func dieConnecting(keep bool) {
	path := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	fmt.Printf("1|2|unix|%s|grpc|\n", path)
	conn, err := l.Accept()
	if err != nil {
		panic(err)
	}
	if keep {
		f, err := conn.(*net.UnixConn).File()
		if err != nil {
			panic(err)
		}
		child := exec.Command("/proc/self/exe")
		child.Env, child.ExtraFiles = []string{roleVariable + "=sleeper"}, []*os.File{f}
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := child.Start(); err != nil {
			panic(err)
		}
	}
	os.Exit(6)
}

func pluginRole(role string) {
	switch role {
	case "all":
		serve.Process(serve.NewServer(all.Plugins()...))
		return
	case "echo":
		serve.Process(echo{})
		return
	case "by gRPC":
		os.Unsetenv(serve.Ring)
		serve.Process(echo{})
		return
	case "dies while it connects", "leaves its connection to a child":
		dieConnecting(role != "dies while it connects")
	case "writer":
		_, _ = os.NewFile(4, "").WriteString("here") // the test sees it
		serve.Process(echo{})
		return
	case "flood":
		flood()
	case "begun line":
		fmt.Print("loaded 10")
	case "handshake and away":
		fmt.Println("1|2|unix|/nowhere|grpc|")
		os.Exit(5)
	case "noise":
		fmt.Print("hello\n12 bottles\n", strings.Repeat("y", 1<<18), "\n")
	case "silent":
		time.Sleep(time.Hour)
	case "leaves":
		fmt.Fprintln(os.Stderr, "no licence")
		os.Exit(4)
	case "newer":
		fmt.Println("1|9|unix|/nowhere|grpc|")
		time.Sleep(time.Hour)
	case "malformed":
		fmt.Println("1|2|what")
		time.Sleep(time.Hour)
	case "nonsense":
		fmt.Println("1|2|unix|/nowhere|grpc|")
		time.Sleep(time.Hour)
	}
	if strings.HasPrefix(role, "ring: ") {
		ringRole(role)
		return
	}
	serve.Process(serve.NewServer(probe(role)))
}

// environment sets the role, and no second of rest at the end for a program with
// the race detector.
func environment(role string) []string {
	return []string{roleVariable + "=" + role, "GORACE=atexit_sleep_ms=0"}
}

// talk starts the plugin in a role, lets it answer a batch, and closes it. It
// returns the first error, and what was logged.
func talk(t *testing.T, role string, timeout time.Duration) ([]string, error) {
	t.Helper()
	var mu sync.Mutex
	var logged []string
	c := Command{
		Name: "probe", Path: os.Args[0], Env: environment(role), Start: timeout, Timeout: timeout,
		Log:    func(line string) { mu.Lock(); logged = append(logged, line); mu.Unlock() },
		Policy: confine.Policy{Children: strings.HasPrefix(role, "has a child")},
	}
	stage, err := remote.Carry(probe(role), func() (remote.Peer, error) {
		if role == "silent" || role == "flood" {
			return Connect(c)
		}
		c.Start, c.Timeout = time.Minute, time.Minute
		p, err := Connect(c)
		if err != nil {
			return nil, err
		}
		p.(*peer).timeout, p.(*peer).later = timeout, timeout
		return p, nil
	}).Open(sdk.Opening{})
	if err == nil {
		b := &sdk.Batch{Number: 1, Events: 1, Ends: sdk.Ends{N: 1, Flow: []uint32{0}, Before: []uint32{0}, Order: []uint32{0}}}
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
	const short, long = 500 * time.Millisecond, time.Minute
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
		{"is stopped", short, "did not answer within 500ms: killed", ""},
		{"hangs at close", short, "did not answer within 500ms: killed", ""},
		{"answers without end", short, "sent pieces of an answer for 5s without its end: killed", ""},
		{"silent", short, "did not start within 500ms: killed", ""},
		{"flood", short, "did not start within 500ms: killed", ""},
		{"leaves", long, "process died: exit status 4, before the plugin handshake (last words: no licence)", "stderr: no licence"},
		{"begun line", long, "", "stdout: loaded 10"},
		{"handshake and away", long, "process died: exit status 5", ""},
		{"dies while it connects", long, "process died: exit status 6", ""},
		{"malformed", long, "plugin handshake failed: ", ""},
		{"newer", long, "speaks ABI 9, this t2host ABI 2: the plugin is newer: ", ""},
		{"nonsense", long, "connection lost although the process still runs: killed (", ""},
		{"has a child", long, "", ""},
		{"may have no child", long, "fork/exec /proc/self/exe: operation not permitted", ""},
		{"has a child in another session", long, "", ""},
	} {
		t.Run(c.role, func(t *testing.T) {
			before := left(t)
			logged, err := talk(t, c.role, c.timeout)
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.HasPrefix(err.Error(), c.err)) {
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
			if list := sleepers(t); len(list) > 0 {
				t.Errorf("children %v outlive their plugin", list)
			}
			returned(t, before)
		})
	}
}

// TestStop: the user need not wait for a plugin that starts, or is asked something.
func TestStop(t *testing.T) {
	before := left(t)
	for _, role := range []string{"silent", "good"} {
		stop := make(chan struct{})
		c := Command{Name: "probe", Path: os.Args[0], Env: environment(role), Timeout: time.Minute, Stop: stop}
		if role == "silent" {
			close(stop)
		}
		p, err := Connect(c)
		if role == "good" {
			if err != nil {
				t.Fatal(err)
			}
			close(stop)
			<-p.(*peer).process.exited
			_, err = p.Describe()
			p.Release(true)
		}
		if err == nil || err.Error() != "interrupted" {
			t.Errorf("%s: %v", role, err)
		}
	}
	returned(t, before)
}

func TestAPluginSeesLittle(t *testing.T) {
	t.Setenv("T2HOST_SECRET", "hidden")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteString("a capture"); err != nil {
		t.Fatal(err)
	}
	stdin := os.Stdin
	os.Stdin = r
	defer func() { os.Stdin = stdin; r.Close(); w.Close() }()
	logged, err := talk(t, "says what it sees", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if logged[0] != "0 bytes of input, own group: true" {
		t.Error(logged[0])
	}
	known := []string{
		"PATH", "TMPDIR", serve.Handshake.MagicCookieKey, "PLUGIN_MIN_PORT", "PLUGIN_MAX_PORT", "PLUGIN_PROTOCOL_VERSIONS",
		"PLUGIN_CLIENT_CERT", "PLUGIN_UNIX_SOCKET_DIR", roleVariable, "GORACE", serve.Lifeline, serve.Ring,
	}
	for _, name := range logged[1:] {
		if !slices.Contains(known, name) {
			t.Errorf("the plugin sees %s", name)
		}
	}
	if !slices.Contains(logged, "PATH") {
		t.Errorf("the plugin does not see PATH: %v", logged)
	}
}

func TestWhatIsNoPlugin(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	binary := filepath.Join(dir, "binary")
	pipe, script := filepath.Join(dir, "pipe"), filepath.Join(dir, "script")
	if err := syscall.Mkfifo(pipe, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(script, []byte("#!/none/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for path, mode := range map[string]os.FileMode{text: 0o644, binary: 0o755} {
		if err := os.WriteFile(path, []byte("\x7fnothing"), mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ path, sum, want string }{
		{filepath.Join(dir, "none"), "", "none: no such file or directory: build it (t2host build DIR), or correct the path"},
		{dir, "", " is a folder: use the path of the plugin's program"},
		{pipe, "", "pipe is not a file: use the path of the plugin's program"},
		{script, "", "script needs an interpreter or loader that is not here: build it for this machine, without cgo or a script's first line"},
		{text, "", "text may not be executed: chmod +x it"},
		{binary, "", "binary is not a program for " + runtime.GOOS + "/" + runtime.GOARCH + ": build it for this machine"},
		{os.Args[0], strings.Repeat("0", 64), "its manifest or pin has 0000000000000000000000000000000000000000000000000000000000000000: build it again, or pin the new one"},
	} {
		before := left(t)
		_, err := Connect(Command{Name: "x", Path: c.path, SHA256: c.sum, Log: func(string) {}})
		if err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%v\nwant …%s", err, c.want)
		}
		returned(t, before)
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

// childOf returns the number of a child of the process, zombies included; 0 if it
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

// sleepers returns the numbers of the processes that haveChild has started.
func sleepers(t *testing.T) (list []string) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		if data, _ := os.ReadFile(path); strings.Contains(string(data), roleVariable+"=sleeper") { // others' cannot be read
			list = append(list, path)
		}
	}
	return list
}

// running reports whether the process exists and is not a zombie.
func running(pid int) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	return !strings.HasPrefix(rest, "Z")
}
