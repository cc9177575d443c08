package host

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/t2host/t2host/host/launch"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk"
)

// held is what this process holds beside its heap.
type held struct {
	goroutines int
	files      []string // what descriptors lead to
	code       uint64   // bytes of executable mappings of no file: compiled modules
	addresses  uint64   // bytes of all mappings
}

func holds(t *testing.T) held {
	t.Helper()
	h := held{goroutines: runtime.NumGoroutine()}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		skip(t, "no /proc here")
	}
	for _, e := range entries {
		to, _ := os.Readlink("/proc/self/fd/" + e.Name()) // that of the folder is gone
		h.files = append(h.files, to)
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(maps)) {
		// ADDRESSES MODE OFFSET DEVICE INODE [NAME]
		f := strings.Fields(line)
		var from, to uint64
		if _, err := fmt.Sscanf(f[0], "%x-%x", &from, &to); err != nil {
			t.Fatal(err)
		}
		h.addresses += to - from
		if len(f) == 5 && strings.Contains(f[1], "x") && f[4] == "0" {
			h.code += to - from // neighbours are one mapping, so that a count would not do
		}
	}
	return h
}

// inUse is how many bytes of the heap are. Two collections, since pools keep what
// they hold over the first.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// leaves calls a function that must leave nothing over, a few times: what the first
// call makes and keeps for the others is not a leak. Processes and folders of
// sockets must be gone when a run returns; goroutines and descriptors may still be
// ending, and compiled code is freed by the next collection, as wazero does it.
func leaves(t *testing.T, sockets string, run func()) {
	t.Helper()
	run()
	collect := debug.SetGCPercent(-1) // it would close files that nobody has
	defer debug.SetGCPercent(collect)
	heap := inUse()
	before := holds(t)
	const times = 2
	for range times {
		run()
		if left := children(); len(left) > 0 {
			t.Errorf("processes are left: %v", left)
			for _, pid := range left {
				_ = syscall.Kill(pid, syscall.SIGKILL) // for the tests after this one
			}
		}
		empty(t, sockets)
	}
	settles(t, before.goroutines)
	if now, ok := soon(t, func(h held) bool { return len(h.files) <= len(before.files) }); !ok {
		t.Errorf("open files %q, before %q", now.files, before.files)
	}
	var grown int64
	now, ok := soon(t, func(h held) bool {
		grown = inUse() - heap
		return h.code <= before.code && grown <= times*least
	})
	if !ok {
		t.Errorf("%d bytes of compiled code, before %d; %d bytes more in use after %d runs", now.code, before.code, grown, times)
	}
	if now.addresses >= before.addresses+guestMemory {
		t.Errorf("%d bytes are mapped, before %d", now.addresses, before.addresses)
	}
}

