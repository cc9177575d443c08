package host

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/t2host/t2host/host/carry"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// plan is what a run will do: checked before anything is opened.
type plan struct {
	own
	plugins []plugin.Loaded // each with its runtime
	values  [][]sdk.Value   // of each plugin
	carrier *carry.Carrier
}

// planRun refuses what cannot be run with a UsageError. starting is closed when the
// user ends the run before it has begun.
func planRun(c *Config, notices *notices, starting <-chan struct{}) (*plan, error) {
	p := &plan{}
	var err error
	if p.own, err = ownSettings(c.Settings); err != nil {
		return nil, &UsageError{err}
	}
	p.carrier = carry.New(carry.Config{
		CacheDir: c.CacheDir, OwnModule: c.OwnModule, MaxMemory: uint64(p.MaxMemory) << 20, Seed: uint64(p.Seed),
		Start: c.PluginStart, Timeout: time.Duration(p.PluginTimeout) * time.Second, Trust: c.Trust, Pins: c.Pins, Note: notices.note, Warn: notices.warn, Stop: starting,
	})
	catalogue, names, err := Describe(p.carrier, c.Catalogue, c.Plugins)
	if err == nil {
		err = checkSafety(c, catalogue)
	}
	if err == nil {
		err = p.choose(c, catalogue, names)
	}
	for i := 0; err == nil && i < len(p.plugins); i++ {
		err = p.carrier.Prepare(p.plugins[i].Artefact, p.plugins[i].Runtime)
	}
	if err == nil {
		return p, nil
	}
	_ = p.carrier.Close() // the first error is the one to show
	select {
	case <-starting:
		return nil, err
	default:
		return nil, &UsageError{err}
	}
}

// Describe asks the artefacts among the words of -p that are paths what they are:
// it gives the catalogue with them, and the words with their names. They come
// before those of the same name that were found.
func Describe(k *carry.Carrier, found []*plugin.Artefact, words []string) (catalogue []*plugin.Artefact, names []string, err error) {
	own := map[string]*plugin.Artefact{}
	for _, word := range words {
		word = strings.TrimSpace(word)
		path, suffix := plugin.SplitPath(word)
		if path == "" {
			names = append(names, plugin.Unnumbered(word))
			continue
		}
		if err := plugin.CheckPath(path); err != nil {
			return nil, nil, err
		}
		list, err := k.Describe(path)
		if err != nil {
			return nil, nil, err
		}
		for _, a := range list {
			if other, ok := own[plugin.Key(a.Name)]; ok {
				return nil, nil, fmt.Errorf("plugin %s is named twice: %s and %s both hold it", a.Name, other.From, path)
			}
			own[plugin.Key(a.Name)] = a
			catalogue = append(catalogue, a)
			names = append(names, a.Name+suffix)
		}
	}
	for _, a := range found {
		if first, ok := own[plugin.Key(a.Name)]; ok {
			first.Replaces = a
			continue
		}
		catalogue = append(catalogue, a)
	}
	return catalogue, names, nil
}

// checkSafety refuses a --trust or --pin that would do nothing: who gives one
// relies on it.
func checkSafety(c *Config, catalogue []*plugin.Artefact) error {
	for _, name := range c.Trust {
		if _, err := plugin.Named(catalogue, name); err != nil {
			return fmt.Errorf("--trust %s: %w", name, err)
		}
	}
	paths := map[string]bool{}
	for _, word := range c.Plugins {
		path, _ := plugin.SplitPath(strings.TrimSpace(word))
		paths[plugin.Key(path)] = path != ""
	}
	for _, name := range slices.Sorted(maps.Keys(c.Pins)) {
		if paths[name] {
			continue // it was looked at before the plugin was asked
		}
		a, err := plugin.Named(catalogue, name)
		switch {
		case err != nil:
			return fmt.Errorf("--pin %s: %w", name, err)
		case a.BuiltIn:
			return fmt.Errorf("--pin %s: plugin %s is part of t2host: pin t2host itself, or load the plugin from a file", name, a.Name)
		}
	}
	return nil
}

// choose checks settings, and finds plugins, their order and their runtimes.
func (p *plan) choose(c *Config, catalogue []*plugin.Artefact, names []string) error {
	if err := CheckSettings(c.Settings, Groups(catalogue)); err != nil {
		return err
	}
	loaded, err := plugin.Resolve(catalogue, names)
	if err != nil {
		return err
	}
	for i := range loaded {
		l := &loaded[i]
		if place := l.Place(); place != "" {
			p.carrier.Note(place)
		}
		if l.Runtime == "" {
			l.Runtime = c.Runtime
		}
		if l.Runtime, err = p.carrier.Choose(l.Artefact, l.Runtime); err != nil {
			return err
		}
		values := c.Settings.Of(groupOf(l.Artefact))
		if err := checkTargets(l.Plugin, values); err != nil {
			return err
		}
		if writesRecords(l.Plugin) && c.Split != "" {
			values = append(values, sdk.Value{Name: "split", Text: c.Split}, sdk.Value{Name: "split_start", Text: fmt.Sprint(c.SplitStart)})
		}
		p.values = append(p.values, values)
	}
	p.plugins = loaded
	return p.checkWants(c)
}

// checkTargets refuses a stream outlet that leads nowhere.
func checkTargets(p *sdk.Plugin, values []sdk.Value) error {
	for _, o := range p.Outlets {
		if o.Kind == sdk.StreamOutlet && textOf(values, o.Setting) == "" {
			return fmt.Errorf("plugin %s: outlet %s has no target: set one: --set %s.%s=TARGET (tcp://HOST:PORT, file:PATH, or - for standard output)",
				p.Name, o.Name, plugin.Key(p.Name), o.Setting)
		}
	}
	return nil
}

func writesRecords(p *sdk.Plugin) bool {
	return slices.ContainsFunc(p.Outlets, func(o sdk.Outlet) bool { return o.Kind == sdk.RecordOutlet })
}

// checkWants refuses a run in which something that is asked for cannot be had.
func (p *plan) checkWants(c *Config) error {
	records := false
	for _, name := range slices.Sorted(maps.Keys(c.Record)) {
		if !slices.ContainsFunc(p.plugins, func(l plugin.Loaded) bool { return plugin.Key(l.Name) == name }) {
			return fmt.Errorf("--record %s: no plugin of that name is loaded", name)
		}
	}
	for i, l := range p.plugins {
		if writesRecords(l.Plugin) {
			records = true
			if v := p.values[i]; c.RecordsToStdout && (textOf(v, "split") != "" || textOf(v, "gzip") == "true") {
				return fmt.Errorf("plugin %s: split and gzip are for files: use -w PREFIX instead of -w -", l.Name)
			}
		}
		if l.Ends.Fields&sdk.TCPStates != 0 && !p.TCPStates {
			return fmt.Errorf("plugin %s reads the states of TCP connections, which flow.tcp_states=false leaves out: set flow.tcp_states=true, or do not load it", l.Name)
		}
	}
	if !records && (c.RecordsToStdout || c.Split != "") {
		return errors.New("-w - and -W are for flow records, and no plugin writes any: load txtsink (-p …,txtsink)")
	}
	return nil
}
