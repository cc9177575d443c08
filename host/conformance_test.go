package host

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/t2host/t2host/testdata/built"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/internal/plan"
	"github.com/t2host/t2host/host/launch"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/plugins/all"
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/plugins/tcpwinsink"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/serve"
)

// carried returns the same plugin with a border before it: every batch and every answer
// passes through bytes, as it does to a plugin that is not compiled in.
func carried(p *sdk.Plugin) *sdk.Plugin {
	return remote.Carry(p, func() (remote.Peer, error) { return &peer{Server: serve.NewServer(p)}, nil })
}

// peer is the far side, without anything between.
type peer struct {
	*serve.Server
	msg []byte
}

func (p *peer) Room(size int) ([]byte, error) {
	if cap(p.msg) < size {
		p.msg = make([]byte, 0, size)
	}
	return p.msg[:0], nil
}

func (p *peer) Release(bool) {}

// outcome is what a run writes and reports, without dates and costs.
type outcome struct {
	Err     string
	Files   map[string]string
	Report  map[string][]string
	Records []string
}

// way is how the first-party plugins are carried.
type way struct {
	name    string
	runtime plugin.Runtime
	trust   bool   // the module runs in the host
	tcpwin  string // another module that takes tcpwin's place, beside compiled-in plugins
	kept    bool   // all runs have one carrier, which compiles a module once
	carry   func(*sdk.Plugin) *sdk.Plugin
	plugins []*sdk.Plugin // nil: all first-party ones
	packets bool          // the stream of packets is written, with the plugins' columns
}

// withPackets is the way with the stream of packets.
func (w way) withPackets() way {
	w.packets = true
	return w
}

// withTwo is the way of tcpwin and tcpwinsink alone: where it is not the plugins
// that are tested, six of them take too much time.
func (w way) withTwo() way {
	w.plugins = []*sdk.Plugin{tcpwin.Plugin, tcpwinsink.Plugin}
	return w
}

var (
	direct      = way{name: "inproc", runtime: plugin.Inproc}
	throughWire = way{name: "bytes", runtime: plugin.Inproc, carry: carried}
	sandbox     = way{name: "wasm", runtime: plugin.Wasm, trust: true}
	keptSandbox = way{name: "wasm", runtime: plugin.Wasm, trust: true, kept: true}
	worker      = way{name: "worker", runtime: plugin.Wasm}
	ownProcess  = way{name: "process", runtime: plugin.Process}
	inC         = way{name: "C", runtime: plugin.Wasm, trust: true, tcpwin: "../testdata/guests/ctcpwin.wasm"}
)

// endedOnly is tcpwin as it is in C: with the rows of flows that have ended.
func endedOnly(p *sdk.Plugin) *sdk.Plugin {
	q := *p
	q.Packets.Columns, q.Metrics = nil, nil
	q.Starts, q.Ticks = sdk.StartSelect{}, sdk.TickSelect{}
	q.Ends = sdk.End(field.LastSeen, field.SrcIP, field.DstIP)
	q.State = 48
	q.Settings = slices.DeleteFunc(slices.Clone(p.Settings), func(s sdk.Setting) bool { return s.Name == "every" })
	return &q
}

