package sdktest

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDependencies holds the packages that the tests of every plugin compile: those outside
// the standard library are in a file, and none of them is a runtime or the command line.
func TestDependencies(t *testing.T) {
	list := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".")
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.Sorted(strings.Lines(string(out)))
	got := strings.Join(lines, "")
	for _, heavy := range []string{"google.golang.org/grpc", "github.com/tetratelabs/wazero", "github.com/hashicorp/go-plugin", "github.com/spf13/cobra"} {
		if strings.Contains(got, heavy) {
			t.Errorf("%s is linked by the tests of every plugin", heavy)
		}
	}
	const file = "testdata/dependencies.txt"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; go test ./sdk/sdktest -run TestDependencies -update writes it anew):\n%s", file, diff)
	}
}
