package build

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/t2host/t2host/host/cause"
)

// commandOf returns the package of the plugin's command: DIR/cmd/NAME, or DIR itself.
func commandOf(dir string) (string, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", refused("build %s: no such folder", dir)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "cmd"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("build %s: %w", dir, err)
	}
	var found []string
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(dir, "cmd", e.Name(), "main.go")); err == nil {
			found = append(found, "./cmd/"+e.Name())
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "main.go")); err == nil && len(found) == 0 {
		found = []string{"."}
	}
	switch len(found) {
	case 0:
		if modules, _ := filepath.Glob(filepath.Join(dir, "*.wasm")); len(modules) == 1 {
			return "", refused("build %s: no command in Go found: what another language makes is built by its Makefile; name the module, %s", dir, modules[0])
		}
		return "", refused("build %s: no command found: a plugin has cmd/NAME/main.go, which calls sdk/serve", dir)
	case 1:
		return found[0], nil
	}
	return "", refused("build %s: %d commands found (%s): one folder builds one plugin", dir, len(found), strings.Join(found, ", "))
}

// Sources returns the folders with a plugin's source: dir itself, and the modules in it.
func Sources(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, refused("build -a %s: %v", dir, cause.Of(err))
	}
	var list []string
	if _, err := commandOf(dir); err == nil {
		list = append(list, dir)
	}
	for _, e := range entries {
		in := filepath.Join(dir, e.Name())
		if _, err := os.Stat(filepath.Join(in, "go.mod")); err != nil {
			continue
		}
		if _, err := commandOf(in); err == nil {
			list = append(list, in)
		}
	}
	return list, nil
}

// Clean removes what Run has made in a plugin's folder, and returns the path that is removed.
func Clean(dir string) (string, error) {
	if _, err := commandOf(dir); err != nil { // it is not a plugin's folder
		return "", err
	}
	out := filepath.Join(dir, folder)
	if err := os.RemoveAll(out); err != nil {
		return "", fmt.Errorf("build folder %s: %w", out, err)
	}
	return out, nil
}
