//go:build linux

package process

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/t2host/t2host/host/confine"
)

// pluginVariable names the role of the plugin that a host of these tests starts.
const pluginVariable = "T2HOST_TEST_PLUGIN"

// hostRole is a host that connects to a plugin, reports it, and waits.
func hostRole() {
	role := os.Getenv(pluginVariable)
	if role == "silent" {
		go func() {
			for childOf(os.Getpid()) == 0 {
				time.Sleep(time.Millisecond)
			}
			fmt.Println(childOf(os.Getpid()))
		}()
	}
	peer, err := Connect(Command{Name: "probe", Path: os.Args[0], Env: environment(role), Timeout: time.Minute})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(childOf(os.Getpid()))
	_, _ = os.Stdin.Read(make([]byte, 1)) // the test ends it, or kills this process
	peer.Release(false)
}

// shortDir returns a folder whose path leaves room for a socket's.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "t2h")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if len(dir) > maxParent {
		t.Fatalf("folder of temporary files %s is too long for a socket: set TMPDIR", dir)
	}
	return dir
}

// startHost starts a host and returns its plugin's process number. Once its input
// is closed it ends the plugin, then itself.
func startHost(t *testing.T, role, base string) (host *exec.Cmd, plugin int, end func()) {
	t.Helper()
	host = exec.Command(os.Args[0])
	host.Env = append(os.Environ(), roleVariable+"=host", pluginVariable+"="+role, "XDG_RUNTIME_DIR="+base)
	stdin, err := host.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("%s: the host prints nothing: %v", role, err)
	}
	if plugin, err = strconv.Atoi(strings.TrimSpace(line)); err != nil {
		t.Fatalf("%s: the host prints %s", role, line)
	}
	return host, plugin, func() {
		stdin.Close()
		if err := host.Wait(); err != nil {
			t.Errorf("host: %v", err)
		}
	}
}

// TestAKilledHostLeavesNothing: after kill -9 of the host its plugin ends, and at
// the next start its folder is gone.
func TestAKilledHostLeavesNothing(t *testing.T) {
	base := shortDir(t)
	folders := func() []string {
		list, err := filepath.Glob(filepath.Join(base, "*"))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	for _, c := range []struct {
		role string
		left int // folders, before the next start
	}{
		{"good", 0}, {"silent", 1},
	} {
		host, plugin, _ := startHost(t, c.role, base)
		if list := folders(); len(list) != c.left {
			t.Errorf("%s: folders %v, want %d", c.role, list, c.left)
		}
		if err := host.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = host.Wait() // it was killed
		waitFor(t, c.role+": the plugin of a killed host to end", func() bool { return !running(plugin) })
		_, plugin, end := startHost(t, "good", base)
		if list := folders(); len(list) > 0 {
			t.Errorf("%s: left after the next start: %v", c.role, list)
		}
		end()
		if running(plugin) {
			t.Errorf("%s: the plugin outlives its host", c.role)
		}
	}
}

// TestLifeline: the pipe alone ends a plugin, where the system does not.
func TestLifeline(t *testing.T) {
	p := mustConnect(t, "echo")
	p.process.lifeline.Close()
	<-p.process.exited
	if _, err := p.Batch([]byte("x"), nil); err == nil || err.Error() != "process died: exit status 1" {
		t.Errorf("error %v", err)
	}
	p.Release(true)
}

func TestSweepLeavesTheLivingAlone(t *testing.T) {
	base := t.TempDir()
	gone := exec.Command(os.Args[0], "-test.run=^$")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	dead := gone.Process.Pid
	locked, foreign, living := fmt.Sprintf("t2host-%d-locked", dead), fmt.Sprintf("t2host-%d-foreign", dead), fmt.Sprintf("t2host-%d-x", os.Getpid())
	left := []string{locked, living, "t2host-mine-x", "t2host-", "other"}
	for _, name := range append(left, fmt.Sprintf("t2host-%d-x", dead)) {
		if err := os.Mkdir(filepath.Join(base, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if os.Geteuid() == 0 { // nobody else can give a folder away
		if err := os.Mkdir(filepath.Join(base, foreign), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(filepath.Join(base, foreign), 12345, 12345); err != nil {
			t.Fatal(err)
		}
		left = append(left, foreign)
	}
	link := fmt.Sprintf("t2host-%d-link", dead)
	if err := os.Symlink(t.TempDir(), filepath.Join(base, link)); err != nil {
		t.Fatal(err)
	}
	left = append(left, link)
	lock := lockFolder(filepath.Join(base, locked))
	defer lock.Close()
	sweep(base)
	for _, name := range left {
		if _, err := os.Lstat(filepath.Join(base, name)); err != nil {
			t.Errorf("%s is gone", name)
		}
	}
	if entries, err := os.ReadDir(base); err != nil || len(entries) != len(left) {
		t.Errorf("%v %v, want %v", entries, err, left)
	}
}

func TestFolder(t *testing.T) {
	long := filepath.Join(shortDir(t), strings.Repeat("x", 60))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := newFolder(long); err == nil || !strings.Contains(err.Error(), "is longer than 39 bytes: choose a shorter one") {
		t.Errorf("too long: %v", err)
	}
	t.Setenv("XDG_RUNTIME_DIR", long)
	short := shortDir(t)
	t.Setenv("TMPDIR", short)
	f, err := newFolder("")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(f.path)
	if err != nil || info.Mode().Perm() != 0o700 || filepath.Dir(f.path) != short {
		t.Errorf("%s %v %v", f.path, info.Mode(), err)
	}
	if other := lockFolder(f.path); other != nil {
		t.Error("the folder is not locked")
	}
	f.remove()
	if _, err := os.Stat(f.path); !os.IsNotExist(err) {
		t.Errorf("not removed: %v", err)
	}
	t.Setenv("TMPDIR", filepath.Join(short, "none"))
	f, err = newFolder("")
	if err != nil || filepath.Dir(f.path) != "/tmp" {
		t.Fatalf("%v %v, want one in /tmp", f, err)
	}
	f.remove()
}

// TestAStoppedPluginIsReleased: one that does not listen does not hold up the end.
func TestAStoppedPluginIsReleased(t *testing.T) {
	before := left(t)
	p := mustConnect(t, "echo")
	pid := p.process.proc.Pid
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	p.Release(false)
	if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
		t.Errorf("process after Release: %v", err)
	}
	returned(t, before)
}

// TestAConnectionThatIsKeptOpen: a child that has its plugin's connection ends with the plugin.
func TestAConnectionThatIsKeptOpen(t *testing.T) {
	before := left(t)
	_, err := Connect(Command{
		Name: "x", Path: os.Args[0], Env: environment("leaves its connection to a child"), Timeout: time.Minute,
		Policy: confine.Policy{Children: true},
	})
	if err == nil || err.Error() != "process died: exit status 6" {
		t.Errorf("error %v", err)
	}
	if list := sleepers(t); len(list) > 0 {
		t.Errorf("left: %v", list)
	}
	returned(t, before)
}
