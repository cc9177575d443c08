package all

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// maxModule bounds the first-party plugins' module in bytes: it is compiled when
// it first runs, and a user waits for that.
const maxModule = 3_000_000

func TestTheModuleIsSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "all.wasm")
	build := exec.Command("go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags=-s -w", "-o", path, "./cmd/all")
	build.Env = append(build.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() >= maxModule {
		t.Errorf("the module has %d bytes, want less than %d", info.Size(), maxModule)
	}
}
