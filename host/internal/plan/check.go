package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// checkSafety returns an error if a --trust, --grant or --pin would do nothing: whoever sets one
// relies on it.
func checkSafety(c *Config, catalogue []*plugin.Artefact) error {
	for _, name := range c.Consent.Trust {
		if _, err := plugin.Named(catalogue, name); err != nil {
			return fmt.Errorf("--trust %s: %w", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Consent.Grants)) {
		if _, err := plugin.Named(catalogue, name); err != nil {
			return fmt.Errorf("--grant %s: %w", name, err)
		}
	}
	paths := map[string]bool{}
	for _, q := range c.Plugins {
		paths[plugin.Key(q.Path)] = q.Path != ""
	}
	for _, name := range slices.Sorted(maps.Keys(c.Consent.Pins)) {
		if paths[name] {
			continue // it was compared before the plugin was asked
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

// checkWants returns an error if something that is asked for cannot be had.
func (p *Plan) checkWants(c *Config) error {
	_, failures, _ := p.failures()
	for _, name := range slices.Sorted(maps.Keys(failures)) {
		if !slices.ContainsFunc(p.Plugins, func(l Plugin) bool { return plugin.Key(l.Name) == name }) {
			return fmt.Errorf("runtime.on_failure: no plugin %s is loaded", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Record)) {
		if !slices.ContainsFunc(p.Plugins, func(l Plugin) bool { return plugin.Key(l.Name) == name }) {
			return fmt.Errorf("--record %s: no plugin of that name is loaded", name)
		}
	}
	records := false
	for _, l := range p.Plugins {
		records = records || writesRecords(l.Plugin)
		if c.RecordsToStdout && slices.ContainsFunc(l.Outlets, func(o outlet.Config) bool { return o.Numbered || o.Gzip }) {
			return fmt.Errorf("plugin %s: split and gzip are for files: use -w PREFIX instead of -w -", l.Name)
		}
		if l.Ends.Fields&field.TCPStates != 0 && !p.TCPStates {
			return fmt.Errorf("plugin %s reads the states of TCP connections, which flow.tcp_states=false leaves out: set flow.tcp_states=true, or do not load it", l.Name)
		}
	}
	if !records && (c.RecordsToStdout || c.Split != "") {
		return errors.New("-w - and -W are for flow records, and no plugin writes any: load txtsink (-p …,txtsink)")
	}
	return nil
}

func writesRecords(p *sdk.Plugin) bool {
	return slices.ContainsFunc(p.Outlets, func(o sdk.Outlet) bool { return o.Kind == sdk.RecordOutlet })
}
