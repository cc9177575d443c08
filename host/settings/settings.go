// Package settings reads the settings file, the environment and the command
// line, and returns the values of the settings that plugins and host declare.
package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/t2host/t2host/host/cause"
	"github.com/t2host/t2host/host/nearest"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

// DefaultFile is the settings file that is read if it exists and no other is named.
const DefaultFile = "t2host.toml"

// ToGroup is the group of the file that says where rows go.
const ToGroup = "to"

// PluginsKey is the key of the file's list of plugins, the only one outside all groups.
const PluginsKey = "plugins"

// Values are the values that were set, by group (a plugin's name, or one of the
// host's) and key, both in lower case. The later source wins: file,
// environment, command line.
type Values struct {
	Plugins []string // the file's list of plugins
	To      []string // the file's words for where rows go, as those of --to, in the order of the streams' names
	chance  *chance  // nil: the file counts as named
	set     map[string]map[string]value
}

type value struct {
	text   string
	source Source
	origin string // as errors name it
}

// Load reads file, then environ (KEY=VALUE), then sets (group.key=value). Without a file it reads those of [Standing], then
// DefaultFile; none need exist, and a later one wins. It refuses DefaultFile if others can write it, or if it names a
// plugin by its path, unless the user has accepted it (see [Trust]); Check refuses the rest of
// what such a file must not set.
func Load(file string, environ, sets []string) (*Values, error) {
	return loadFrom(Standing(environ), file, environ, sets)
}

func loadFrom(standing []string, file string, environ, sets []string) (*Values, error) {
	v := &Values{set: map[string]map[string]value{}}
	if err := v.readFiles(standing, file, environ); err != nil {
		return nil, err
	}
	for _, e := range environ {
		name, text, _ := strings.Cut(e, "=")
		rest, ok := strings.CutPrefix(name, "T2HOST_")
		group, key, ok2 := strings.Cut(rest, "__")
		if ok && ok2 {
			v.put(group, key, value{text, Environment, name})
		}
	}
	for _, s := range sets {
		name, text, ok := strings.Cut(s, "=")
		group, key, ok2 := strings.Cut(name, ".")
		if !ok || !ok2 || group == "" || key == "" {
			return nil, fmt.Errorf("--set %s: expected PLUGIN.KEY=VALUE", s)
		}
		v.put(group, key, value{text, Flag, "--set " + name})
	}
	return v, nil
}

// Prefer sets a setting unless a --set does; origin is the flag that asks for it. It has no
// effect where the setting is not declared or does not accept the text: another plugin may have
// the name of the one that is meant.
func (v *Values) Prefer(origin, group, key, text string) {
	if v.set[strings.ToLower(group)][strings.ToLower(key)].source != Flag {
		v.put(group, key, value{text, Preset, origin})
	}
}

func (v *Values) put(group, key string, x value) {
	group, key = strings.ToLower(group), strings.ToLower(key)
	if v.set[group] == nil {
		v.set[group] = map[string]value{}
	}
	v.set[group][key] = x
}

func (v *Values) readFiles(standing []string, file string, environ []string) error {
	if file == "" {
		for _, path := range standing {
			if err := v.readStanding(path); err != nil {
				return err
			}
		}
		return v.readChance(environ)
	}
	data, err := readNamed(file)
	if err != nil {
		return fmt.Errorf("settings file %s: %w", file, cause.Of(err))
	}
	return v.parse(file, data)
}

// readNamed reads a settings file that was named: it may be a pipe.
func readNamed(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readBounded(f)
}

// readChance reads DefaultFile if it was not named.
func (v *Values) readChance(environ []string) error {
	c, err := Read(DefaultFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("settings file %s: %w", DefaultFile, cause.Of(err))
	}
	if v.chance, err = chanceOf(c, environ); err != nil {
		return err
	}
	here := &Values{set: map[string]map[string]value{}}
	if err := here.parse(DefaultFile, c.Bytes); err != nil {
		return err
	}
	if v.chance != nil && len(here.To) > 0 {
		return fmt.Errorf("settings file %s: %w", DefaultFile, v.chance.refuse("a target of rows"))
	}
	if v.chance != nil && namesPath(strings.Join(here.Plugins, ",")) { // before any plugin is run
		return fmt.Errorf("settings file %s: %w", DefaultFile, v.chance.refuse("a path among the plugins"))
	}
	v.add(here)
	return nil
}

// add adds the values of a later file, which win. Its list of plugins and its targets are instead of those before.
func (v *Values) add(later *Values) {
	for group, keys := range later.set {
		for key, x := range keys {
			v.put(group, key, x)
		}
	}
	if len(later.Plugins) > 0 {
		v.Plugins = later.Plugins
	}
	if len(later.To) > 0 {
		v.To = later.To
	}
}

func (v *Values) parse(file string, data []byte) error {
	var tree map[string]any
	if err := toml.Unmarshal(data, &tree); err != nil {
		var d *toml.DecodeError
		if errors.As(err, &d) {
			line, column := d.Position()
			return fmt.Errorf("settings file %s:%d:%d: %s", file, line, column, strings.TrimPrefix(d.Error(), "toml: "))
		}
		return fmt.Errorf("settings file %s: %w", file, err)
	}
	for name, x := range tree {
		if table, ok := x.(map[string]any); ok && name == ToGroup {
			if err := v.readTo("", table); err != nil {
				return fmt.Errorf("settings file %s: %w", file, err)
			}
			slices.Sort(v.To)
			continue
		}
		switch x := x.(type) {
		case map[string]any:
			for key, y := range x {
				text, ok := textOf(y)
				if !ok {
					return fmt.Errorf("settings file %s: %s.%s must be a number, true, false or a text", file, name, key)
				}
				group, key := strings.ToLower(name), strings.ToLower(key)
				if _, ok := v.set[group][key]; ok {
					return fmt.Errorf("settings file %s: %s.%s is a duplicate key (keys are case-insensitive)", file, group, key)
				}
				v.put(group, key, value{text, File, file})
			}
		case []any:
			if name != PluginsKey {
				return fmt.Errorf("settings file %s: unknown key %s", file, name)
			}
			for _, p := range x {
				s, ok := p.(string)
				if !ok {
					return fmt.Errorf("settings file %s: plugins must be a list of names", file)
				}
				v.Plugins = append(v.Plugins, s)
			}
			v.put("", name, value{strings.Join(v.Plugins, ","), File, file})
		default:
			return fmt.Errorf("settings file %s: unknown key %s (settings are under [PLUGIN])", file, name)
		}
	}
	return nil
}

