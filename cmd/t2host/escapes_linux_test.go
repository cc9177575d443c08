package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/t2host/t2host/host/confine"
	"github.com/t2host/t2host/testdata/built"
)

// What the kernel answers.
const (
	notPermitted = "operation not permitted"
	denied       = "permission denied"
	notThere     = "function not implemented"
)

// escapes is the plugin testdata/guests/escapes, and one of the same code that asks for all
// that can be granted.
var (
	escapes = built.Once("escapes", func(dir string) (string, error) {
		path := filepath.Join(dir, "escapes")
		return path, built.Command(path, "testdata/guests/escapes", []string{"CGO_ENABLED=0"})
	})
	needy = built.Once("needy", func(dir string) (string, error) {
		path := filepath.Join(dir, "escapes")
		return path, built.Command(path, "testdata/guests/escapes", []string{"CGO_ENABLED=0"}, "-ldflags=-X 'main.declared=children net read'")
	})
)

// attempt is one thing that a plugin tries.
type attempt struct {
	act  string
	at   string
	want string
	file bool // Landlock alone refuses it
}

// TestEscapes runs a plugin in a process that tries to do what no plugin may.
func TestEscapes(t *testing.T) {
	victim := t.TempDir()
	file := filepath.Join(victim, "file")
	if err := os.WriteFile(file, []byte("untouched"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := state(t, victim)
	listener, address := listen(t, "tcp", "127.0.0.1:0")
	path, _ := listen(t, "unix", filepath.Join(victim, "socket"))
	abstract, name := listen(t, "unix", "@t2host-test-"+strconv.Itoa(os.Getpid()))
	self := strconv.Itoa(os.Getpid())
	cache, err := built.OwnCache()
	if err != nil {
		t.Fatal(err)
	}
	list := []attempt{
		{"fork", "", notPermitted, false},
		{"vfork", "", notPermitted, false},
		{"clone3", "", notThere, false},
		{"unshare", "", notPermitted, false},
		{"mount", "", notPermitted, false},
		{"child that outlives it", "x", notPermitted, false},

		{"ptrace", self, notPermitted, false},
		{"read memory", self, notPermitted, false},
		{"open memory", self, denied, true},
		{"kill", self, notPermitted, false},
		{"kill all", "", notPermitted, false},
		{"kill group", "", notPermitted, false},
		{"kill thread", self, notPermitted, false},
		{"queue a signal", self, notPermitted, false},
		{"pidfd", self, notThere, false},
		{"signal by file", self, notPermitted, false},
		{"join a group", self, notPermitted, false},
		{"slow down", self, notPermitted, false},
		{"outlive", "", notPermitted, false},
		{"limit", self, notPermitted, false},

		{"read", "/etc/passwd", denied, true},
		{"read", "/proc/self/environ", denied, true},
		{"read", file, denied, true},
		{"list", "/", denied, true},
		{"list", "/proc", denied, true},
		{"write", victim, denied, true},
		{"write", filepath.Join(cache, "t2host", "worker"), denied, true}, // what is compiled for others
		{"remove", file, denied, true},
		{"rename", file, denied, true},
		{"cut", file, notPermitted, false},
		{"truncate", file, notPermitted, false},
		{"link", file, notPermitted, false},
		{"symlink", victim, notPermitted, false},
		{"chmod", file, notPermitted, false},
		{"chown", file, notPermitted, false},
		{"touch", file, notPermitted, false},
		{"mark", file, notPermitted, false},
		{"watch", victim, notPermitted, false},
		{"descriptors", "", "nothing is inherited", false},
		{"privileges", "", "none", false},
		{"signals", "", "none is ignored", false},
		{"environment", "", "PATH TMPDIR T2HOST_LIFELINE T2HOST_RING", false},

		{"unix", filepath.Join(victim, "socket"), notPermitted, false},
		{"abstract", strings.TrimPrefix(name, "@"), notPermitted, false},
		{"tcp", address, notPermitted, false},
		{"udp", address, notPermitted, false},
		{"packet", "", notPermitted, false},
		{"netlink", "", notPermitted, false},
		{"vsock", "", notPermitted, false},
		{"datagram", "", notPermitted, false},
		{"pair", "", notPermitted, false},
		{"listen", victim, denied, true},
		{"serve tcp", "", notPermitted, false},
		{"family", "", notPermitted, false},

		{"io_uring", "", notThere, false},
		{"bpf", "", notPermitted, false},
		{"perf", "", notPermitted, false},
		{"keys", "", notPermitted, false},
		{"userfaultfd", "", notPermitted, false},
		{"shared memory", "", notPermitted, false},
		{"map shared", "", notPermitted, false},
		{"memory file", "", notThere, false},
		{"raise a limit", "", notPermitted, false},
		{"other numbers", "", notThere, false},
	}
	if confine.Probe().Landlock == 0 {
		list = slices.DeleteFunc(list, func(a attempt) bool { return a.file })
	}
	got, _ := escape(t, mustBuild(t, escapes), list, 0)
	for i, a := range list {
		if a.act == "environment" {
			got[i] = ownVariables(got[i])
		}
		if want := a.act + ": " + a.want; got[i] != want {
			t.Errorf("%s at %s: %s", want, a.at, got[i])
		}
	}
	for _, l := range []net.Listener{listener, path, abstract} {
		if n := connections(t, l); n > 0 {
			t.Errorf("%d connections to %s", n, l.Addr())
		}
	}
	path.Close() // removes its socket
	if after := state(t, victim); after != before {
		t.Errorf("before %s, after %s", before, after)
	}
}

// ownVariables leaves out what go-plugin sets.
func ownVariables(line string) string {
	act, names, _ := strings.Cut(line, ": ")
	var own []string
	for _, name := range strings.Fields(names) {
		if !strings.HasPrefix(name, "PLUGIN_") && name != "BASIC_PLUGIN" && name != "T2HOST_PLUGIN" {
			own = append(own, name)
		}
	}
	return act + ": " + strings.Join(own, " ")
}

// TestFatalEscapes: what ends the plugin ends nothing else.
func TestFatalEscapes(t *testing.T) {
	program := mustBuild(t, escapes)
	for _, c := range []struct {
		act     string
		timeout string // s
		want    string
	}{
		{"become another program", "30", "process died: exit status 1 (last words: cat: /etc/passwd: Permission denied)"},
		{"memory", "30", "process died: exit status 2 (last words: "}, // Go's runtime ends with a fatal error, or with SIGSEGV in its collector
		{"slow death", "5", "did not answer within 5s: killed"},
	} {
		t.Run(c.act, func(t *testing.T) {
			t.Parallel()
			_, errors := escape(t, program, []attempt{{act: c.act}}, 1, "--set", "runtime.plugin_timeout="+c.timeout)
			if !strings.Contains(errors, c.want) {
				t.Errorf("%s, want %s", errors, c.want)
			}
		})
	}
	for act, want := range map[string]string{
		"fill_the_disk":     "process died: exit status 3, before the plugin handshake (last words: fill the disk: file too large)",
		"run_what_it_wrote": "process died: exit status 3, before the plugin handshake (last words: run what it wrote: permission denied)",
	} {
		t.Run(act, func(t *testing.T) {
			t.Parallel()
			if confine.Probe().Landlock == 0 && act == "run_what_it_wrote" {
				t.Skip("no Landlock")
			}
			path := filepath.Join(t.TempDir(), "early_"+act)
			if err := os.Link(program, path); err != nil {
				t.Fatal(err)
			}
			if _, errors := escape(t, path, nil, 2); !strings.Contains(errors, want) {
				t.Errorf("%s, want %s", errors, want)
			}
		})
	}
}

// TestGrants: a plugin gets what it asks for and the user grants, and no more.
func TestGrants(t *testing.T) {
	dir := t.TempDir()
	file, other := filepath.Join(dir, "file"), filepath.Join(dir, "other")
	if err := errors.Join(os.WriteFile(file, nil, 0o600), os.WriteFile(other, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	granted, address := listen(t, "tcp", "127.0.0.1:0")
	refused, elsewhere := listen(t, "tcp", "127.0.0.1:0")
	_, port, _ := net.SplitHostPort(address)
	neighbour, _ := listen(t, "tcp", "127.0.0.2:"+port)
	child := strconv.Itoa(os.Getpid()) + "-" + port
	list := []attempt{
		{"child that outlives it", child, "it can", false},
		{"fork", "", "it can", false},
		{"kill", strconv.Itoa(os.Getpid()), "no such process", false}, // of its namespace
		{"kill group", "", "it can", false},
		{"unshare", "", notPermitted, false},
		{"read", file, "it can", false},
		{"read", other, denied, true},
		{"tcp", address, "it can", false},
		{"tcp", elsewhere, notPermitted, false},
		{"tcp", "127.0.0.2:" + port, notPermitted, false},
		{"udp", address, notPermitted, false},
		{"fast open", elsewhere, notPermitted, false},
		{"unix", filepath.Join(dir, "nothing"), notPermitted, false},
		{"serve tcp", "", denied, true},
	}
	if confine.Probe().Landlock == 0 {
		list = slices.DeleteFunc(list, func(a attempt) bool { return a.file })
	}
	program := mustBuild(t, needy)
	got, _ := escape(t, program, list, 0, "--grant", "escapes=children,net:"+address, "--grant", "escapes=read:"+file)
	for i, a := range list {
		if want := a.act + ": " + a.want; got[i] != want {
			t.Errorf("%s at %s: %s", want, a.at, got[i])
		}
	}
	for l, want := range map[net.Listener]int{granted: 1, refused: 0, neighbour: 0} {
		if n := connections(t, l); n != want {
			t.Errorf("%d connections to %s, want %d", n, l.Addr(), want)
		}
	}
	if list := processesWith(t, "ESCAPES_CHILD="+child); len(list) > 0 {
		t.Errorf("left: %v", list)
	}

	for _, command := range [][]string{{"plugins", program}, {"install", program}} {
		cmd := exec.Command(mustBuild(t, built.Program), command...)
		cmd.Env = append(cmd.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "T2HOST_PLUGINS=")
		out, err := cmd.CombinedOutput()
		for _, need := range []string{"children", "net:HOST:PORT", "read:/PATH"} {
			if err != nil || !bytes.Contains(out, []byte("needs")) || !bytes.Contains(out, []byte(need)) {
				t.Errorf("%s: %v: %s, want it to tell of %s", command[0], err, out, need)
			}
		}
	}

	plain := mustBuild(t, escapes)
	for _, c := range []struct {
		program string
		grants  []string
		want    string
	}{
		{program, nil, "plugin escapes needs children and net and read: --grant escapes=children,net:HOST:PORT,read:/PATH allows it"},
		{program, []string{"escapes=children,net:db:5432"}, "plugin escapes needs read: --grant escapes=read:/PATH allows it"},
		{plain, []string{"escapes=children"}, "--grant escapes=children: the plugin does not ask for it: it asks for nothing"},
		{plain, []string{"escapes=root"}, "--grant escapes=root: root is none of children, net:HOST:PORT and read:/PATH"},
		{plain, []string{"escapes=net:db"}, "--grant escapes=net:db: net:db is not net:HOST:PORT, with a port from 1 to 65535"},
		{plain, []string{"escapes=read:x"}, "--grant escapes=read:x: read:x is not read:/PATH: the path must be absolute"},
		{plain, []string{"escapes"}, "--grant escapes: expected NAME=GRANT[,GRANT]"},
		{plain, []string{"nobody=children"}, "--grant nobody: plugin nobody not found"},
	} {
		var args []string
		for _, g := range c.grants {
			args = append(args, "--grant", g)
		}
		if _, errors := escape(t, c.program, nil, 2, args...); !strings.Contains(errors, c.want) {
			t.Errorf("%v: %s, want %s", c.grants, errors, c.want)
		}
	}
}

// escape runs a plugin that makes the attempts, and returns a line for each of them, and the
// errors of t2host. An open file, a variable and an ignored signal are left for it to inherit.
func escape(t *testing.T, plugin string, list []attempt, code int, args ...string) (lines []string, errors string) {
	t.Helper()
	env, err := environ()
	if err != nil {
		t.Fatal(err)
	}
	var acts []string
	for _, a := range list {
		acts = append(acts, strings.TrimSuffix(a.act+"="+a.at, "="))
	}
	if acts != nil {
		args = append(args, "--set", "escapes.acts="+strings.Join(acts, ";"))
	}
	open, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	dir := t.TempDir()
	args = append([]string{"-c", `trap "" ALRM; exec "$@"`, "sh", mustBuild(t, built.Program), "-r", windows(t), "-w", filepath.Join(dir, "x"), "-p", plugin, "-v"}, args...)
	cmd := exec.Command("sh", args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Env, cmd.ExtraFiles = &stdout, &stderr, append(env, "SECRET=x"), []*os.File{open}
	if err := cmd.Run(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != code {
		t.Fatalf("%v, want exit code %d: %s", err, code, stderr.String())
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("files %v %v", files, err)
	}
	if code != 0 {
		return nil, stderr.String()
	}
	for line := range strings.Lines(stdout.String()) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "escapes: "); ok {
			lines = append(lines, rest)
		}
	}
	if len(lines) != len(list) {
		t.Fatalf("%d lines for %d attempts: %s", len(lines), len(list), stdout.String())
	}
	return lines, stderr.String()
}

func windows(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../testdata/windows.pcap")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestHidden: the memory of t2host, and what else of it is below /proc, belongs to root.
func TestHidden(t *testing.T) {
	dir, err := os.MkdirTemp("", "t2h")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, "t2host")
	data, err := os.ReadFile(mustBuild(t, built.Program))
	if err == nil {
		err = errors.Join(os.WriteFile(copied, data, 0o755), os.Chmod(dir, 0o777))
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(copied, "-r", "-", "-w", filepath.Join(dir, "x"), "-p", "tcpwin:inproc")
	cmd.Dir, cmd.Env = dir, append(cmd.Environ(), "HOME="+dir, "T2HOST_PLUGINS=", "XDG_DATA_HOME=", "XDG_CACHE_HOME=")
	if os.Geteuid() == 0 {
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	owner := uint32(1)
	for range 500 {
		var s syscall.Stat_t
		if err := syscall.Stat(fmt.Sprintf("/proc/%d/mem", cmd.Process.Pid), &s); err != nil {
			t.Fatal(err)
		}
		if owner = s.Uid; owner == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if owner != 0 {
		t.Errorf("its memory belongs to user %d", owner)
	}
	stdin.Close()
	_ = cmd.Wait() // an empty capture is an error
}

// state describes the files in a folder.
func state(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, info.Name(), info.Mode(), info.Size(), info.ModTime())
	}
	return b.String()
}

func listen(t *testing.T, network, address string) (net.Listener, string) {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, l.Addr().String()
}

// connections counts those that wait at a listener.
func connections(t *testing.T, l net.Listener) (n int) {
	t.Helper()
	deadline := l.(interface{ SetDeadline(time.Time) error })
	for {
		if err := deadline.SetDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		conn, err := l.Accept()
		if err != nil {
			return n
		}
		conn.Close()
		n++
	}
}

// processesWith returns the processes whose environment holds a text.
func processesWith(t *testing.T, text string) (list []string) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		if data, _ := os.ReadFile(path); bytes.Contains(data, []byte(text)) { // others' cannot be read
			list = append(list, path)
		}
	}
	return list
}
