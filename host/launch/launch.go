// Package launch starts plugins in their runtimes: called directly, in the sandbox, in a
// process, or in the sandbox of a worker process. It is the host's side of these borders;
// package worker is the other side where that is this program too.
package launch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/confine"
	"github.com/t2host/t2host/host/firstparty"
	"github.com/t2host/t2host/host/internal/owned"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/process"
	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/host/plugin/wasm"
	"github.com/t2host/t2host/host/worker"
	"github.com/t2host/t2host/sdk"
)

// Config is what carriers have in common, whatever they run.
type Config struct {
	CacheDir  string            // of compiled modules: in wasm the host's own, in worker those of workers; empty: none
	OwnModule firstparty.Config // of the first-party plugins, where the program was built without it
	Start     time.Duration     // how long a process may take until it is open; 0: a minute
}

// carrier is the plugin.Carrier of all runtimes.
type carrier struct {
	plugin.CarrierConfig
	config Config
	engine func() *wasm.Engine // made when it is first needed
	made   *wasm.Engine
	own    func() (*firstparty.Module, error) // found or built when it is first needed
	inform sync.Once                          // the user was told what is not confined
}

// Carrier returns a carrier. It opens nothing yet.
func (c Config) Carrier(of plugin.CarrierConfig) plugin.Carrier {
	k := &carrier{config: c, CarrierConfig: of}
	k.engine = sync.OnceValue(func() *wasm.Engine {
		var own, workers string
		if c.CacheDir != "" {
			own, workers = filepath.Join(c.CacheDir, "wasm"), filepath.Join(c.CacheDir, "worker")
		}
		k.made = wasm.New(wasm.Config{CacheDir: own, WorkerDir: workers, Seed: of.Seed, Note: of.Note, Warn: of.Warn})
		return k.made
	})
	k.own = sync.OnceValues(k.ownModule)
	return k
}

// Close frees what the plugins shared.
func (k *carrier) Close() error {
	if k.made == nil {
		return nil
	}
	return k.made.Close()
}

// Choose returns the runtime of a plugin: asked, or if that is empty the sandbox if there is a
// module, else a process; a process too if the plugin needs what no sandbox has. A module that did not come with the host and is not trusted runs in
// a worker.
func (k *carrier) Choose(a *plugin.Artefact, asked plugin.Runtime) (plugin.Runtime, error) {
	r := asked
	switch {
	case r == "" && len(a.Needs) > 0 && a.Has(plugin.Process):
		r = plugin.Process
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

// Prepare makes the module of the first-party plugins, if this program was built without it
// and the plugin needs it.
func (k *carrier) Prepare(a *plugin.Artefact, r plugin.Runtime) error {
	if err := a.CheckNeeds(r, k.Grants[plugin.Key(a.Name)]); err != nil {
		return err
	}
	if r == plugin.Process || r == plugin.Worker {
		if err := k.confined(); err != nil {
			return fmt.Errorf("plugin %s cannot run as %s: %w", a.Name, r, err)
		}
	}
	if !a.BuiltIn || r != plugin.Wasm && r != plugin.Worker {
		return nil
	}
	if _, err := k.own(); err != nil {
		return fmt.Errorf("plugin %s cannot run as %s: %w", a.Name, r, err)
	}
	return nil
}

// confined tells the user what of a process the system does not confine, once. It returns an
// error if the user requires it to be confined.
func (k *carrier) confined() error {
	missing := confine.Probe().Missing()
	if len(missing) == 0 {
		return nil
	}
	text := "this system does not confine a process's " + strings.Join(missing, ", ")
	if k.RequireConfinement {
		return errors.New(text + ", and --require-confinement is set")
	}
	k.inform.Do(func() { k.Warn(text + ": run plugins that you trust (--require-confinement refuses others)") })
	return nil
}

func (k *carrier) trusted(name string) bool {
	return slices.ContainsFunc(k.Trust, func(t string) bool { return plugin.Key(t) == plugin.Key(name) })
}

// Carry returns the plugin as it runs there; log is called with each line that it prints.
func (k *carrier) Carry(l plugin.Loaded, log func(string)) *sdk.Plugin {
	a, r := l.Artefact, l.Runtime
	if r == plugin.Inproc {
		return a.Plugin
	}
	memory := l.Memory
	if memory == 0 {
		memory = plugin.Memory(k.MaxMemory, uint64(a.Plugin.Memory), a.State, plugin.DefaultFlows)
	}
	return remote.Carry(a.Plugin, func() (remote.Peer, error) {
		switch {
		case r == plugin.Process && a.BuiltIn:
			c := k.command(a.Name, worker.Executable(), memory, log)
			c.Own = true
			c.Env = worker.PluginsEnviron()
			return process.Connect(c)
		case r == plugin.Process:
			c := k.command(a.Name, a.Executable.Path, memory, log)
			c.SHA256 = k.sum(a.Name, a.Executable)
			if err := allow(&c.Policy, k.Grants[plugin.Key(a.Name)]); err != nil {
				return nil, err
			}
			return process.Connect(c)
		case a.BuiltIn:
			return k.firstParty(a.Name, r, memory, log)
		}
		return k.foreign(a, r, memory, log)
	})
}

// foreign connects to a module that did not come with the host.
func (k *carrier) foreign(a *plugin.Artefact, r plugin.Runtime, memory uint64, log func(string)) (remote.Peer, error) {
	f, err := openModule(a.Module.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sum := k.sum(a.Name, a.Module)
	code, err := wasm.ReadFile(f, sum)
	if err != nil {
		return nil, err
	}
	if r == plugin.Wasm {
		return k.sandbox(a.Name, code, memory, log)
	}
	return k.apart(a.Name, f, code, sum, memory, log)
}

// sandbox connects to a module in this process.
func (k *carrier) sandbox(name string, code []byte, memory uint64, log func(string)) (remote.Peer, error) {
	return k.engine().Connect(context.Background(), name, code, memory, log)
}

// sum returns the checksum that a file must have, empty for any: a pin counts more than a
// manifest.
func (k *carrier) sum(name string, f plugin.File) string {
	if pin, ok := k.Pins[plugin.Key(name)]; ok {
		return pin
	}
	return f.SHA256
}

func openModule(path string) (*os.File, error) {
	f, err := owned.Open(path)
	var others *owned.Error
	switch {
	case errors.As(err, &others):
		return nil, fmt.Errorf("module %s: %w", path, err)
	case err != nil:
		return nil, fmt.Errorf("module %s: %w: build it (t2host build DIR), or correct the path", path, cause.Of(err))
	}
	return f, nil
}
