package built

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/t2host/t2host"
	"github.com/t2host/t2host/host/firstparty"
	"github.com/t2host/t2host/host/plugin/wasm"
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

	// OwnCache returns a copy of Cache for this program's tests, which may add to it.
	OwnCache = Once("cache-"+filepath.Base(os.Args[0]), func(dir string) (string, error) {
		cache, err := Cache()
		if err != nil {
			return "", err
		}
		return dir, os.CopyFS(dir, os.DirFS(cache))
	})

	// Cache returns a cache folder, as XDG_CACHE_HOME names one, in which Module, and the
	// module that this program was built with or would build, are compiled for the host
	// and for workers. It is for copies: nothing else may be compiled into it.
	Cache = Once("cache", func(dir string) (string, error) {
		module, err := Module()
		if err != nil {
			return "", err
		}
		code, err := os.ReadFile(module)
		if err != nil {
			return "", err
		}
		own, _, ok := wasm.BuiltIn()
		if !ok {
			m, err := firstparty.Config{Source: t2host.Source(), Dir: filepath.Join(dir, "t2host", "module")}.Build(context.Background())
			if err != nil {
				return "", err
			}
			own = m.Code
		}
		if err := compile(filepath.Join(dir, "t2host"), code); err != nil || bytes.Equal(code, own) {
			return dir, err
		}
		return dir, compile(filepath.Join(dir, "t2host"), own)
	})
)

// compile compiles a module into the host's cache, then into that of its workers.
func compile(dir string, code []byte) error {
	none := func(string) {}
	c := wasm.Config{CacheDir: filepath.Join(dir, "wasm"), WorkerDir: filepath.Join(dir, "worker"), Note: none, Warn: none}
	for range 2 {
		e := wasm.New(c)
		if _, err := e.Module(context.Background(), "warm", code); err != nil {
			return err
		}
		c.CacheDir = e.Worker("warm", code)
		if err := e.Close(); err != nil {
			return err
		}
	}
	return nil
}

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
	return path, Command(path, "cmd/t2host", []string{"CGO_ENABLED=0"}, "-overlay="+file)
}
