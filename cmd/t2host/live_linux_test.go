package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/testdata/built"
)

// network is the program that runs another one on the router between two hosts.
var network = built.Once("network", func(dir string) (string, error) {
	out := filepath.Join(dir, "network")
	return out, built.Command(out, "./testdata/network", nil)
})

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
