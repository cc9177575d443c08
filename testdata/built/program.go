package built

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/t2host/t2host"
	"github.com/t2host/t2host/host/firstparty"
)

var (
	// Module returns the path of the first-party plugins' module, of the code as it is.
	Module = Once("module", func(dir string) (string, error) {
		path := filepath.Join(dir, "plugins.wasm")
		return path, Guest(path, "plugins/all/cmd/all")
	})

	// Program returns the path of t2host as make build makes it, with that module.
	Program = Once("program", func(dir string) (string, error) {
		module, err := Module()
		if err != nil {
			return "", err
		}
		of, err := firstparty.Sum(t2host.Source())
		if err != nil {
			return "", err
		}
		sum := filepath.Join(dir, "plugins.sum")
		if err := os.WriteFile(sum, []byte(of+"\n"), 0o644); err != nil {
			return "", err
		}
		return program(dir, module, sum)
	})

	// Plain returns the path of t2host as go build makes it on a fresh clone: without
	// the module.
	Plain = Once("plain", func(dir string) (string, error) { return program(dir, "", "") })

	// Cache returns a cache folder, as XDG_CACHE_HOME names one, in which Module is
	// compiled for the host and for workers.
	Cache = Once("cache", func(dir string) (string, error) {
		bin, err := Program()
		if err != nil {
			return "", err
		}
		source, err := root()
		if err != nil {
			return "", err
		}
		for _, plugin := range []string{"tcpwin", "tcpwin:worker"} {
			cmd := exec.Command(bin, "-q", "-r", filepath.Join(source, "testdata/plain.pcap"), "-w", filepath.Join(dir, "out"), "-p", plugin)
			cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+dir, "T2HOST_PLUGINS=", "XDG_DATA_HOME="+dir)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				return "", fmt.Errorf("compile the module: %w\n%s", err, out)
			}
		}
		return dir, nil
	})
)

// program builds t2host with other files in place of what make build puts in; empty:
// without it.
func program(dir, module, sum string) (string, error) {
	source, err := root()
	if err != nil {
		return "", err
	}
	modules := filepath.Join(source, "host/plugin/wasm/modules")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(modules, "plugins.wasm"): module,
		filepath.Join(modules, "plugins.sum"):  sum,
	}})
	if err != nil {
		return "", err
	}
	file, path := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "t2host")
	if err := os.WriteFile(file, overlay, 0o644); err != nil {
		return "", err
	}
	return path, Command(path, "cmd/t2host", nil, "-overlay="+file)
}
