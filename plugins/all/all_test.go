package all

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/t2host/t2host/testdata/built"
)

// maxModule bounds the first-party plugins' module in bytes: it is compiled when
// it first runs, and a user waits for that.
const maxModule = 3_450_000

func TestTheModuleIsSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "all.wasm")
	if err := built.Guest(path, "plugins/all/cmd/all"); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() >= maxModule {
		t.Errorf("the module has %d bytes, want less than %d", info.Size(), maxModule)
	}
}
