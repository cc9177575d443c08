package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/t2host/t2host/host/internal/claims"
	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/host/internal/target"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/setting"
)

// makeTargets parses and checks where rows go.
func (p *Plan) makeTargets(c *Config) error {
	var plugins []*sdk.Plugin
	for _, l := range p.Plugins {
		plugins = append(plugins, l.Plugin)
	}
	streams := stream.Of(plugins)
	words, err := p.words(c)
	if err != nil {
		return err
	}
	for _, w := range words {
		t, err := target.New(w.Word, &target.Config{Streams: streams, Kinds: c.Drivers, Run: c.Run})
		if err != nil {
			return fmt.Errorf("%s: %w", w.from, err)
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

// word is a target and where it is from: --to, or a plugin's setting.
type word struct {
	*target.Word
	from string
}

// words returns where rows go: as --to says, and as the settings of plugins do. What --to names has no need of a
// setting's default.
func (p *Plan) words(c *Config) ([]word, error) {
	var list []word
	for _, text := range c.To {
		from := "--to"
		if slices.Contains(c.Settings.To, text) {
			from = "settings: " + settings.ToGroup
		}
		w, err := target.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", from, err)
		}
		list = append(list, word{w, from})
	}
	if c.Packets {
		path := c.Prefix + "_packets.txt"
		list = append(list, word{&target.Word{Text: path, Stream: stream.Packets, Format: "text", Scheme: "file", Address: path}, "-s"})
	}
	for _, l := range p.Plugins {
		for _, o := range l.Plugin.Outlets {
			if o.Kind != sdk.RowOutlet || o.Setting == "" {
				continue
			}
			key, name := l.Name+"."+o.Setting, l.Plugin.Name+"."+o.Name
			text := valueOf(l.Opening.Values, o.Setting)
			if text == "" || c.replaced(l.Plugin, &o) != nil {
				continue
			}
			w, err := target.Parse(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			w.Stream = name
			list = append(list, word{w, key})
		}
	}
	return list, nil
}

// sentTo returns the first word of --to that names a stream; nil if there is none.
func (c *Config) sentTo(stream string) *target.Word {
	for _, text := range c.To {
		if w, err := target.Parse(text); err == nil && strings.EqualFold(w.Stream, stream) {
			return w
		}
	}
	return nil
}

// replaced returns the word of --to that takes the place of the setting of an outlet, which is at its default; nil if
// none does.
func (c *Config) replaced(p *sdk.Plugin, o *sdk.Outlet) *target.Word {
	if o.Setting == "" || c.Settings.Has(p.Name, o.Setting) {
		return nil
	}
	return c.sentTo(p.Name + "." + o.Name)
}

// followTo returns the values of the settings of a plugin's outlets of frames whose place --to takes: a plugin makes
// other frames for datagrams.
func (c *Config) followTo(p *sdk.Plugin) (values []setting.Value) {
	for i := range p.Outlets {
		o := &p.Outlets[i]
		if o.Kind != sdk.StreamOutlet {
			continue
		}
		if w := c.replaced(p, o); w != nil {
			values = append(values, setting.Value{Name: o.Setting, Text: strings.TrimPrefix(w.Scheme+":"+w.Address, ":")})
		}
	}
	return values
}

// valueOf returns the last value of a setting.
func valueOf(values []setting.Value, name string) (text string) {
	for _, v := range values {
		if v.Name == name {
			text = v.Text
		}
	}
	return text
}

// CheckTargets returns an error if the rows of a run with the plugins of c cannot go where its settings say. Nothing is opened
// or made.
func CheckTargets(c Config) error {
	c.To, c.Note, c.Run = c.Settings.To, func(string) {}, strings.Repeat("0", 32)
	loaded, err := plugin.Resolve(c.Catalogue, c.Plugins)
	if err != nil {
		return err
	}
	p := &Plan{}
	for _, l := range loaded {
		p.Plugins = append(p.Plugins, Plugin{
			Loaded: l, Opening: sdk.Opening{Values: c.Settings.Of(groupOf(l.Artefact))}, Outlets: make([]outlet.Config, len(l.Outlets)),
		})
	}
	return p.makeTargets(&c)
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
			if !o.HasRows() || slices.ContainsFunc(p.Targets, func(t *target.Target) bool { return t.Stream.Name == name }) {
				continue
			}
			if o.Setting != "" {
				return fmt.Errorf("plugin %s: outlet %s has no target: name one: --set %s.%s=TARGET (such as json:-)", l.Name, o.Name, plugin.Key(l.Name), o.Setting)
			}
			return fmt.Errorf("plugin %s: outlet %s has rows and no target: name one: --to %s=TARGET (such as %s=json:-)", l.Name, o.Name, name, name)
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
