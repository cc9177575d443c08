package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/testdata/built"
)

// bench is where an example is built and run.
type bench struct {
	*testing.T
	dir     string
	env     []string
	program string // t2host
}

// exampleBench copies an example to a folder of its own.
func exampleBench(t *testing.T, name string) *bench {
	t.Helper()
	t.Parallel()
	program := mustBuild(t, built.Program)
	env, err := environ()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t, t.TempDir(), append(env, "GOPROXY=off", "GOFLAGS=-trimpath", "TZ=UTC"), program}
	if err := os.CopyFS(b.dir, os.DirFS("../../docs/examples/"+name)); err != nil {
		t.Fatal(err)
	}
	return b
}

// run runs a program in the example's folder and returns what it prints.
func (b *bench) run(name string, args ...string) string {
	b.Helper()
	if name == "t2host" {
		name = b.program
	}
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = b.dir, b.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// check fails unless t2host check passes.
func (b *bench) check(path string) {
	b.Helper()
	if out := b.run("t2host", "check", path); !strings.Contains(out, "ok    same bytes on windows6.pcapng") || strings.Contains(out, "FAIL") {
		b.Errorf("check:\n%s", out)
	}
}

// testInClone runs the tests and checks of an example in Go with this clone as its SDK. It returns
// the clone's folder.
func (b *bench) testInClone() (root string) {
	b.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		b.Fatal(err)
	}
	b.run("go", "mod", "edit", "-replace", "github.com/t2host/t2host="+root)
	b.run("go", "vet", "./...")
	b.run("go", "test", "./...")
	b.check(".")
	return root
}

// TestExampleTcpWinSink: the tutorial's sink, which the first chapter makes, sends what the one
// does whose place it takes.
func TestExampleTcpWinSink(t *testing.T) {
	b := exampleBench(t, "tcpWinSink")
	root := b.testInClone()

	var sent []string
	for _, flags := range [][]string{{"-P", "build"}, nil} {
		args := append(flags, "-r", filepath.Join(root, "testdata/windows.pcap"), "-w", "out", "-p", "tcpWinSink", "--set", "tcpwinsink.to=file:reports")
		if flags == nil {
			args = append(args, "--set", "tcpwinsink.when=flow_end")
		}
		out := b.run("t2host", args...)
		if note := "t2host: plugin tcpWinSink: build/tcpwinsink replaces version 1.0.0, built in\n"; strings.Contains(out, note) != (flags != nil) {
			t.Errorf("t2host %s: prints\n%s", strings.Join(args, " "), out)
		}
		reports, err := os.ReadFile(filepath.Join(b.dir, "reports"))
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, string(reports))
	}
	if diff := cmp.Diff(sent[1], sent[0]); diff != "" || strings.Count(sent[0], "\x00") != 6 {
		t.Errorf("-built in +example:\n%s", diff)
	}
}

