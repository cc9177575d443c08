// Package plugin turns the names of plugins into the plugins of a run: with
// those that they require, checked, in the order in which they load.
package plugin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/t2host/t2host/host/nearest"
	"github.com/t2host/t2host/sdk"
)

// Loaded is a plugin of a run.
type Loaded struct {
	*Artefact
	Runtime    Runtime  // that was requested; empty if none was
	RequiredBy []string // names of the plugins that require it; empty if it was requested
	Memory     uint64   // bytes that it is granted, see func Memory; 0: those of a run of DefaultFlows
}

// Resolve returns the plugins that are requested by name and all that they require, in order:
// dependencies first, then by number, then by name. Names are compared without case.
func Resolve(catalogue []*Artefact, requests []Request) ([]Loaded, error) {
	r := resolver{catalogue: catalogue, known: map[string]*Artefact{}, loaded: map[string]*Loaded{}}
	for _, p := range catalogue {
		if err := r.know(p); err != nil {
			return nil, err
		}
	}
	named := map[string]Request{}
	for _, q := range requests {
		if _, ok := named[Key(q.Name)]; ok {
			return nil, fmt.Errorf("plugin %s is named twice: name it once", q.Name)
		}
		named[Key(q.Name)] = q
		if err := r.load(q.Name, "", nil); err != nil {
			return nil, err
		}
	}
	for key, l := range r.loaded {
		if q, ok := named[key]; ok {
			l.Runtime, l.RequiredBy = q.Runtime, nil
		}
	}
	order := r.order()
	return order, checkTogether(order)
}

// Key returns the form in which names are compared.
func Key(name string) string { return strings.ToLower(name) }

// Named returns the plugin of that name.
func Named(catalogue []*Artefact, name string) (*Artefact, error) {
	for _, a := range catalogue {
		if Key(a.Name) == Key(name) {
			return a, nil
		}
	}
	names := known(catalogue)
	hint := nearest.Hint(name, names)
	if hint == "" {
		return nil, fmt.Errorf("plugin %s not found (known: %s): -P DIR adds a folder of plugins", name, strings.Join(names, ", "))
	}
	return nil, fmt.Errorf("plugin %s not found%s (known: %s)", name, hint, strings.Join(names, ", "))
}

// known returns the names of the plugins, sorted.
func known(catalogue []*Artefact) []string {
	var names []string
	for _, a := range catalogue {
		names = append(names, a.Name)
	}
	slices.Sort(names)
	return names
}

// Reserved are the names that no plugin can have: those of the groups of t2host's own settings,
// which the plugin's settings would hide.
var Reserved = []string{"batch", "capture", "flow", "monitor", "output", "runtime"}

type resolver struct {
	catalogue []*Artefact
	known     map[string]*Artefact
	loaded    map[string]*Loaded
}

func (r *resolver) know(p *Artefact) error {
	if err := CheckDeclaration(p.Plugin); err != nil {
		return err
	}
	key := Key(p.Name)
	if other, ok := r.known[key]; ok {
		return fmt.Errorf("duplicate plugin %s (%s %s and %s %s): remove one", p.Name, other.Name, other.Version, p.Name, p.Version)
	}
	r.known[key] = p
	return nil
}

// load adds a plugin and what it requires. path is the chain of plugins that
// led here.
func (r *resolver) load(name, versions string, path []string) error {
	p, ok := r.known[Key(name)]
	if !ok {
		return r.missing(name, path)
	}
	by := ""
	if len(path) > 0 {
		by = path[len(path)-1]
		if err := inRange(p.Plugin, versions, by); err != nil {
			return err
		}
	}
	if i := slices.Index(path, p.Name); i >= 0 {
		return fmt.Errorf("dependency cycle: %s", strings.Join(append(path[i:], p.Name), " -> "))
	}
	l, ok := r.loaded[Key(name)]
	if !ok {
		l = &Loaded{Artefact: p}
		r.loaded[Key(name)] = l
	}
	if by != "" && !slices.Contains(l.RequiredBy, by) {
		l.RequiredBy = append(l.RequiredBy, by)
	}
	if ok {
		return nil
	}
	path = append(path, p.Name)
	for _, q := range p.Requires {
		if q.Optional {
			continue
		}
		if err := r.load(q.Name, q.Versions, path); err != nil {
			return err
		}
	}
	return nil
}

func (r *resolver) missing(name string, path []string) error {
	if len(path) > 0 {
		return fmt.Errorf("plugin %s requires %s, which was not found (known: %s): install it, or name its folder with -P",
			path[len(path)-1], name, strings.Join(known(r.catalogue), ", "))
	}
	_, err := Named(r.catalogue, name)
	return err
}

func inRange(p *sdk.Plugin, versions, by string) error {
	if versions == "" {
		return nil
	}
	want, err := semver.NewConstraint(versions)
	if err != nil {
		return fmt.Errorf("plugin %s: range %q: %w", by, versions, err) // CheckDeclaration has refused it
	}
	if !want.Check(semver.MustParse(p.Version)) {
		return fmt.Errorf("plugin %s requires %s in version %s, but %s is here: install a version that fits", by, p.Name, versions, p.Version)
	}
	return nil
}

// order sorts topologically; of those that could be next, the lowest number and
// then name comes first. load has rejected cycles, but for those of
// optional requirements, which it breaks.
func (r *resolver) order() []Loaded {
	var rest []*Loaded
	for _, l := range r.loaded {
		rest = append(rest, l)
	}
	slices.SortFunc(rest, func(a, b *Loaded) int { return byNumber(a.Artefact, b.Artefact) })
	var order []Loaded
	placed := map[string]bool{}
	for len(rest) > 0 {
		i := slices.IndexFunc(rest, func(l *Loaded) bool { return r.ready(l, placed, true) })
		if i < 0 {
			i = slices.IndexFunc(rest, func(l *Loaded) bool { return r.ready(l, placed, false) })
		}
		placed[Key(rest[i].Name)] = true
		order = append(order, *rest[i])
		rest = slices.Delete(rest, i, i+1)
	}
	return order
}

func (r *resolver) ready(l *Loaded, placed map[string]bool, optional bool) bool {
	for _, q := range l.Requires {
		_, there := r.loaded[Key(q.Name)]
		if there && !placed[Key(q.Name)] && (optional || !q.Optional) {
			return false
		}
	}
	return true
}

// checkTogether checks what single declarations cannot show: columns that two
// plugins declare, optional requirements out of their range.
func checkTogether(order []Loaded) error {
	owner := map[string]string{}
	for _, l := range order {
		for _, c := range l.Columns {
			if other, ok := owner[c.Name]; ok {
				return fmt.Errorf("column %s is declared by %s and by %s: load one of them", c.Name, other, l.Name)
			}
			owner[c.Name] = l.Name
		}
		for _, q := range l.Requires {
			for _, p := range order {
				if q.Optional && Key(p.Name) == Key(q.Name) {
					if err := inRange(p.Plugin, q.Versions, l.Name); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}
