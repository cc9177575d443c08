// Package carry starts a plugin that was found in one of the runtimes and
// returns the plugin that runs there: called directly, in the sandbox, in a
// process, or in the sandbox of a worker process.
package carry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/firstparty"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/process"
	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/host/plugin/wasm"
	"github.com/t2host/t2host/sdk"
)

// Config is what the carriers of a run have in common.
type Config struct {
	CacheDir  string            // of compiled modules: in wasm the host's own, in worker those of workers; empty: none
	OwnModule firstparty.Config // of the first-party plugins, where the program was built without it
	MaxMemory uint64            // of a plugin in the sandbox, bytes
	Seed      uint64            // of the random bytes in the sandbox
	Start     time.Duration     // how long a process may take until it is open; 0: a minute
	Timeout   time.Duration     // how long it may be silent after that
	Trust     []string          // names of plugins whose modules may run in the host itself
	Pins      map[string]string // SHA-256 in hex, by plugin.Key of the name
	Note      func(line string) // tells the user what goes on
	Warn      func(line string) // tells the user what goes wrong
	Stop      <-chan struct{}   // closed: what starts, or is asked what it is, is ended; nil: never
}

// Carrier carries the plugins of a run.
type Carrier struct {
	Config
	engine func() *wasm.Engine // made when it is first needed
	made   *wasm.Engine
	own    func() (*firstparty.Module, error) // found or built when it is first needed
}

// New makes a carrier. Nothing is opened yet.
func New(c Config) *Carrier {
	k := &Carrier{Config: c}
	k.engine = sync.OnceValue(func() *wasm.Engine {
		var own, workers string
		if c.CacheDir != "" {
			own, workers = filepath.Join(c.CacheDir, "wasm"), filepath.Join(c.CacheDir, "worker")
		}
		k.made = wasm.New(wasm.Config{CacheDir: own, WorkerDir: workers, MaxMemory: c.MaxMemory, Seed: c.Seed, Note: c.Note, Warn: c.Warn})
		return k.made
	})
	k.own = sync.OnceValues(k.ownModule)
	return k
}

// Close frees what the carried plugins shared. All their stages are closed.
func (k *Carrier) Close() error {
	if k.made == nil {
		return nil
	}
	return k.made.Close()
}

// Choose returns the runtime of a plugin: as asked for, else the sandbox where
// there is a module, else a process. A module that did not come with the host
// and is not trusted runs in a worker.
func (k *Carrier) Choose(a *plugin.Artefact, asked plugin.Runtime) (plugin.Runtime, error) {
	r := asked
	switch {
	case r == "" && a.Has(plugin.Wasm):
		r = plugin.Wasm
	case r == "":
		r = plugin.Process
	case !a.Has(r):
		return "", fmt.Errorf("plugin %s cannot run as %s: it has %s: -p %s:RUNTIME chooses for it alone", a.Name, r, a.Forms(), a.Name)
	}
	if r == plugin.Wasm && !a.BuiltIn && !k.trusted(a.Name) {
		return plugin.Worker, nil
	}
	return r, nil
}

// Prepare makes what the plugin needs in that runtime: the module of the first-party
// plugins, where this program was built without it. It takes seconds the first time.
func (k *Carrier) Prepare(a *plugin.Artefact, r plugin.Runtime) error {
	if !a.BuiltIn || r != plugin.Wasm && r != plugin.Worker {
		return nil
	}
	if _, err := k.own(); err != nil {
		return fmt.Errorf("plugin %s cannot run as %s: %w", a.Name, r, err)
	}
	return nil
}

func (k *Carrier) trusted(name string) bool {
	return slices.ContainsFunc(k.Trust, func(t string) bool { return plugin.Key(t) == plugin.Key(name) })
}

// Carry returns the plugin as it runs there; log takes the lines that it prints.
func (k *Carrier) Carry(a *plugin.Artefact, r plugin.Runtime, log func(string)) *sdk.Plugin {
	if r == plugin.Inproc {
		return a.Plugin
	}
	return remote.Carry(a.Plugin, func() (remote.Peer, error) {
		switch {
		case r == plugin.Process && a.BuiltIn:
			return process.Connect(k.again(a.Name, rolePlugins, log))
		case r == plugin.Process:
			return process.Connect(process.Command{
				Name: a.Name, Path: a.Executable.Path, SHA256: k.sum(a.Name, a.Executable), Start: k.Start, Timeout: k.Timeout, Log: log, Stop: k.Stop,
			})
		case a.BuiltIn:
			return k.firstParty(a.Name, r, log)
		}
		return k.foreign(a, r, log)
	})
}

// builtIn is what messages call the module of the first-party plugins.
const builtIn = "t2host's own plugins"

// foreign connects to a module that did not come with the host.
func (k *Carrier) foreign(a *plugin.Artefact, r plugin.Runtime, log func(string)) (remote.Peer, error) {
	f, err := openModule(a.Module.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sum := k.sum(a.Name, a.Module)
	code, err := readModule(f, sum)
	if err != nil {
		return nil, err
	}
	if r == plugin.Wasm {
		return sandbox(k.engine(), a.Name, code, log)
	}
	return k.apart(a.Name, f, code, sum, log)
}

// apart connects to a module in a worker, which reads it again, and checks it.
func (k *Carrier) apart(name string, f *os.File, code []byte, sum string, log func(string)) (remote.Peer, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("module %s: %w", name, err)
	}
	return process.Connect(k.worker(name, f, sum, k.engine().Worker(name, code), log))
}

// sum is the checksum that a file must have: a pin counts more than a manifest.
func (k *Carrier) sum(name string, f plugin.File) string {
	if pin, ok := k.Pins[plugin.Key(name)]; ok {
		return pin
	}
	return f.SHA256
}

func sandbox(e *wasm.Engine, name string, code []byte, log func(string)) (remote.Peer, error) {
	m, err := e.Module(context.Background(), name, code)
	if err != nil {
		return nil, err
	}
	return m.Connect(log)
}

func openModule(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("module %s: %w: build it (t2host build DIR), or correct the path", path, cause.Of(err))
	}
	return f, nil
}

// readModule reads a module and checks the very bytes that will run.
func readModule(f *os.File, sum string) ([]byte, error) {
	code, err := io.ReadAll(io.LimitReader(f, wasm.MaxModule+1))
	if err != nil {
		return nil, fmt.Errorf("module: %w", err)
	}
	if len(code) > wasm.MaxModule {
		return nil, fmt.Errorf("module of more than %d MiB: not a plugin", wasm.MaxModule>>20)
	}
	if is := checksum(code); sum != "" && is != sum {
		return nil, fmt.Errorf("module %s has checksum %s, its manifest or pin has %s: build it again, or pin the new one", f.Name(), is, sum)
	}
	return code, nil
}

func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
