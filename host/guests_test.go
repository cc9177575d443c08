package host

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCommittedGuests builds the guests in C anew: the modules that are committed
// are those of their sources, byte for byte.
func TestCommittedGuests(t *testing.T) {
	slow(t)
	const guests = "../testdata/guests"
	clang, err := exec.Command("clang", "--version").Output()
	if err != nil || !strings.Contains(string(clang), "clang version 14.") {
		skip(t, "clang 14 is not installed, and another one produces other bytes")
	}
	if _, err := exec.LookPath("wasm-ld"); err != nil {
		skip(t, "lld is not installed")
	}
	dir := t.TempDir()
	if out, err := exec.Command("sh", filepath.Join(guests, "build.sh"), dir).CombinedOutput(); err != nil {
		t.Fatalf("build.sh: %v\n%s", err, out)
	}
	// Both folders, so that no module is without a source and no source without a module.
	names := map[string]bool{}
	for _, root := range []string{guests, dir} {
		for _, pattern := range []string{"*.wasm", "hostile/*.wasm"} {
			found, err := filepath.Glob(filepath.Join(root, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range found {
				name, err := filepath.Rel(root, path)
				if err != nil {
					t.Fatal(err)
				}
				names[name] = true
			}
		}
	}
	if len(names) < 25 {
		t.Errorf("only %d modules", len(names))
	}
	for name := range names {
		committed, err := os.ReadFile(filepath.Join(guests, name))
		built, berr := os.ReadFile(filepath.Join(dir, name))
		switch {
		case err != nil:
			t.Errorf("%s is not committed: run testdata/guests/build.sh", name)
		case berr != nil:
			t.Errorf("%s has no source", name)
		case !bytes.Equal(committed, built):
			t.Errorf("%s is stale: run testdata/guests/build.sh", name)
		}
	}
}
