package plan

import (
	"fmt"
	"slices"

	"github.com/t2host/t2host/host/internal/claims"
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/host/internal/target"
	"github.com/t2host/t2host/sdk"
)

// makeTargets parses and checks where rows go.
func (p *Plan) makeTargets(c *Config) error {
	var plugins []*sdk.Plugin
	for _, l := range p.Plugins {
		plugins = append(plugins, l.Plugin)
	}
	streams := stream.Of(plugins)
	for _, text := range c.To {
		w, err := target.Parse(text)
		if err != nil {
			return fmt.Errorf("--to: %w", err)
		}
		t, err := target.New(w, &target.Config{Streams: streams, Kinds: c.Drivers, Run: c.Run})
		if err != nil {
			return fmt.Errorf("--to: %w", err)
		}
		t.Outlet.Undelivered = p.Undelivered
		if t.Placeholder() {
			c.Note(fmt.Sprintf("%s: columns without an element of IANA's go out under the enterprise number %d, which is for documentation (RFC 5612): name yours with enterprise=", t.Shown(), target.Documentation))
		}
		for _, before := range p.Targets {
			if t.Table() != "" && t.Table() == before.Table() && t.Word.Scheme == before.Word.Scheme && t.Word.Address == before.Word.Address {
				return fmt.Errorf("--to: %s and %s both go to the table %s of %s: name another with table=", before.Stream.Name, t.Stream.Name, t.Table(), t.Shown())
			}
		}
		p.Targets = append(p.Targets, t)
	}
	if err := p.recordTargets(c, streams); err != nil {
		return err
	}
	return p.checkRows()
}

// recordTargets adds the targets of record outlets of rows: their settings say where they lead.
func (p *Plan) recordTargets(c *Config, streams []stream.Stream) error {
	for i := range p.Plugins {
		l := &p.Plugins[i]
		for k, o := range l.Plugin.Outlets {
			if o.Kind != sdk.RecordOutlet || !o.HasRows() {
				continue
			}
			var s sdk.RowSettings
			if err := bind(s.Settings(), "suffix", o.Setting, l.Opening.Values); err != nil {
				return fmt.Errorf("plugin %s: %w", l.Name, err)
			}
			name := l.Plugin.Name + "." + o.Name
			n := slices.IndexFunc(streams, func(s stream.Stream) bool { return s.Name == name })
			t, err := target.Records(&streams[n], l.Outlets[k], &s)
			if err != nil {
				return fmt.Errorf("plugin %s: %w", l.Name, err)
			}
			l.Chosen = t.Columns()
			p.Targets = append(p.Targets, t)
		}
	}
	return nil
}

// checkRows returns an error if a plugin has rows and nobody says where they go.
func (p *Plan) checkRows() error {
	for _, l := range p.Plugins {
		for _, o := range l.Plugin.Outlets {
			name := l.Name + "." + o.Name
			if o.HasRows() && !slices.ContainsFunc(p.Targets, func(t *target.Target) bool { return t.Stream.Name == name }) {
				return fmt.Errorf("plugin %s: outlet %s has rows and no target: name one: --to %s=TARGET (such as %s=json:-)", l.Name, o.Name, name, name)
			}
		}
	}
	return nil
}

// claimTarget adds the files that a target makes.
func (p *Plan) claimTarget(t *target.Target) {
	path := t.File()
	if path == "" {
		return
	}
	for _, before := range p.Targets {
		if before == t {
			break
		}
		if t.Table() != "" && before.Table() != "" && before.File() == path {
			return // it is one file for both
		}
	}
	p.claimFile(claims.Output{What: "--to " + t.Stream.Name, Cure: "name another file in --to"}, path, &t.Outlet)
}
