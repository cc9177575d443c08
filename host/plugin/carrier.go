package plugin

import (
	"fmt"
	"time"

	"github.com/t2host/t2host/sdk"
)

// Carrier runs plugins in their runtimes.
type Carrier interface {
	// Describe returns the plugins of the artefact at path.
	Describe(path string) ([]*Artefact, error)
	// Choose returns the runtime of a plugin: asked, or if that is empty the best one that
	// the plugin has.
	Choose(a *Artefact, asked Runtime) (Runtime, error)
	// Prepare makes what the plugin needs in a runtime that Choose returned. It may take
	// seconds the first time.
	Prepare(a *Artefact, r Runtime) error
	// Carry returns the plugin with an Open that starts it in its runtime, which Choose
	// returned. log is called with each line that the plugin prints, until its stage is closed.
	Carry(l Loaded, log func(line string)) *sdk.Plugin
	// Close frees what the plugins shared. Their stages must be closed.
	Close() error
}

// Consent is what the user allows plugins to do, and requires of them.
type Consent struct {
	Trust              []string          // names of plugins whose modules may run in the host's own process
	Pins               map[string]string // SHA-256 in hex of what must run, by Key of the name or path
	Grants             map[string]Grant  // what plugins in processes may do beyond others, by Key of the name or path
	RequireConfinement bool              // no process runs where the system cannot confine it
}

// CarrierConfig is what the plugins of a run have in common.
type CarrierConfig struct {
	Consent
	MaxMemory uint64            // of each plugin in the sandbox, in bytes; 0: the user sets no limit
	Seed      uint64            // of the random bytes in the sandbox
	Timeout   time.Duration     // how long a plugin in a process may be silent while it works
	Note      func(line string) // tells the user what goes on
	Warn      func(line string) // tells the user what goes wrong
	Stop      <-chan struct{}   // closed: what starts, or is asked what it is, is ended; nil: never
}

// CompiledIn returns the carrier of a program that links no runtime: it calls the plugins
// that are compiled in, and refuses all else.
func CompiledIn(CarrierConfig) Carrier { return compiledIn{} }

type compiledIn struct{}

func (compiledIn) Describe(path string) ([]*Artefact, error) {
	return nil, fmt.Errorf("plugin %s: this program runs only the plugins that are compiled in: use t2host", path)
}

func (compiledIn) Choose(a *Artefact, asked Runtime) (Runtime, error) {
	switch {
	case !a.BuiltIn:
		return "", fmt.Errorf("plugin %s is not compiled in, and this program runs no others: use t2host", a.Name)
	case asked != "" && asked != Inproc:
		return "", fmt.Errorf("plugin %s cannot run as %s: this program has only the runtime %s: use t2host", a.Name, asked, Inproc)
	}
	return Inproc, nil
}

func (compiledIn) Prepare(*Artefact, Runtime) error { return nil }

func (compiledIn) Carry(l Loaded, _ func(string)) *sdk.Plugin { return l.Plugin }

func (compiledIn) Close() error { return nil }
