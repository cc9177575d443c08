package host

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/t2host/t2host/testdata/built"
)

// longPackets is how many packets the long capture of the design holds.
const longPackets = 4_268_520

// longCapture makes it: mix ten times, each copy 1,071 s later.
func longCapture(t testing.TB, shared string) string {
	t.Helper()
	mix, err := os.ReadFile(captureFile(t, shared, "mix.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "long.pcap")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	le := binary.LittleEndian
	if le.Uint32(mix) != 0xa1b2c3d4 && le.Uint32(mix) != 0xa1b23c4d {
		t.Fatalf("mix begins with %08x", le.Uint32(mix))
	}
	if _, err := f.Write(mix[:24]); err != nil {
		t.Fatal(err)
	}
	packets := 0
	for range 10 {
		if _, err := f.Write(mix[24:]); err != nil {
			t.Fatal(err)
		}
		for at := 24; at < len(mix); packets++ {
			le.PutUint32(mix[at:], le.Uint32(mix[at:])+1071)
			at += 16 + int(le.Uint32(mix[at+8:]))
		}
	}
	if packets != longPackets {
		t.Fatalf("the long capture has %d packets, want %d", packets, longPackets)
	}
	return path
}

// BenchmarkLong measures the command on the long capture beside tcpdump, in
// turns, on this machine: make bench. It asserts nothing; ratios count.
func BenchmarkLong(t *testing.B) {
	rounds := t.N
	if rounds == 1 {
		return // go test's trial run; -benchtime=7x asks for seven rounds
	}
	long := longCapture(t, sharedFolder(t))
	bin := must(t, built.Program)
	out := filepath.Join(t.TempDir(), "out")
	const sink = "tcpwinsink.to=file:/dev/null"
	run := func(plugins, runtime string) []string {
		return []string{bin, "--t2", "-r", long, "-q", "-w", out, "-p", plugins, "--set", sink, "--runtime", runtime}
	}
	const both, whole = "tcpwin,tcpwinsink", "basicflow,basicstats,tcpstates,tcpwin,txtsink,tcpwinsink"
	jobs := []struct {
		name string
		args []string
	}{
		{"tcpdump -w /dev/null", []string{"tcpdump", "-r", long, "-w", "/dev/null"}},
		{"t2host, no plugin", []string{bin, "--t2", "-r", long}},
		{"t2host, tcpwin", []string{bin, "--t2", "-r", long, "-q", "-w", out, "-p", "tcpwin:inproc"}},
		{"both plugins, inproc", run(both, "inproc")},
		{"both plugins, wasm", run(both, "wasm")},
		{"both plugins, worker", run(both, "worker")},
		{"both plugins, process", run(both, "process")},
		{"tutorial's set, inproc", run(whole, "inproc")},
		{"tutorial's set, wasm", run(whole, "wasm")},
		{"tutorial's set, process", run(whole, "process")},
		{"cat > /dev/null", []string{"cat", long}},
	}
	const records = "basicflow,basicstats,tcpstates,tcpwin"
	for _, runtime := range []string{"inproc", "wasm", "process"} {
		for _, to := range []string{"", "text", "csv", "json", "ipfix", "parquet"} {
			j := struct {
				name string
				args []string
			}{"records, no output, " + runtime, []string{bin, "--t2", "-r", long, "-q", "-w", out, "-p", records, "--runtime", runtime}}
			if to != "" {
				j.name, j.args = "records, "+to+", "+runtime, append(j.args, "--to", to+":"+out+"."+to)
			}
			jobs = append(jobs, j)
		}
	}
	wall, cpu := make([][]time.Duration, len(jobs)), make([][]time.Duration, len(jobs))
	for range rounds {
		for i, j := range jobs {
			cmd := exec.Command(j.args[0], j.args[1:]...)
			start := time.Now()
			if err := cmd.Run(); err != nil {
				t.Logf("%s: %v", j.name, err)
				continue
			}
			wall[i] = append(wall[i], time.Since(start))
			cpu[i] = append(cpu[i], cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
		}
	}
	base, inproc := median(wall[0]), median(wall[3])
	fmt.Printf("%d packets, medians of %d rounds in turns\n%-32s %9s %9s %9s %10s %9s\n", longPackets, rounds, "", "Mpkt/s", "ns/pkt", "cpu ns", "of tcpdump", "of inproc")
	for i, j := range jobs {
		w, c := median(wall[i]), median(cpu[i])
		if w == 0 {
			fmt.Printf("%-32s could not run\n", j.name)
			continue
		}
		fmt.Printf("%-32s %9.2f %9.0f %9.0f %10.2f %9.2f\n", j.name, longPackets/w.Seconds()/1e6,
			float64(w)/longPackets, float64(c)/longPackets, float64(w)/float64(max(base, 1)), float64(w)/float64(max(inproc, 1)))
	}
}

func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[len(d)/2]
}
