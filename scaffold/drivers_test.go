package scaffold

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/modfile"
)

// TestDriverModules: the list holds the modules of go.mod that no package of a plugin's SDK needs, and no others.
func TestDriverModules(t *testing.T) {
	if testing.Short() {
		t.Skip("lists all packages")
	}
	list := func(args ...string) []string {
		cmd := exec.Command("go", append([]string{"list"}, args...)...)
		cmd.Dir = ".."
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(out))
	}
	packages := slices.DeleteFunc(list("./..."), func(path string) bool {
		return !inSDK(strings.TrimPrefix(path, modulePath+"/") + "/x.go")
	})
	const module = "{{with .Module}}{{.Path}}{{end}}"
	needed := list(append([]string{"-deps", "-test", "-f", module}, packages...)...)
	data, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		t.Fatal(err)
	}
	var others []string
	for _, r := range mod.Require {
		if !slices.Contains(needed, r.Mod.Path) {
			others = append(others, r.Mod.Path)
		}
	}
	slices.Sort(others)
	if diff := cmp.Diff(others, driverModules); diff != "" {
		t.Errorf("driverModules (-want +got):\n%s", diff)
	}
}
