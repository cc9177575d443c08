package scaffold

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSDK: a plugin's SDK has the packages that plugins and their tests link, and go.mod names the modules of these and no others.
func TestSDK(t *testing.T) {
	if testing.Short() {
		t.Skip("lists all packages")
	}
	files, err := vendored(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	var packages []string
	for name := range files {
		folder := strings.TrimPrefix(name[:strings.LastIndex(name, "/")], SDK)
		if folder != "" && !slices.Contains(packages, "."+folder) {
			packages = append(packages, "."+folder)
		}
		if strings.HasPrefix(folder, "/cmd") || strings.HasPrefix(folder, "/host/drive/") || folder == "/host/plugin/wasm" {
			t.Errorf("%s is in a plugin's SDK", name)
		}
	}
	var modules []string
	for _, system := range []string{"linux", "darwin", "windows"} {
		cmd := exec.Command("go", append([]string{"list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}"}, packages...)...)
		cmd.Dir = ".."
		cmd.Env = append(os.Environ(), "GOOS="+system)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		modules = append(modules, strings.Fields(string(out))...)
	}
	slices.Sort(modules)
	modules = slices.DeleteFunc(slices.Compact(modules), func(m string) bool { return m == modulePath })
	if diff := cmp.Diff(modules, sdkModules); diff != "" {
		t.Errorf("sdkModules (-want +got):\n%s", diff)
	}
}
