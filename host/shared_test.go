package host

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/t2host/t2host/testdata/built"
	"github.com/t2host/t2host/testdata/events"

	"github.com/t2host/t2host/host/launch"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/host/t2"
	hostworker "github.com/t2host/t2host/host/worker"
	"github.com/t2host/t2host/plugins/all"
	"github.com/t2host/t2host/sdk/serve"
)

// skip ends a test for want of something that other people need not have;
// T2HOST_NO_SKIP=1 makes that a failure.
func skip(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("T2HOST_NO_SKIP") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// slow skips a test that takes too long for -short.
func slow(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("short")
	}
}

// sharedFolder is the folder of captures and of what T2 printed for them.
func sharedFolder(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("T2HOST_SHARED")
	if dir == "" {
		dir = "../../shared"
	}
	if _, err := os.Stat(filepath.Join(dir, "expected")); err != nil {
		skip(t, "shared captures are not here: set T2HOST_SHARED")
	}
	return dir
}

// freshFolder is the folder of more captures, and of what T2 printed for them.
func freshFolder(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(sharedFolder(t), "fresh")
	if _, err := os.Stat(filepath.Join(dir, "expected")); err != nil {
		skip(t, "fresh captures are not here")
	}
	return dir
}

// mix is the large shared capture, unpacked once for all tests.
var mix struct {
	sync.Once
	dir, path string
}

// TestMain: the test binary is also what the host starts as its own plugins.
func TestMain(m *testing.M) {
	if serve.Called() {
		hostworker.Serve(append(append(all.Plugins(), shakies...), failing, breaking, filed, events.Changer, events.Watcher))
		syscall.Exit(0) // os.Exit waits a second under the race detector
	}
	code := m.Run()
	built.Remove()
	os.RemoveAll(mix.dir)
	os.Exit(code)
}

// must returns the path of what a test needs and what is built once for all tests.
func must(t testing.TB, what func() (string, error)) string {
	t.Helper()
	path, err := what()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// moduleCache returns a cache folder in which the first-party module is compiled, for the host
// and for workers.
func moduleCache(t testing.TB) string {
	t.Helper()
	return filepath.Join(must(t, built.OwnCache), "t2host")
}

// captureFile is the path of a shared capture.
func captureFile(t testing.TB, shared, name string) string {
	t.Helper()
	if name == "mix.pcap" {
		mix.Do(func() {
			dir, err := os.MkdirTemp("", "t2host-test")
			if err != nil {
				t.Fatal(err)
			}
			mix.dir, mix.path = dir, filepath.Join(dir, name)
			if err := os.WriteFile(mix.path, unxz(t, filepath.Join(shared, "captures/mix.pcap.xz")), 0o600); err != nil {
				t.Fatal(err)
			}
		})
		return mix.path
	}
	for _, dir := range []string{"captures/real", "captures/rules", "captures"} {
		path := filepath.Join(shared, dir, name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Fatalf("shared capture %s is not there", name)
	return ""
}

func unxz(t testing.TB, file string) []byte {
	t.Helper()
	if _, err := exec.LookPath("xz"); err != nil {
		skip(t, "xz is not installed")
	}
	var stderr bytes.Buffer
	cmd := exec.Command("xz", "-dc", file)
	cmd.Stderr = &stderr
	data, err := cmd.Output()
	if err != nil {
		t.Fatalf("unpack %s: %v %s", file, err, stderr.Bytes())
	}
	return data
}

func testConfig(t *testing.T, capture string, plugins ...string) Config {
	t.Helper()
	return Config{
		Files: []string{capture}, Prefix: filepath.Join(t.TempDir(), "out"), Plugins: requests(plugins...),
		Settings: settingsOf(t), Zone: time.UTC, Quiet: true, Runtime: plugin.Inproc,
		Carrier: launch.Config{}.Carrier,
	}
}

// requests parses words of -p, which are well-formed.
func requests(words ...string) []plugin.Request {
	list, err := plugin.ParseRequests(words)
	if err != nil {
		panic(err)
	}
	return list
}

// resetsEndSoon makes flows end 0.1 s after a reset, as in T2: while the capture goes on.
const resetsEndSoon = "flow.timeouts=610,182,120,10,0.1"

// likeT2 sets what --t2 sets.
func likeT2(values *settings.Values) *settings.Values {
	for _, v := range t2.Values {
		values.Prefer("--t2", v.Group, v.Key, v.Value)
	}
	return values
}

// settingsOf returns the defaults with the values of --set.
func settingsOf(t testing.TB, sets ...string) *settings.Values {
	t.Helper()
	values, err := settings.Load(os.DevNull, nil, sets)
	if err != nil {
		t.Fatal(err)
	}
	return values
}
