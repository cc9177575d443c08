//go:build unix

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/testdata/built"
	"github.com/t2host/t2host/testdata/flood"
)

// floodMemory bounds the memory of each process of a run with few live flows, in KiB.
const floodMemory = 250 << 10

// TestFlood: a flood of forged SYNs ends in counted evictions, of half-open conversations only,
// with the same records wherever plugins run and however the input is cut. T2HOST_FLOOD is the
// number of SYNs with the default settings (make soak: 10,000,000); otherwise there are 120,000, and
// runtime.max_memory lowers the flow limit so far that they do not fit.
func TestFlood(t *testing.T) {
	program := mustBuild(t, built.Program)
	env, err := environ()
	if err != nil {
		t.Fatal(err)
	}
	f := flood.Flood{Flows: 120_000, Gap: 5 * time.Microsecond, Real: 20, Every: 100}
	limit, sets := 63_550, []string{"runtime.max_memory=32"}
	big, err := strconv.Atoi(os.Getenv("T2HOST_FLOOD"))
	if err == nil {
		f.Flows, limit, sets = big, plugin.DefaultFlows, nil
	}
	evicted := max(0, f.Flows+2*f.Real-limit)
	runs := []struct {
		runtime plugin.Runtime
		sets    []string
	}{
		{plugin.Inproc, nil},
		{plugin.Wasm, nil},
		{plugin.Process, nil},
		{plugin.Worker, nil},
		{plugin.Inproc, []string{"batch.rows=100"}},
	}
	want := ""
	for _, r := range runs {
		name := fmt.Sprint(r.runtime, r.sets)
		if err == nil && r.sets != nil {
			continue
		}
		got := floodRun(t, name, program, env, f, r.runtime, "basicflow,basicstats,tcpstates,tcpwin,txtsink,tcpwinsink", append(r.sets, sets...))
		if want == "" {
			want = got.sum
		}
		if got.sum != want {
			t.Errorf("%s: the records differ from those of the first run", name)
		}
		if got.evicted != evicted || got.halfOpen != evicted {
			t.Errorf("%s: %d conversations ended early, %d of them half-open, want %d", name, got.evicted, got.halfOpen, evicted)
		}
		if err != nil && got.rss > floodMemory {
			t.Errorf("%s: %d MiB in a process", name, got.rss>>10)
		}
		t.Logf("%s: %d flows, %d evicted; %d MiB in the largest process, %.1f s, %.1f s of CPU", name, f.Flows, got.evicted, got.rss>>10, got.wall.Seconds(), got.cpu.Seconds())
	}
}

// TestFloodInTheSandbox: with the default settings 600,000 SYNs fit into the flow table, and into
// the sandbox. Before memory followed the flow limit, 262,144 did not.
func TestFloodInTheSandbox(t *testing.T) {
	program := mustBuild(t, built.Program)
	env, err := environ()
	if err != nil {
		t.Fatal(err)
	}
	got := floodRun(t, "wasm", program, env, flood.Flood{Flows: 600_000, Gap: 5 * time.Microsecond}, plugin.Wasm, "basicstats,tcpwin", nil)
	if got.evicted != 0 {
		t.Errorf("%d conversations ended early", got.evicted)
	}
}

// flooded is what a run left.
type flooded struct {
	sum               string // of the records
	evicted, halfOpen int
	rss               int64 // KiB, of the largest process
	wall, cpu         time.Duration
}

var (
	endedEarly = regexp.MustCompile(`\[WRN\] Conversations ended early: flow.max_flows reached: (\d+)`)
	halfOpen   = regexp.MustCompile(`\[WRN\] Half-open conversations among them: (\d+)`)
)

func floodRun(t *testing.T, name, program string, env []string, f flood.Flood, r plugin.Runtime, plugins string, sets []string) flooded {
	t.Helper()
	dir := t.TempDir()
	args := []string{"-r", "-", "-v", "-p", plugins, "--runtime", string(r), "--set", "tcpwinsink.to=file:" + filepath.Join(dir, "sink")}
	if strings.Contains(plugins, "txtsink") {
		args = append(args, "-w", "-") // the records, and the report on standard error
	}
	for _, s := range sets {
		args = append(args, "--set", s)
	}
	records := sha256.New()
	var report bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Env, cmd.Dir = env, dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = f.Reader(), records, &report
	if !strings.Contains(plugins, "txtsink") {
		cmd.Stdout = &report
	}
	start := time.Now()
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, report.Bytes())
	}
	got := flooded{sum: hex.EncodeToString(records.Sum(nil)), wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	got.rss = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	if runtime.GOOS == "darwin" {
		got.rss >>= 10 // there it is in bytes
	}
	number := func(r *regexp.Regexp) int {
		m := r.FindStringSubmatch(report.String())
		if m == nil {
			return 0
		}
		n, _ := strconv.Atoi(m[1])
		return n
	}
	got.evicted, got.halfOpen = number(endedEarly), number(halfOpen)
	if lowered := strings.Contains(report.String(), "at most 63550 live flows instead of 4194304: plugin tcpwin keeps 88 bytes"); lowered != (sets != nil) {
		t.Errorf("%s: the start does not tell the flow limit: %.300s", name, report.String())
	}
	return got
}