// soon waits until what is held is as it should be, or for so long that it will
// not be.
func soon(t *testing.T, good func(held) bool) (now held, ok bool) {
	t.Helper()
	for range 200 {
		if now = holds(t); good(now) {
			return now, true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return now, false
}

// guestMemory is what is reserved for a plugin in the sandbox here, in bytes: more
// than Go's runtime takes beside. roomy is the setting.
const (
	guestMemory = plugin.MaxMemory
	roomy       = "runtime.max_memory=3584"
)

// least is less than what a plugin takes that is not closed.
const least = 32 << 10

// end is a way in which a run ends.
type end struct {
	name  string
	want  string // of the error; empty: there is none
	apply func(*testing.T, *Config)
}

// ends are those of any runtime.
var ends = []end{
	{"success", "", func(*testing.T, *Config) {}},
	{"cut capture", "", func(_ *testing.T, c *Config) { c.Files = []string{"../testdata/rules/cut_data.pcap"} }},
	{"corrupt capture", "corrupt", func(_ *testing.T, c *Config) { c.Files = []string{"../testdata/rules/corrupt_length.pcap"} }},
	{"missing capture", "no such file", func(_ *testing.T, c *Config) { c.Files = []string{"none.pcap"} }},
	{"no folder for a file", "make the folder first", func(t *testing.T, c *Config) { c.Settings = settingsOf(t, roomy, "tcpwinsink.to=file:/none/x") }},
	{"nobody listens", "connection refused", func(t *testing.T, c *Config) {
		address, received := receiver(t)
		received() // it listens no more
		c.Settings = settingsOf(t, roomy, "tcpwinsink.to="+address)
	}},
	{"another plugin fails in open", "plugin failing: open: no more room", func(t *testing.T, c *Config) { fails(t, c, "open") }},
	{"another plugin fails in a batch", "plugin failing: batch ", func(t *testing.T, c *Config) { fails(t, c, "panic") }},
	{"stages do not fit", "has no tcpWinStat of that type", func(_ *testing.T, c *Config) {
		c.Plugins = append(c.Plugins, requests("misfit:inproc")...)
		c.Catalogue = append(c.Catalogue, plugin.BuiltIn(misfit)...)
	}},
	{"interrupted", "", func(t *testing.T, c *Config) {
		f, stop := fed(t, c), make(chan struct{})
		c.Stop = stop
		go func() { <-f.begun; close(stop) }()
	}},
	{"interrupted before it begins", "before the first byte", func(_ *testing.T, c *Config) {
		stop := make(chan struct{})
		close(stop)
		c.Files, c.Stop = []string{"-"}, stop
		c.Stdin, _ = io.Pipe()
	}},
}

// fails adds a plugin that does, and a small batch.
func fails(t *testing.T, c *Config, how string) {
	c.Settings = settingsOf(t, roomy, "failing.how="+how, "tcpwinsink.to=file:/dev/null", "batch.rows=256")
	c.Plugins = append(c.Plugins, requests("failing:inproc")...)
	c.Catalogue = append(c.Catalogue, plugin.BuiltIn(failing)...)
}

// misfit reads a column of tcpwin as what it is not.
var misfit = sdk.Define(sdk.Spec[struct{}]{
	Name: "misfit", Number: 901, Version: "1.0.0", Doc: "does not fit",
	Requires: []sdk.Requirement{{Name: "tcpwin"}},
	Ends:     sdk.End().With(sdk.NewColumn[uint32]("tcpwin.tcpWinStat", "")),
	Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
		return &sdk.Loop{EndFlow: func(sdk.EndRow) error { return nil }}, nil
	},
})

// fed feeds a run more input than it reads.
func fed(t *testing.T, c *Config) *feeder {
	f := feed(t)
	c.Files, c.Stdin = []string{"-"}, f.out
	return f
}

// ofProcesses are those of plugins in processes.
var ofProcesses = []end{
	{"killed in a batch", "process died: signal: killed", killed(running)},
	{"killed while opening", "process died: signal: killed", killed(opening)},
	{"interrupted while opening", ": open: interrupted", func(_ *testing.T, c *Config) {
		stop := make(chan struct{})
		c.Stop = stop
		go func() {
			for len(children()) == 0 {
				time.Sleep(time.Millisecond)
			}
			close(stop)
		}()
	}},
	{"fails in a process", "plugin failing: batch ", func(t *testing.T, c *Config) { fails(t, c, "fault"); inProcess(c) }},
	{"ends itself in a process", "process died: exit status 3", func(t *testing.T, c *Config) { fails(t, c, "exit"); inProcess(c) }},
	{"fails to open in a process", "plugin failing: open: no more room", func(t *testing.T, c *Config) { fails(t, c, "open"); inProcess(c) }},
	{"no plugin", "before the plugin handshake", byPath("/bin/true")},
	{"no program", "neither a WebAssembly module nor", byPath(windows)},
	{"no manifest", "describe_garbage.wasm: manifest: ", byPath("../testdata/guests/hostile/describe_garbage.wasm")},
	{"no answer", "loop_describe.wasm: did not answer", byPath("../testdata/guests/hostile/loop_describe.wasm")},
}

func inProcess(c *Config) { c.Plugins[len(c.Plugins)-1].Runtime = plugin.Process }

func killed(when moment) func(*testing.T, *Config) {
	return func(t *testing.T, c *Config) {
		f := fed(t, c)
		go killAt(when, f, rand.New(rand.NewPCG(1, 1)), t.Context().Done())
	}
}

// hostileEnds are those of modules that take the place of the one that keeps all
// rules, so that they fail where they run.
func hostileEnds(names ...string) []end {
	var list []end
	for _, name := range names {
		list = append(list, end{name, "plugin hostile: ", func(t *testing.T, c *Config) {
			c.Settings = settingsOf(t, roomy, "batch.rows=256", "runtime.plugin_timeout=5")
			if name == "grow_forever" {
				c.Settings = settingsOf(t, "batch.rows=256")
			}
			a := *goodGuest()
			a.Module.Path, a.Module.SHA256 = "../testdata/guests/hostile/"+name+".wasm", ""
			c.Plugins, c.Catalogue = requests("hostile", "tcpwin:inproc"), append(plugin.BuiltIn(tcpwin.Plugin), &a)
			if c.Consent.Trust != nil {
				c.Consent.Trust = []string{"hostile"}
			}
		}})
	}
	return list
}

// goodGuest is the module that the hostile ones are made from.
var goodGuest = sync.OnceValue(func() *plugin.Artefact {
	none := func(string) {}
	k := launch.Config{}.Carrier(plugin.CarrierConfig{Note: none, Warn: none})
	defer k.Close()
	found, err := k.Describe("../testdata/guests/hostile/good.wasm")
	if err != nil {
		panic(err) // it is committed
	}
	return found[0]
})

// byPath adds a plugin by its path.
func byPath(path string) func(*testing.T, *Config) {
	return func(t *testing.T, c *Config) {
		c.Settings = settingsOf(t, roomy, "runtime.plugin_timeout=5")
		c.Plugins = append(c.Plugins, requests(path)...)
		c.Carrier = launch.Config{CacheDir: moduleCache(t), Start: 5 * time.Second}.Carrier
	}
}

// TestNothingIsLeft: no process, compiled code, folder, goroutine, open file or
// memory is left after a run, however it ends.
func TestNothingIsLeft(t *testing.T) {
	slow(t)
	sockets := shortFolder(t)
	t.Setenv("XDG_RUNTIME_DIR", sockets)
	for _, c := range []struct {
		way
		ends []end
	}{
		{direct.withTwo(), ends},
		{sandbox.withTwo(), slices.Concat(ends, hostileEnds("trap_open", "trap_batch", "trap_close", "grow_forever", "exit_batch", "length_lie", "column_missing",
			"problem_huge", "describe_changes", "describe_garbage", "abi_newer", "import_outside", "no_exports"))},
		{worker.withTwo(), slices.Concat(ends, ofProcesses[:1], hostileEnds("trap_open", "trap_batch", "length_lie", "import_outside", "loop_batch"))},
		{ownProcess.withTwo(), slices.Concat(ends, ofProcesses)},
	} {
		for _, e := range c.ends {
			t.Run(c.name+"/"+e.name, func(t *testing.T) {
				leaves(t, sockets, func() {
					cfg := testConfig(t, windows)
					cfg.Settings = settingsOf(t, roomy, "tcpwinsink.to=file:"+filepath.Join(t.TempDir(), "sink"))
					c.config(t, &cfg, nil)
					e.apply(t, &cfg)
					_, err := Run(context.Background(), cfg)
					if in, ok := cfg.Stdin.(io.Closer); ok {
						in.Close()
					}
					if text := fmt.Sprint(err); (err == nil) != (e.want == "") || !strings.Contains(text, e.want) && err != nil {
						t.Errorf("error %v, want …%s…", err, e.want)
					}
				})
			})
		}
	}
}
