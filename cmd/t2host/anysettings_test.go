//go:build unix

package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/plugins/all"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
	"github.com/t2host/t2host/testdata/built"
)

// maxRSS bounds the memory of each process of a run, in KiB.
const maxRSS = 300 << 10

// TestAnySettings runs first-party plugins with random values of all settings, within
// their ranges, over random captures, in all runtimes: each run ends well, in bounded memory, with
// the same bytes. T2HOST_RUNS is their number (make soak: 10,000); T2HOST_SEED runs one.
func TestAnySettings(t *testing.T) {
	runs, first := 10, uint64(0)
	if n, err := strconv.Atoi(os.Getenv("T2HOST_RUNS")); err == nil {
		runs = n
	}
	if n, err := strconv.ParseUint(os.Getenv("T2HOST_SEED"), 10, 64); err == nil {
		runs, first = 1, n
	}
	program := mustBuild(t, built.Program)
	env, err := environ()
	if err != nil {
		t.Fatal(err)
	}
	seeds := make(chan uint64)
	var most atomic.Int64
	var workers sync.WaitGroup
	for range runtime.NumCPU() {
		workers.Go(func() {
			for seed := range seeds {
				anySettings(t, program, env, seed, &most)
			}
		})
	}
	for i := range uint64(runs) {
		seeds <- first + i
	}
	close(seeds)
	workers.Wait()
	t.Logf("%d runs, at most %d MiB in a process", runs, most.Load()>>10)
}

// anySettings is one run, in each runtime.
func anySettings(t *testing.T, program string, env []string, seed uint64, most *atomic.Int64) {
	rnd := rand.New(rand.NewPCG(seed, 12))
	dir, err := os.MkdirTemp(t.TempDir(), "run")
	if err != nil {
		t.Error(err)
		return
	}
	defer os.RemoveAll(dir)
	capture := filepath.Join(dir, "in.pcap")
	if err := os.WriteFile(capture, anyCapture(rnd), 0o644); err != nil {
		t.Error(err)
		return
	}
	plugins := anyPlugins(rnd)
	sets := anyValues(rnd, plugins)
	if slices.Contains(plugins, "tcpstates") { // it is refused with that: it has nothing to read
		sets = slices.DeleteFunc(sets, func(s string) bool { return s == "flow.tcp_states=false" })
	}
	sets = slices.DeleteFunc(sets, func(s string) bool { // so is a limit that is too low
		mib, err := strconv.Atoi(strings.TrimPrefix(s, "runtime.max_memory="))
		return err == nil && mib > 0 && mib < 32
	})
	sets = slices.DeleteFunc(sets, func(s string) bool { return s == "tcpwinsink.interval=0" }) // a clock refuses it
	socket := rnd.IntN(3) == 0 && slices.Contains(plugins, "tcpwinsink")
	var want map[string]string
	for _, r := range []plugin.Runtime{plugin.Inproc, plugin.Wasm, plugin.Process, plugin.Worker} {
		out := filepath.Join(dir, string(r))
		got, rss, err := anyRun(program, env, capture, out, r, plugins, sets, socket)
		if rss > maxRSS {
			err = fmt.Errorf("%d MiB in a process", rss>>10)
		}
		if err != nil {
			t.Errorf("T2HOST_SEED=%d, %s: %v\n%s", seed, r, err, strings.Join(sets, "\n"))
			return
		}
		for seen := most.Load(); rss > seen && !most.CompareAndSwap(seen, rss); seen = most.Load() {
		}
		if want == nil {
			want = got
		}
		if diff := differ(want, got); diff != "" {
			t.Errorf("T2HOST_SEED=%d, %s: %s\n%s", seed, r, diff, strings.Join(sets, "\n"))
			return
		}
		os.RemoveAll(out)
	}
}

// differ names the first file that differs.
func differ(want, got map[string]string) string {
	if len(want) != len(got) {
		return fmt.Sprintf("%d files, want %d", len(got), len(want))
	}
	for name, text := range want {
		if got[name] != text {
			return fmt.Sprintf("%s has %d bytes, others than in inproc (%d)", name, len(got[name]), len(text))
		}
	}
	return ""
}

