package plugin

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// Beside returns the name of the folder of a plugin that is installed beside other versions of it: NAME@VERSION.
func Beside(a *Artefact) string { return Key(a.Name) + "@" + a.Version }

// isBeside reports whether a plugin is in such a folder.
func isBeside(a *Artefact) bool { return filepath.Base(a.From) == Beside(a) }

// sortVersions sorts the versions of each plugin of one folder, the highest first, and leaves the order of plugins.
func sortVersions(list []*Artefact) {
	for i := range list {
		for j := i + 1; j < len(list); j++ {
			if Key(list[i].Name) == Key(list[j].Name) && versionOf(list[i]).LessThan(versionOf(list[j])) {
				list[i], list[j] = list[j], list[i]
			}
		}
	}
}

func versionOf(a *Artefact) *semver.Version {
	v, err := semver.NewVersion(a.Version)
	if err != nil {
		return &semver.Version{} // a declaration that is refused later
	}
	return v
}

// want is a range of versions in which a plugin is wanted.
type want struct {
	versions string
	by       string // the plugin that requires it; empty: the user
}

// Pick returns the catalogue with those versions of plugins that the requests name, and that what they require asks for: of each plugin the one
// that comes first unless another one is wanted. Where none fits all that want it, Resolve tells which.
func Pick(catalogue []*Artefact, requests []Request) ([]*Artefact, error) {
	picked := slices.Clone(catalogue)
	wants := asked(picked, requests)
	for range len(catalogue) + 1 { // a version may require others than the one before it
		changed := false
		for i, first := range catalogue {
			list := wants[Key(first.Name)]
			if len(list) == 0 {
				continue
			}
			fits, err := fitting(first, list)
			if err != nil {
				return nil, err
			}
			changed = changed || fits != picked[i]
			picked[i] = fits
		}
		if !changed {
			break
		}
		wants = asked(picked, requests)
	}
	return picked, nil
}

// fitting returns the first version of a plugin that all want; if there is none, the one that the user wants, or first.
func fitting(first *Artefact, wants []want) (*Artefact, error) {
	all := append([]*Artefact{first}, first.Others...)
	var users *Artefact
	for _, a := range all {
		fits := true
		byUser := false
		for _, w := range wants {
			in, err := within(a, w)
			if err != nil {
				return nil, err
			}
			fits = fits && in
			byUser = byUser || w.by == "" && in
		}
		if fits {
			return a, nil
		}
		if byUser && users == nil {
			users = a
		}
	}
	if users != nil {
		return users, nil
	}
	for _, w := range wants {
		if w.by == "" {
			var have []string
			for _, a := range all {
				have = append(have, a.Version)
			}
			return nil, fmt.Errorf("plugin %s@%s: no such version is here (there is %s): t2host install --beside keeps versions side by side", first.Name, w.versions, strings.Join(have, ", "))
		}
	}
	return first, nil
}

func within(a *Artefact, w want) (bool, error) {
	if w.versions == "" {
		return true, nil
	}
	c, err := semver.NewConstraint(w.versions)
	if err != nil {
		return false, fmt.Errorf("plugin %s@%s: %w: write a version, such as 1.2, or a range, such as ^1", a.Name, w.versions, err)
	}
	return c.Check(versionOf(a)), nil
}

// asked returns what wants which versions, by the plugins' keys, in a run of the requests.
func asked(catalogue []*Artefact, requests []Request) map[string][]want {
	wants := map[string][]want{}
	done := map[string]bool{}
	var require func(name string)
	require = func(name string) {
		i := slices.IndexFunc(catalogue, func(a *Artefact) bool { return Key(a.Name) == Key(name) })
		if i < 0 || done[Key(name)] {
			return
		}
		done[Key(name)] = true
		for _, r := range catalogue[i].Requires {
			if r.Versions != "" {
				wants[Key(r.Name)] = append(wants[Key(r.Name)], want{r.Versions, catalogue[i].Name})
			}
			if !r.Optional {
				require(r.Name)
			}
		}
	}
	for _, q := range requests {
		if q.Versions != "" {
			wants[Key(q.Name)] = append(wants[Key(q.Name)], want{versions: q.Versions})
		}
		require(q.Name)
	}
	return wants
}