// readTo reads the group of where rows go: STREAM = "TARGET", or a list of targets. A dot in the name of a stream may
// be one of TOML's keys.
func (v *Values) readTo(before string, table map[string]any) error {
	for name, x := range table {
		list, ok := x.([]any)
		if !ok {
			list = []any{x}
		}
		for _, x := range list {
			switch x := x.(type) {
			case string:
				v.To = append(v.To, before+name+"="+x)
			case map[string]any:
				if before != "" {
					return fmt.Errorf("unknown key %s.%s%s", ToGroup, before, name)
				}
				if err := v.readTo(name+".", x); err != nil {
					return err
				}
			default:
				return fmt.Errorf("%s.%s%s must be a target, or a list of targets", ToGroup, before, name)
			}
		}
	}
	return nil
}

func textOf(x any) (string, bool) {
	switch x := x.(type) {
	case string:
		return x, true
	case int64, bool:
		return fmt.Sprint(x), true
	}
	return "", false
}

// Group is the declared settings of a plugin or of a part of the host.
type Group struct {
	Name     string
	Settings []sdk.Setting
	Suffixes []string // names of settings that are the end of a file's name: see setting.CheckSuffix
	Rows     []string // names of settings that are targets of rows, with a format
}

// CheckTarget returns an error if an outlet of rows, or one of frames, cannot lead to target.
type CheckTarget func(target string, rows bool) error

// Check returns an error if text is not a value of a setting of the group; target checks the
// targets of outlets.
func (g Group) Check(s *sdk.Setting, text string, target CheckTarget) error {
	err := s.Check(text)
	if err == nil && slices.Contains(g.Suffixes, s.Name) {
		err = setting.CheckSuffix(text)
	}
	if err == nil && s.Kind == setting.Target {
		err = target(text, slices.Contains(g.Rows, s.Name))
	}
	return err
}

// Check returns all unknown groups and keys and all values that their settings do not accept,
// in one error; check checks the targets of outlets.
func (v *Values) Check(groups []Group, check CheckTarget) error {
	known := map[string]Group{}
	var names []string
	for _, g := range groups {
		known[strings.ToLower(g.Name)] = g
		if g.Name != "" {
			names = append(names, g.Name)
		}
	}
	var problems []error
	for _, group := range slices.Sorted(maps.Keys(v.set)) {
		g, ok := known[group]
		for _, key := range slices.Sorted(maps.Keys(v.set[group])) {
			x := v.set[group][key]
			if x.source == Preset {
				continue
			}
			if !ok {
				problems = append(problems, fmt.Errorf("%s: no plugin is named %s%s", x.place(), group, nearest.Hint(group, names)))
			} else if err := x.check(group, key, g, check); err != nil {
				problems = append(problems, fmt.Errorf("%s: %w", x.place(), err))
			} else if v.chance != nil && x.source == File && x.origin == DefaultFile && !plain(group, setting.Find(g.Settings, key), x.text) {
				problems = append(problems, fmt.Errorf("%s: %w", x.place(), v.chance.refuse(strings.TrimPrefix(group+"."+key, "."))))
			}
		}
	}
	return errors.Join(problems...)
}

func (x value) check(group, key string, g Group, check CheckTarget) error {
	s := setting.Find(g.Settings, key)
	if s == nil {
		return fmt.Errorf("%s has no setting %s%s", group, key, hint(key, g.Settings))
	}
	err := g.Check(s, x.text, check)
	if err != nil && group == "" {
		return fmt.Errorf("%s %w", key, err)
	}
	if err != nil {
		return fmt.Errorf("%s.%s %w", group, key, err)
	}
	return nil
}

// place returns where the value is set.
func (x value) place() string {
	if x.source == Environment {
		return "environment " + x.origin
	}
	return x.origin
}

func hint(key string, settings []sdk.Setting) string {
	var keys []string
	for _, s := range settings {
		keys = append(keys, s.Name)
	}
	if h := nearest.Hint(key, keys); h != "" {
		return h
	}
	return " (it has " + strings.Join(keys, ", ") + ")"
}

// Has reports whether the user has set a setting.
func (v *Values) Has(group, key string) bool {
	_, ok := v.set[strings.ToLower(group)][strings.ToLower(key)]
	return ok
}

// of returns the value of a setting that was set, and whether it was.
func (v *Values) of(g Group, s *sdk.Setting) (value, bool) {
	x, ok := v.set[strings.ToLower(g.Name)][s.Name]
	if ok && x.source == Preset && s.Check(x.text) != nil {
		return value{}, false
	}
	return x, ok
}

// Of returns a group's values, one for each of its settings.
func (v *Values) Of(g Group) []setting.Value {
	var values []setting.Value
	for _, s := range g.Settings {
		text := s.Default
		if x, ok := v.of(g, &s); ok {
			text = x.text
		}
		values = append(values, setting.Value{Name: s.Name, Text: text})
	}
	return values
}