// anyRun runs t2host and returns the files it wrote, what its sink sent, the report's lines
// of plugins, and the memory of the largest of its processes in KiB.
func anyRun(program string, env []string, capture, out string, r plugin.Runtime, plugins, sets []string, socket bool) (files map[string]string, rss int64, err error) {
	if err := os.Mkdir(out, 0o755); err != nil {
		return nil, 0, err
	}
	args := []string{"-q", "-r", capture, "-w", filepath.Join(out, "x"), "-p", strings.Join(plugins, ","), "--runtime", string(r)}
	for _, s := range sets {
		args = append(args, "--set", s)
	}
	sent := make(chan []byte, 1)
	if socket {
		l, err := net.Listen("unix", filepath.Join(out, "s"))
		if err != nil {
			return nil, 0, err
		}
		defer l.Close()
		go receiveAll(l, sent)
		// A queue that drops, and an end that does not wait, change the bytes by design.
		args = append(args, "--set", "tcpwinsink.queue=67108864", "--set", "tcpwinsink.drain=60", "--set", "tcpwinsink.to=unix://"+filepath.Join(out, "s"))
	} else {
		args = append(args, "--set", "tcpwinsink.to=file:"+filepath.Join(out, "sink"))
	}
	args = append(args, "--set", "socketsink.to=csv:"+filepath.Join(out, "socket"), "--set", "netflowsink.to=ipfix:"+filepath.Join(out, "netflow"))
	cmd := exec.Command(program, args...)
	cmd.Env = env
	text, err := cmd.CombinedOutput()
	rss = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	if runtime.GOOS == "darwin" {
		rss >>= 10 // there it is in bytes
	}
	if err != nil || len(text) > 0 {
		return nil, rss, fmt.Errorf("%w: %.2000s", err, text)
	}
	files = map[string]string{}
	if socket {
		files["socket"] = string(<-sent)
	}
	entries, err := os.ReadDir(out)
	for _, e := range entries {
		if e.Type().IsRegular() {
			data, err := os.ReadFile(filepath.Join(out, e.Name()))
			if err != nil {
				return nil, rss, err
			}
			files[e.Name()] = comparable(e.Name(), string(data))
		}
	}
	return files, rss, err
}

var (
	ofPlugin = regexp.MustCompile(`(?m)^(?:basicflow|basicstats|tcpstates|tcpwin|tcpwinsink|txtsink): .*\n`)
	dated    = regexp.MustCompile(`(?m)^# Date: .*$`)
)

// comparable leaves out of a file what differs from run to run.
func comparable(name, text string) string {
	if strings.HasSuffix(name, "_log.txt") {
		return strings.Join(ofPlugin.FindAllString(text, -1), "")
	}
	return dated.ReplaceAllString(text, "# Date:")
}

func receiveAll(l net.Listener, sent chan<- []byte) {
	var all []byte
	conn, err := l.Accept()
	if err == nil {
		defer conn.Close()
		var b bytes.Buffer
		_, _ = b.ReadFrom(conn)
		all = b.Bytes()
	}
	sent <- all
}

