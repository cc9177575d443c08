package main

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/testdata/built"
)

// network is the program that runs another one on the router between two hosts.
var network = built.Once("network", func(dir string) (string, error) {
	out := filepath.Join(dir, "network")
	return out, built.Command(out, "./testdata/network", nil)
})

// needNetwork skips the test if there can be no network of its own.
func needNetwork(t *testing.T, cmd *exec.Cmd, out []byte) {
	if cmd.ProcessState != nil && cmd.ProcessState.ExitCode() == 77 {
		skip(t, "no network of its own: "+string(out))
	}
}

// TestLive: on the router between a client and a server whose window is shut for seconds, the reports name the server, and
// the frames that were kept have the same results as the run that kept them, in every runtime: reports by the clock of quiet
// seconds too.
func TestLive(t *testing.T) {
	if _, err := exec.LookPath("ip"); err != nil {
		skip(t, "no ip here")
	}
	program, router := mustBuild(t, built.Program), mustBuild(t, network)
	for _, runtime := range []string{"inproc", "wasm", "process"} {
		t.Run(runtime, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			run := func(prefix, of, input string, more ...string) string {
				args := append([]string{
					program, of, input, "-w", prefix, "-p", "basicflow,basicstats,tcpwin,tcpwinsink,txtsink", "--runtime", runtime,
					"--set", "tcpwin.min_packets=2", "--set", "tcpwinsink.to=file:" + prefix + ".bin",
				}, more...)
				if of == "-i" {
					args = append([]string{router}, args...)
				}
				cmd := exec.Command(args[0], args[1:]...)
				cmd.Dir = dir
				env, err := environ()
				if err != nil {
					t.Fatal(err)
				}
				cmd.Env = env
				out, err := cmd.CombinedOutput()
				needNetwork(t, cmd, out)
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				return string(out)
			}
			report := run("live", "-i", "client", "--write-pcap", "kept.pcapng")
			for _, want := range []string{"frames, none lost\n", "\ntcpwin    host      blocked peer", "\n          10.0.2.2  10.0.1.2"} {
				if !strings.Contains(report, want) {
					t.Errorf("the report lacks %q:\n%s", want, report)
				}
			}
			run("again", "-r", "kept.pcapng")
			read := func(name string) []byte {
				data, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				return data
			}
			for _, end := range []string{"_flows.txt", "_tcpwin.txt", ".bin"} {
				if diff := cmp.Diff(string(read("live"+end)), string(read("again"+end))); diff != "" {
					t.Errorf("%s (-live +kept):\n%s", end, diff)
				}
			}
			if n := bytes.Count(read("live.bin"), []byte("10.0.2.2\t")); n < 1 {
				t.Errorf("%d reports name the server", n)
			}
			if n := bytes.Count(read("kept.pcapng"), []byte("t2host: no frame before this time")); n < 2 {
				t.Errorf("%d quiet seconds were kept", n)
			}
		})
	}
}

// TestLiveFlood: of frames that come as fast as a sensor's may, each was read or is counted as lost, while a receiver of the reports
// stalls twice; and the program has no more memory, descriptors and threads in the second half. T2HOST_LIVE is how long: 3 seconds, in make
// soak half an hour.
func TestLiveFlood(t *testing.T) {
	if _, err := exec.LookPath("ip"); err != nil {
		skip(t, "no ip here")
	}
	program, router := mustBuild(t, built.Program), mustBuild(t, network)
	lasts := 3 * time.Second
	if text := os.Getenv("T2HOST_LIVE"); text != "" {
		var err error
		if lasts, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	capture, err := filepath.Abs("../../testdata/windows.pcap")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "reports"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() { // a receiver that stalls twice
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		buf := make([]byte, 4096)
		begun, stalls := time.Now(), 0
		for {
			if stalls < 2 && time.Since(begun) > time.Duration(stalls+1)*lasts/4 {
				stalls++
				time.Sleep(lasts / 8)
			}
			if _, err := c.Read(buf); err != nil {
				return
			}
		}
	}()
	cmd := exec.Command(router, "-flood", "150000", lasts.String(), capture, program, "-i", "in", "-w", "out", "-p", "tcpwin,tcpwinsink", "--runtime", "wasm",
		"--set", "tcpwin.min_packets=2", "--set", "tcpwinsink.interval=1", "--set", "tcpwinsink.to=unix://"+filepath.Join(dir, "reports"))
	cmd.Dir = dir
	if cmd.Env, err = environ(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.CombinedOutput()
	needNetwork(t, cmd, out)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	number := func(pattern string) int {
		m := regexp.MustCompile(pattern).FindSubmatch(out)
		if m == nil {
			return -1
		}
		n, _ := strconv.Atoi(string(m[1]))
		return n
	}
	sent, received, lost := number(`network: sent (\d+) frames`), number(`: (\d+)(?: \([0-9.]+ [KMG]\))? frames, `), max(number(`lost: (\d+)`), 0)
	if sent < 1 || received+lost != sent {
		t.Errorf("%d sent, %d received, %d lost\n%s", sent, received, lost, out)
	}
	for _, what := range []string{"MiB", "descriptors", "threads"} {
		first, second := number(`first half: .*?(\d+) `+what), number(`second half: .*?(\d+) `+what)
		if first < 1 || second > first+first/10+2 {
			t.Errorf("%d %s in the first half, %d in the second\n%s", first, what, second, out)
		}
	}
	t.Logf("%s", out)
}

// TestLiveAsAnotherUser: started by sudo, t2host goes on as who called it, whose the files are; a folder that is not that user's is refused
// before the first packet, with the cure.
func TestLiveAsAnotherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can become another user")
	}
	program := mustBuild(t, built.Program)
	dir, err := os.MkdirTemp("/tmp", "t2host-user") // which nobody can reach
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	theirs := filepath.Join(dir, "theirs")
	if err := errors.Join(os.Chmod(dir, 0o755), os.Mkdir(theirs, 0o755), os.Chown(theirs, 65534, 65534)); err != nil {
		t.Fatal(err)
	}
	run := func(in string) (string, error) {
		cmd := exec.Command("timeout", "-s", "INT", "2", program, "-i", "lo", "-p", "tcpwin:inproc", "-w", filepath.Join(in, "out"))
		cmd.Dir, cmd.Env = "/", append(os.Environ(), "SUDO_USER=nobody", "T2HOST_PLUGINS=")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := run(dir); err == nil || !strings.Contains(out, "out_tcpwin.txt.part: permission denied: t2host runs as user nobody: sudo chown nobody "+dir) {
		t.Errorf("%v\n%s", err, out)
	}
	out, err := run(theirs)
	if !strings.Contains(out, "t2host: goes on as user nobody\n") {
		t.Errorf("%v\n%s", err, out)
	}
	info, err := os.Stat(filepath.Join(theirs, "out_tcpwin.txt"))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if uid := info.Sys().(*syscall.Stat_t).Uid; uid != 65534 {
		t.Errorf("the file is that of user %d", uid)
	}
}
