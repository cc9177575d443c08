package host

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/t2host/t2host/host/settings"
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

// mix is the large shared capture, unpacked once for all tests.
var mix struct {
	sync.Once
	dir, path string
}

func TestMain(m *testing.M) {
	code := m.Run()
	if mix.dir != "" {
		os.RemoveAll(mix.dir)
	}
	os.Exit(code)
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
	for _, dir := range []string{"captures/real", "captures/rules"} {
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
	values, err := settings.Load("", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Files: []string{capture}, Prefix: filepath.Join(t.TempDir(), "out"), Plugins: plugins,
		Settings: values, Zone: time.UTC, Quiet: true,
	}
}