// anyPlugins chooses at least one of the first-party plugins: each is a process or a worker.
func anyPlugins(rnd *rand.Rand) []string {
	var names []string
	for _, p := range all.Plugins() {
		if rnd.IntN(2) == 0 {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 || slices.Equal(names, []string{"tcpstates"}) {
		names = []string{"tcpwinsink"}
	}
	return names
}

// anyValues chooses values for some of the settings of the host and all plugins.
func anyValues(rnd *rand.Rand, plugins []string) []string {
	var sets []string
	for _, g := range host.Groups(plugin.BuiltIn(all.Plugins()...)) {
		for i := range g.Settings {
			s := &g.Settings[i]
			if s.Kind == setting.Target || g.Name == "" || rnd.IntN(5) < 2 {
				continue
			}
			sets = append(sets, g.Name+"."+s.Name+"="+anyValue(rnd, plugins, g, s))
		}
	}
	return sets
}

func anyValue(rnd *rand.Rand, plugins []string, g settings.Group, s *sdk.Setting) string {
	switch s.Kind {
	case setting.Bool:
		return strconv.FormatBool(rnd.IntN(2) == 0)
	case setting.Choice:
		return s.Choices[rnd.IntN(len(s.Choices))]
	case setting.Uint:
		switch rnd.IntN(6) {
		case 0:
			return fmt.Sprint(s.Min)
		case 1:
			return fmt.Sprint(s.Max)
		case 2:
			return fmt.Sprint(s.Min + rnd.Uint64N(s.Max-s.Min+1))
		}
		return fmt.Sprint(min(s.Max, s.Min+uint64(math.Exp(rnd.Float64()*math.Log(float64(s.Max-s.Min+1)))))) // small ones too
	}
	words, ok := texts[s.Name]
	if !ok {
		panic("no values are known for the text " + g.Name + "." + s.Name)
	}
	if slices.Contains(plugins, "basicflow") {
		words = append(words, withBasicflow[s.Name]...)
	}
	if s.Name == "suffix" || s.Name == "headers_suffix" { // no two lead to one file
		return "_" + g.Name + words[rnd.IntN(len(words))]
	}
	return words[rnd.IntN(len(words))]
}

// texts are values of the settings that are texts.
var texts = map[string][]string{
	"on_failure":     {"", "drop", "end"},
	"suffix":         {".txt", "", ".x y", "ü"},
	"headers_suffix": {"_headers", "_h.txt"},
	"split":          {"", "1", "1f", "7f", "1K", "10K", "1M", "500G", "1000f"},
	"columns":        {"*", "flowInd,dir"},
	"except":         {""},
	"timeouts":       {"610,182,120,10,60", "610,182,120,10,0.1", "0.001,0.001,0.001,0.001,0.001", "1,2,3,4,5", "1e6, 5e5, 0.5, 1e6, 1"},
}

var withBasicflow = map[string][]string{
	"columns": {"srcIP,dstIP", "basicflow.*", "flowInd,hdrDesc,vlanID", "icmpType_Code,dir"},
	"except":  {"hdrDesc", "dir,duration"},
}

// anyCapture is a capture of a few hundred flows, TCP for the most part, with windows of all
// sizes, gaps, times that go back, and packets that are cut.
func anyCapture(rnd *rand.Rand) []byte {
	le, be := binary.LittleEndian, binary.BigEndian
	b := le.AppendUint32(nil, 0xa1b23c4d)
	b = le.AppendUint16(le.AppendUint16(b, 2), 4)
	b = append(b, make([]byte, 8)...)
	b = le.AppendUint32(le.AppendUint32(b, 65535), 1)
	now := int64(1_700_000_000e9)
	hosts, ports := 1+rnd.IntN(300), 1+rnd.IntN(20)
	packets := rnd.IntN(4000)
	if rnd.IntN(10) > 0 {
		packets = rnd.IntN(600)
	}
	for range packets {
		now += rnd.Int64N(2e9)
		if rnd.IntN(50) == 0 {
			now += rnd.Int64N(700e9) - 50e9
		}
		src, dst := rnd.IntN(hosts), rnd.IntN(hosts)
		transport := be.AppendUint16(be.AppendUint16(nil, uint16(1024+rnd.IntN(ports))), 80)
		protocol := byte(17)
		if rnd.IntN(8) == 0 {
			transport = append(be.AppendUint32(transport, 8<<16), make([]byte, rnd.IntN(9))...)
		} else {
			protocol = 6
			transport = be.AppendUint64(transport, rnd.Uint64())
			transport = append(transport, 0x50, byte(rnd.IntN(32)))
			window := rnd.IntN(1 << 16)
			if rnd.IntN(3) == 0 {
				window = 0
			}
			transport = append(be.AppendUint16(transport, uint16(window)), make([]byte, 4+rnd.IntN(40))...)
		}
		frame := []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2}
		if rnd.IntN(4) > 0 {
			frame = be.AppendUint16(append(be.AppendUint16(frame, 0x0800), 0x45, 0), uint16(20+len(transport)))
			frame = append(frame, byte(rnd.Uint32()), byte(rnd.Uint32()), 0, 0, 64, protocol, 0, 0)
			frame = append(frame, 10, 0, byte(src>>8), byte(src), 10, 0, byte(dst>>8), byte(dst))
		} else {
			frame = be.AppendUint16(append(be.AppendUint16(frame, 0x86dd), 0x60, 0, 0, 0), uint16(len(transport)))
			frame = append(frame, protocol, 64)
			for _, h := range []int{src, dst} {
				frame = append(frame, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, byte(h>>8), byte(h))
			}
		}
		frame = append(frame, transport...)
		kept := len(frame)
		if rnd.IntN(30) == 0 {
			kept = rnd.IntN(kept)
		}
		b = le.AppendUint32(le.AppendUint32(b, uint32(now/1e9)), uint32(now%1e9))
		b = le.AppendUint32(le.AppendUint32(b, uint32(kept)), uint32(len(frame)))
		b = append(b, frame[:kept]...)
	}
	return b
}