func TestExampleLongShut(t *testing.T) {
	b := exampleBench(t, "longShut")
	root := b.testInClone()

	receiver, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer receiver.Close()
	b.run("t2host", "-q", "-P", "build", "-r", filepath.Join(root, "testdata/windows.pcap"), "-w", "out", "-p", "longShut",
		"--set", "longshut.to=udp://"+receiver.LocalAddr().String())
	want := []string{
		"2001:db8::13 stopped 2001:db8::1 for 1.113 s\n",
		"10.0.0.13 stopped 203.0.113.14 for 2.135 s\n",
		"2001:db8::21 stopped 2001:db8::1 for 1.671 s\n",
		"198.51.100.17 stopped 10.0.0.11 for 1.814 s\n",
		"192.0.2.11 stopped 10.0.0.12 for 2.725 s\n",
		"192.0.2.24 stopped 10.0.0.11 for 3.236 s\n",
	}
	var got []string
	datagram := make([]byte, 2048)
	for range want {
		_ = receiver.SetReadDeadline(time.Now().Add(10 * time.Second))
		n, _, err := receiver.ReadFrom(datagram)
		if err != nil {
			break
		}
		got = append(got, string(datagram[:n]))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// cBench builds and checks an example in C. It returns nil if there is no compiler, and the clone.
func cBench(t *testing.T, name string) (b *bench, root string) {
	t.Helper()
	for _, tool := range []string{"clang", "wasm-ld"} {
		if _, err := exec.LookPath(tool); err != nil {
			skip(t, "no "+tool+" here")
			return nil, ""
		}
	}
	b = exampleBench(t, name)
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	b.run("make", "build", "INCLUDE="+filepath.Join(root, "testdata/guests"))
	b.check(strings.ToLower(name) + ".wasm")
	return b, root
}

func TestExampleWithPayload(t *testing.T) {
	b, root := cBench(t, "withPayload")
	if b == nil {
		return
	}
	b.run("t2host", "-q", "-r", filepath.Join(root, "testdata/plain.pcap"), "-w", "out", "-p", "./withpayload.wasm,basicflow,basicstats,txtsink",
		"--set", "txtsink.columns=l4Proto,pktsSnt,pktsWithPayload")
	flows, err := os.ReadFile(filepath.Join(b.dir, "out_flows.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(flows)), "\n")[1:]
	slices.Sort(lines)
	want := []string{
		"1\t1\t1", "17\t1\t1", "17\t2\t2",
		"6\t13\t10", "6\t15\t10", "6\t15\t12", "6\t17\t12", "6\t17\t15", "6\t19\t15", "6\t63\t60", "6\t69\t60",
	}
	if diff := cmp.Diff(want, slices.Compact(lines)); diff != "" {
		t.Error(diff)
	}
}

// TestExampleScanAlert: the sink of a table of somebody else's plugin alerts in the sandbox as in processes.
func TestExampleScanAlert(t *testing.T) {
	b := exampleBench(t, "scanAlert")
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	table := &bench{b.T, filepath.Join(b.dir, "table"), b.env, b.program}
	if err := os.CopyFS(table.dir, os.DirFS("../../docs/examples/scanners")); err != nil {
		t.Fatal(err)
	}
	b.run("go", "mod", "edit", "-replace", "github.com/t2host/t2host="+root, "-replace", "example.com/scanners="+table.dir)
	table.testInClone()
	b.run("go", "vet", ".", "./cmd/...")
	b.run("go", "test", ".")
	b.run("t2host", "build", ".")
	if err := os.CopyFS(filepath.Join(b.dir, "build"), os.DirFS(filepath.Join(table.dir, "build"))); err != nil {
		t.Fatal(err)
	}
	var alerts []string
	for _, runtime := range []string{"", ":process"} {
		b.run("t2host", "-q", "-P", "build", "-r", filepath.Join(root, "testdata/rules/halfopen.pcap"), "-w", "out", "-p", "scanners"+runtime+",scanAlert"+runtime,
			"--set", "scanners.wait=1", "--set", "scanalert.least=1", "--set", "scanalert.to=file:alerts")
		sent, err := os.ReadFile(filepath.Join(b.dir, "alerts"))
		if err != nil {
			t.Fatal(err)
		}
		alerts = append(alerts, string(sent))
	}
	if diff := cmp.Diff(alerts[0], alerts[1]); diff != "" || strings.Count(alerts[0], "\n") != 1 {
		t.Errorf("-sandbox +process:\n%s", diff)
	}
}

// TestExampleShutRows: a sink over rows sends the same rows from every runtime, and what it says is right.
func TestExampleShutRows(t *testing.T) {
	b := exampleBench(t, "shutRows")
	b.testInClone()
	b.run("t2host", "build", ".")
	capture := filepath.Join("../../testdata", "windows.pcap")
	capture, err := filepath.Abs(capture)
	if err != nil {
		t.Fatal(err)
	}
	const want = `flowInd,srcIP,dstIP,dstPort,tcpWinShutTime,tcpWinThCnt,share
`
	var first string
	for _, runtime := range []string{"wasm", "worker", "process"} {
		for _, rows := range []string{"1", "4096"} {
			got := b.run("t2host", "-q", "-P", "build", "-r", capture, "-p", "shutRows:"+runtime, "--trust", "shutRows", "--set", "batch.rows="+rows, "--to", "shutRows.shut=csv:-")
			if !strings.HasPrefix(got, want) || strings.Count(got, "\n") < 5 || first != "" && got != first {
				t.Errorf("%s, %s rows a batch:\n%s", runtime, rows, got)
			}
			first = got
		}
	}
	// The same by a condition of t2host's own: a share of 10 % is what the rows have in common.
	all := b.run("t2host", "-q", "-P", "build", "-r", capture, "-p", "shutRows", "--set", "shutrows.percent=1", "--to", "shutRows.shut=csv:-?where=share >= 0.1")
	if all != first {
		t.Errorf("by where:\n%s\nwant:\n%s", all, first)
	}
}

// TestExampleWebRows: a sink in C over rows passes on what a condition of t2host's own does.
func TestExampleWebRows(t *testing.T) {
	b, root := cBench(t, "webRows")
	if b == nil {
		return
	}
	b.check("webrows.wasm")
	capture := filepath.Join(root, "testdata/windows.pcap")
	want := b.run("t2host", "-q", "-r", capture, "--to", "csv:-?columns=dir,flowInd,basicflow.*,basicstats.*&where=dstPort in (80, 443, 8000, 8080)")
	for _, rows := range []string{"1", "7", "4096"} {
		got := b.run("t2host", "-q", "-r", capture, "-p", "basicflow,basicstats,./webrows.wasm", "--set", "batch.rows="+rows, "--to", "webRows.web=csv:-")
		if got != want || strings.Count(got, "\n") < 10 {
			t.Errorf("%s rows a batch:\n%s\nwant:\n%s", rows, got, want)
		}
	}
}
