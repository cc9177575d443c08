package scaffold

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/module"

	"github.com/t2host/t2host/host/plugin"
)

// Request is what a user asks of a new plugin.
type Request struct {
	Name      string
	Kind      Kind
	Number    string             // empty: a free one
	Requires  []string           // names of plugins
	Module    string             // the path of its module; empty: example.com/NAME
	Catalogue []*plugin.Artefact // all that can be loaded
}

// New returns the plugin that the request asks for, with its number and requirements, and the
// plugin that comes with t2host and is replaced once the new one is installed, nil if there is
// none. All errors are about what the user asked for.
func New(r Request) (p *Plugin, old *plugin.Artefact, err error) {
	if err := CheckName(r.Name); err != nil {
		return nil, nil, err
	}
	if r.Module != "" {
		if err := module.CheckPath(r.Module); err != nil {
			return nil, nil, fmt.Errorf("module path %s: %w", r.Module, err)
		}
	}
	p = &Plugin{Name: r.Name, Kind: r.Kind, ModulePath: r.Module}
	others := plugin.Without(r.Catalogue, r.Name) // the number of the one it replaces is free
	if p.Number, err = number(r, others); err != nil {
		return nil, nil, err
	}
	if p.Requires, err = requirements(r.Requires, others); err != nil {
		return nil, nil, err
	}
	if len(others) == len(r.Catalogue) {
		return p, nil, nil
	}
	if old, err = plugin.Named(r.Catalogue, r.Name); err != nil {
		return nil, nil, err
	}
	if !old.BuiltIn {
		return nil, nil, fmt.Errorf("plugin %s already exists: %s: choose another name, or remove it", old.Name, old.From)
	}
	return p, old, nil
}

// number returns the plugin's number: the user's, or the first free one of its kind.
func number(r Request, catalogue []*plugin.Artefact) (int, error) {
	used := map[int]string{}
	for _, a := range catalogue {
		used[a.Number] = a.Name
	}
	if r.Number == "" {
		return free(r.Kind, used)
	}
	n, err := strconv.ParseUint(r.Number, 10, 16)
	number := int(n)
	switch {
	case err != nil:
		return 0, fmt.Errorf("invalid argument for -n: expected a number, found %q", r.Number)
	case number > 999:
		return 0, fmt.Errorf("plugin number %d is not between 0 and 999", number)
	case r.Kind.IsSink() && number < 900:
		return 0, fmt.Errorf("sink plugins have a number from 900 on, not %d", number)
	case !r.Kind.IsSink() && number >= 900:
		return 0, fmt.Errorf("numbers from 900 on are for sinks: choose a smaller one than %d, or add -s", number)
	case used[number] != "":
		return 0, fmt.Errorf("plugin number %d is already used by %s", number, used[number])
	}
	return number, nil
}

// ofT2 are numbers of T2's own plugins: they would mislead its users.
var ofT2 = []int{100, 110, 111, 112, 120, 130, 132, 140, 500, 700, 900, 901, 903, 904, 910, 923, 924, 925, 926, 927, 928, 950, 960, 961, 962, 999}

// free returns the first number of a kind that no plugin has, in T2's ranges (docs/reference/records.md#numbers-of-plugins): 100 to 199 basic,
// 300 to 699 payload, 900 to 999 sinks.
func free(kind Kind, used map[int]string) (int, error) {
	from, to := 100, 199
	switch {
	case kind.IsSink():
		from, to = 900, 999
	case kind == Payload:
		from, to = 300, 699
	}
	for i := from; i <= to; i++ {
		if used[i] == "" && !slices.Contains(ofT2, i) {
			return i, nil
		}
	}
	return 0, fmt.Errorf("no number from %d to %d is free: choose one with -n", from, to)
}

// requirements returns the plugins of these names, each after those that it requires itself.
func requirements(names []string, catalogue []*plugin.Artefact) ([]Requirement, error) {
	var list []Requirement
	var add func(name string, direct bool) error
	add = func(name string, direct bool) error {
		a, err := plugin.Named(catalogue, name)
		if err != nil {
			return err
		}
		for _, r := range a.Requires {
			if r.Optional {
				continue
			}
			if err := add(r.Name, false); err != nil {
				return err
			}
		}
		for i := range list {
			if list[i].Plugin == a.Plugin {
				list[i].Direct = list[i].Direct || direct
				return nil
			}
		}
		r := Requirement{Plugin: a.Plugin, Direct: direct}
		if a.BuiltIn {
			r.Package = modulePath + "/plugins/" + plugin.Key(a.Name)
		}
		list = append(list, r)
		return nil
	}
	for _, name := range names {
		if err := add(strings.TrimSpace(name), true); err != nil {
			return nil, err
		}
	}
	return list, nil
}
