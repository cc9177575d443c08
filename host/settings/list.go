package settings

import (
	"fmt"
	"strings"

	"github.com/t2host/t2host/host/nearest"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

// Source is a kind of place that a value comes from. The later one wins.
type Source string

// The sources.
const (
	Default     Source = "default"
	File        Source = "file"
	Environment Source = "environment"
	Preset      Source = "preset" // a flag that sets several: see Values.Prefer
	Flag        Source = "flag"
)

// Listed is a setting with its value.
type Listed struct {
	Group string // "" for a key outside all groups
	sdk.Setting
	Text   string
	Source Source
	Origin string // the file, the variable or the flag; "" for a default
}

// Key returns the setting's whole name.
func (l *Listed) Key() string {
	if l.Group == "" {
		return l.Name
	}
	return strings.ToLower(l.Group) + "." + l.Name
}

// From returns where the value comes from: default, file t2host.toml, environment T2HOST_FLOW__EXPIRE, flag.
func (l *Listed) From() string {
	from := string(l.Source)
	if l.Origin != "" && l.Source != Flag {
		from += " " + l.Origin
	}
	return from
}

// List returns the settings of groups with their values.
func (v *Values) List(groups []Group) []Listed {
	var list []Listed
	for _, g := range groups {
		for _, s := range g.Settings {
			l := Listed{Group: g.Name, Setting: s, Text: s.Default, Source: Default}
			if x, ok := v.of(g, &s); ok {
				l.Text, l.Source, l.Origin = x.text, x.source, x.origin
			}
			list = append(list, l)
		}
	}
	return list
}

// Find returns the setting of a word: GROUP.KEY or, if there is only one group, KEY. Its error
// names the nearest setting.
func Find(groups []Group, word string) (Group, *sdk.Setting, error) {
	group, key, dotted := strings.Cut(word, ".")
	if !dotted {
		group, key = "", word
		if len(groups) == 1 {
			group = groups[0].Name
		}
	}
	g, err := Named(groups, group)
	if err != nil {
		return g, nil, err
	}
	s := setting.Find(g.Settings, strings.ToLower(key))
	switch {
	case s != nil:
		return g, s, nil
	case g.Name == "":
		return g, nil, fmt.Errorf("no setting is named %s%s", word, nearest.Hint(word, keys(groups)))
	}
	return g, nil, fmt.Errorf("%s has no setting %s%s", strings.ToLower(g.Name), key, hint(key, g.Settings))
}

// Named returns the group of that name. Its error names the nearest one.
func Named(groups []Group, name string) (Group, error) {
	var names []string
	for _, g := range groups {
		if strings.EqualFold(g.Name, name) {
			return g, nil
		}
		if g.Name != "" {
			names = append(names, g.Name)
		}
	}
	return Group{}, fmt.Errorf("no plugin and no part of t2host is named %s%s", name, nearest.Hint(name, names))
}

func keys(groups []Group) []string {
	var list []string
	for _, l := range new(Values).List(groups) {
		list = append(list, l.Key())
	}
	return list
}
