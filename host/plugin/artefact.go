package plugin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

// Runtime is where a plugin runs.
type Runtime string

// The runtimes.
const (
	Wasm    Runtime = "wasm"    // a module in the host's sandbox
	Worker  Runtime = "worker"  // a module in the sandbox of a process of its own
	Process Runtime = "process" // an executable of its own
	Inproc  Runtime = "inproc"  // compiled into the host
)

// Runtimes are all of them.
var Runtimes = []Runtime{Wasm, Worker, Process, Inproc}

// RuntimeNamed returns the runtime of that name.
func RuntimeNamed(name string) (Runtime, error) {
	if r := Runtime(name); slices.Contains(Runtimes, r) {
		return r, nil
	}
	return "", fmt.Errorf("runtime %q is none of wasm, worker, process and inproc", name)
}

// Artefact is a plugin that can be loaded, and what it is loaded from.
type Artefact struct {
	*sdk.Plugin        // its declaration; Open works if BuiltIn
	From        string // the folder or file where it was found, "built in"
	BuiltIn     bool   // it comes with the host, in all runtimes
	Module      File   // Path is empty where there is none
	Executable  File
	Replaces    *Artefact   // the one of the same name that it replaces, or nil
	Others      []*Artefact // those of the same name side by side with it, which Pick may choose instead, the highest version first
}

// Place returns what a run reports of a plugin that replaces another; empty if it replaces
// none.
func (a *Artefact) Place() string {
	if a.Replaces == nil {
		return ""
	}
	return fmt.Sprintf("plugin %s: %s replaces version %s, %s", a.Name, a.From, a.Replaces.Version, a.Replaces.From)
}

// UserSettings returns the settings with the defaults that hold in a run. A plugin that did
// not come with the host must not choose where its streams lead: its targets have none.
func (a *Artefact) UserSettings() []sdk.Setting {
	if a.BuiltIn {
		return a.Settings
	}
	list := slices.Clone(a.Settings)
	for i := range list {
		if list[i].Kind == setting.Target {
			list[i].Default = ""
		}
	}
	return list
}

// File is a part of an artefact.
type File struct {
	Path   string
	SHA256 string // hex; empty: unknown
}

// BuiltIn returns plugins that are compiled into the host.
func BuiltIn(plugins ...*sdk.Plugin) []*Artefact {
	var list []*Artefact
	for _, p := range plugins {
		list = append(list, &Artefact{Plugin: p, From: "built in", BuiltIn: true})
	}
	return list
}

// Has reports whether the plugin can run there.
func (a *Artefact) Has(r Runtime) bool {
	switch {
	case a.BuiltIn:
		return true
	case r == Wasm, r == Worker:
		return a.Module.Path != ""
	case r == Process:
		return a.Executable.Path != ""
	}
	return false
}

// Forms returns the names of the runtimes that the plugin has.
func (a *Artefact) Forms() string {
	var list []string
	for _, r := range Runtimes {
		if a.Has(r) {
			list = append(list, string(r))
		}
	}
	return strings.Join(list, ", ")
}
