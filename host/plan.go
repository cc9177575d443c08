package host

import (
	"time"

	"github.com/t2host/t2host/host/carry"
	"github.com/t2host/t2host/host/outlet"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk"
)

// plan is what a run will do: checked before anything is opened.
type plan struct {
	own
	plugins []plugin.Loaded // each with its runtime
	values  [][]sdk.Value   // of each plugin
	carrier *carry.Carrier
}

// planRun refuses what cannot be run with a UsageError.
func planRun(c *Config, notices *notices) (*plan, error) {
	p := &plan{}
	var err error
	if p.own, err = ownSettings(c.Settings); err != nil {
		return nil, &UsageError{err}
	}
	p.carrier = carry.New(carry.Config{
		CacheDir: c.CacheDir, MaxMemory: uint64(p.MaxMemory) << 20, Seed: uint64(p.Seed),
		Timeout: time.Duration(p.PluginTimeout) * time.Second, Trust: c.Trust, Pins: c.Pins, Note: notices.note, Warn: notices.warn,
	})
	catalogue, names, err := p.byPath(c)
	if err == nil {
		err = p.choose(c, catalogue, names)
	}
	if err != nil {
		_ = p.carrier.Close() // the first error is the one to show
		return nil, &UsageError{err}
	}
	return p, nil
}

// byPath asks artefacts that are named by their path what they are. They come
// before those of the same name that were found.
func (p *plan) byPath(c *Config) (catalogue []*plugin.Artefact, names []string, err error) {
	own := map[string]bool{}
	for _, word := range c.Plugins {
		path, suffix := plugin.SplitPath(word)
		if path == "" {
			names = append(names, word)
			continue
		}
		found, err := p.carrier.Describe(path)
		if err != nil {
			return nil, nil, err
		}
		for _, a := range found {
			own[plugin.Key(a.Name)] = true
			catalogue = append(catalogue, a)
			names = append(names, a.Name+suffix)
		}
	}
	for _, a := range c.Catalogue {
		if !own[plugin.Key(a.Name)] {
			catalogue = append(catalogue, a)
		}
	}
	return catalogue, names, nil
}

// choose checks settings, and finds plugins, their order and their runtimes.
func (p *plan) choose(c *Config, catalogue []*plugin.Artefact, names []string) error {
	if err := c.Settings.Check(Groups(catalogue), outlet.CheckTarget); err != nil {
		return err
	}
	loaded, err := plugin.Resolve(catalogue, names)
	if err != nil {
		return err
	}
	for i := range loaded {
		l := &loaded[i]
		if l.Runtime == "" {
			l.Runtime = c.Runtime
		}
		if l.Runtime, err = p.carrier.Choose(l.Artefact, l.Runtime); err != nil {
			return err
		}
		p.values = append(p.values, c.Settings.Of(settings.Group{Name: l.Name, Settings: l.Settings}))
	}
	p.plugins = loaded
	return nil
}