// config makes the plugins of a run that way, with a recorder of its records,
// which is compiled in. Modules are not those that t2host was built with but
// such as others bring.
func (w *way) config(t testing.TB, c *Config, records *[]string) {
	c.Runtime = w.runtime
	plugins := w.plugins
	if plugins == nil {
		plugins = all.Plugins()
	}
	for _, p := range plugins {
		if w.carry != nil {
			p = w.carry(p)
		}
		a, word := plugin.BuiltIn(p)[0], p.Name
		switch {
		case w.tcpwin != "" && p.Name == tcpwin.Plugin.Name:
			a = plugin.BuiltIn(endedOnly(p))[0]
			a.BuiltIn, a.Module.Path = false, w.tcpwin
		case w.tcpwin != "":
			word += ":inproc"
		case w.runtime == plugin.Wasm:
			a.BuiltIn, a.Module.Path = false, must(t, built.Module)
		}
		if w.trust {
			c.Consent.Trust = append(c.Consent.Trust, p.Name)
		}
		c.Plugins = append(c.Plugins, requests(word)...)
		c.Catalogue = append(c.Catalogue, a)
	}
	var runtimes launch.Config
	if w.runtime == plugin.Wasm {
		runtimes.CacheDir = moduleCache(t)
	}
	c.Carrier = runtimes.Carrier
	if w.kept {
		c.Carrier = keptCarrier(runtimes)
	}
	if records != nil {
		r := recorder(records)
		if w.carry != nil {
			r = w.carry(r)
		}
		c.Plugins = append(c.Plugins, requests("recorder:inproc")...)
		c.Catalogue = append(c.Catalogue, plugin.BuiltIn(r)...)
	}
}

// keptOnce makes the carrier of ways that keep one.
var keptOnce struct {
	sync.Once
	plugin.Carrier
}

// keptCarrier returns the constructor of a carrier that outlives its runs. It trusts all
// first-party plugins.
func keptCarrier(runtimes launch.Config) func(plugin.CarrierConfig) plugin.Carrier {
	return func(of plugin.CarrierConfig) plugin.Carrier {
		keptOnce.Do(func() {
			of.Trust, of.Stop = nil, nil
			for _, p := range all.Plugins() {
				of.Trust = append(of.Trust, p.Name)
			}
			keptOnce.Carrier = runtimes.Carrier(of)
		})
		return unclosed{keptOnce.Carrier}
	}
}

// unclosed is a carrier that its run does not close.
type unclosed struct{ plugin.Carrier }

func (unclosed) Close() error { return nil }

// runAll runs all first-party plugins over a capture.
func runAll(t *testing.T, capture string, rows int, zone *time.Location, w way, sets ...string) outcome {
	t.Helper()
	dir := t.TempDir()
	var o outcome
	sets = append(sets, fmt.Sprint("batch.rows=", rows), "tcpwin.min_packets=2", "tcpwin.max_entries=7",
		"tcpwinsink.to=file:"+filepath.Join(dir, "sink.bin"))
	if w.plugins == nil {
		sets = append(sets, "socketsink.to="+filepath.Join(dir, "socket.csv"), "netflowsink.to="+filepath.Join(dir, "netflow.ipfix"))
	}
	values := settingsOf(t, sets...)
	c := Config{
		Files: []string{capture}, Prefix: filepath.Join(dir, "out"), Settings: values, Zone: zone, Quiet: true,
		Packets: w.packets,
	}
	w.config(t, &c, &o.Records)
	r, err := Run(context.Background(), c)
	o.Err = fmt.Sprint(err)
	o.Files, o.Report = map[string]string{}, map[string][]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(e.Name(), "_log.txt") { // dates, costs
			o.Files[e.Name()] = date.ReplaceAllString(string(data), "# Date:")
		}
	}
	if r != nil {
		for _, p := range r.Plugins {
			o.Report[p.Name] = p.Lines
		}
	}
	return o
}

// date is when a run began: the one thing that its headers file has of its own.
var date = regexp.MustCompile(`(?m)^# Date: .*$`)

// captures are the project's own and, where they are, the shared ones.
func captures(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.pcap*", "rules/*"} {
		found, err := filepath.Glob(filepath.Join("../testdata", pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 10 {
		t.Fatalf("only %d captures in testdata", len(files))
	}
	return files
}

func sharedCaptures(t *testing.T) []string {
	t.Helper()
	shared := sharedFolder(t)
	files, err := filepath.Glob(filepath.Join(shared, "captures/r*/*.pcap*"))
	if err != nil {
		t.Fatal(err)
	}
	return append(files, captureFile(t, shared, "mix.pcap"))
}

// sizes are those of batches. The largest is too large for one message, so that it adds
// only time to the others.
var (
	sizes       = []int{1, 7, 256, 4096, defaultRows, 65536}
	defaultRows = int(plan.Defaults().Rows)
)

func conform(t *testing.T, files []string) {
	if testing.Short() {
		files = []string{"../testdata/windows.pcap", "../testdata/windows6.pcapng", "../testdata/rules/frag6.pcap"}
	}
	zones := []*time.Location{time.UTC, zurich(t)}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			zone := zones[len(file)%2]
			want := runAll(t, file, defaultRows, zone, direct.withPackets())
			wantOfC := runAll(t, file, defaultRows, zone, direct, "tcpwin.every=0")
			for _, rows := range sizes {
				for _, w := range ways(kindOf(file), rows) {
					want, w := want, w.withPackets()
					if w.tcpwin != "" {
						want, w.packets = wantOfC, false
					}
					if diff := cmp.Diff(want, runAll(t, file, rows, zone, w)); diff != "" {
						t.Errorf("%s, batches of %d rows (-inproc +this):\n%.2000s", w.name, rows, diff)
					}
				}
			}
		})
	}
}

// kind is a kind of captures: one that is run in the same ways.
type kind string

const (
	plain  kind = "own"        // of testdata
	ours   kind = "own rules"  // of testdata/rules: one rule each
	theirs kind = "shared"     // of the shared folder
	theMix kind = "shared mix" // the large one of the shared folder
)

func kindOf(file string) kind {
	switch {
	case filepath.Base(file) == "mix.pcap":
		return theMix
	case strings.HasPrefix(file, "../testdata/rules"):
		return ours
	case strings.HasPrefix(file, "../testdata"):
		return plain
	}
	return theirs
}

// ways returns the ways in which captures of a kind are run with batches of that size.
// With T2HOST_MATRIX=1 (make soak) those are all ways at each size up to 4,096. Otherwise
// processes and workers, which take most of the time to start, run at one size: the
// bytes that cross to them are those of throughWire, which runs at every size.
func ways(k kind, rows int) []way {
	at := func(sizes ...int) bool { return slices.Contains(sizes, rows) }
	if testing.Short() {
		if at(256) {
			return []way{direct, throughWire, keptSandbox}
		}
		return nil
	}
	switch {
	case rows > defaultRows:
		return []way{throughWire}
	case rows > 4096:
		return []way{throughWire, keptSandbox}
	case os.Getenv("T2HOST_MATRIX") == "1":
		return []way{direct, throughWire, keptSandbox, inC, ownProcess, worker}
	case k == theMix && rows < 256:
		return nil
	}
	list := []way{throughWire}
	own := k == plain || k == ours
	if own || at(256) {
		list = append(list, direct, inC)
	}
	if own && at(256) || at(7, 4096) {
		list = append(list, keptSandbox)
	}
	if at(256) && k != theirs { // TestExpected runs processes on these
		list = append(list, ownProcess)
	}
	if at(256) && (k == plain || k == theMix) {
		list = append(list, worker)
	}
	return list
}

// TestConformanceCovers compares testdata/conformance.txt with the ways and sizes in which
// each kind of captures is run: what make test covers does not shrink unseen.
func TestConformanceCovers(t *testing.T) {
	slow(t)
	if os.Getenv("T2HOST_MATRIX") == "1" {
		t.Skip("the whole matrix runs")
	}
	var b strings.Builder
	b.WriteString("# Captures, runtime, rows of a batch: what make test compares with inproc at the default size.\n")
	for _, k := range []kind{plain, ours, theirs, theMix} {
		for _, w := range []way{direct, throughWire, sandbox, inC, ownProcess, worker} {
			var at []string
			for _, rows := range sizes {
				if slices.ContainsFunc(ways(k, rows), func(v way) bool { return v.name == w.name }) {
					at = append(at, strconv.Itoa(rows))
				}
			}
			if len(at) > 0 {
				fmt.Fprintf(&b, "%s\t%s\t%s\n", k, w.name, strings.Join(at, " "))
			}
		}
	}
	b.WriteString("\n# The captures that are our own.\n")
	for _, file := range captures(t) {
		fmt.Fprintln(&b, strings.TrimPrefix(filepath.ToSlash(file), "../"))
	}
	const golden = "testdata/conformance.txt"
	if flag.Lookup("update").Value.String() == "true" { // package sdktest defines it
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s is stale: if less is to be covered, update it with -update (-file +covered):\n%s", golden, diff)
	}
}

func zurich(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestConformance(t *testing.T) { conform(t, captures(t)) }
func TestConformanceShared(t *testing.T) {
	slow(t)
	conform(t, sharedCaptures(t))
}

// TestSummerTime: reports on both sides of 01:00 UTC of the day on which the
// clock is put forward, at every batch size.
func TestSummerTime(t *testing.T) {
	slow(t)
	const file = "../testdata/rules/summertime.pcap"
	for _, rows := range sizes {
		for _, w := range ways(plain, rows) {
			sink := runAll(t, file, rows, zurich(t), w, resetsEndSoon).Files["sink.bin"]
			if !strings.Contains(sink, "# Sun 29 Mar 2026 01:59:") || !strings.Contains(sink, "# Sun 29 Mar 2026 03:00:") {
				t.Fatalf("%d rows: reports do not jump from 01:59 to 03:00:\n%s", rows, sink)
			}
		}
	}
}

// TestWaysAreTaken is a check of the check: the plugins run in the runtime of their way.
func TestWaysAreTaken(t *testing.T) {
	for _, c := range []struct {
		way
		tcpwin, others string
	}{
		{direct, "inproc", "inproc"},
		{sandbox, "wasm", "wasm"},
		{worker, "worker", "worker"},
		{ownProcess, "process", "process"},
		{inC, "wasm", "inproc"},
	} {
		cfg := testConfig(t, "../testdata/plain.pcap")
		cfg.Settings = settingsOf(t, "tcpwinsink.to=file:/dev/null", "socketsink.to=text:/dev/null", "netflowsink.to=ipfix:/dev/null")
		c.config(t, &cfg, nil)
		r, err := Run(context.Background(), cfg)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		for _, p := range r.Plugins {
			want := c.others
			if p.Name == tcpwin.Plugin.Name {
				want = c.tcpwin
			}
			if p.Runtime != want {
				t.Errorf("%s: %s runs in %s, want %s", c.name, p.Name, p.Runtime, want)
			}
		}
		if len(r.Plugins) != len(all.Plugins()) {
			t.Errorf("%s: %d plugins, want %d", c.name, len(r.Plugins), len(all.Plugins()))
		}
	}
}

// TestOutcomeIsNotEmpty is a check of the check: the outcome that all are
// compared with is not empty.
func TestOutcomeIsNotEmpty(t *testing.T) {
	o := runAll(t, "../testdata/windows.pcap", 4096, time.UTC, direct)
	if o.Err != "<nil>" || strings.Count(o.Files["sink.bin"], "\x00") < 3 || len(o.Records) < 20 || len(o.Report[tcpwin.Plugin.Name]) < 5 {
		t.Errorf("outcome %+v", o)
	}
	if !strings.Contains(o.Files["out_tcpwin.txt"], "2001:db8") {
		t.Error("no IPv6 source in the summary")
	}
	if n := strings.Count(o.Files["out_flows.txt"], "\n"); n != len(o.Records)+1 || !strings.Contains(o.Files["out_headers.txt"], "\thdrDesc\t") {
		t.Errorf("%d lines of %d records, headers %.200s", n, len(o.Records), o.Files["out_headers.txt"])
	}
}
