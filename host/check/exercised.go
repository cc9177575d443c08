package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// exercised is what the runs of a check have asked of a plugin.
type exercised struct {
	begins, packets, ends, ticks uint64
	sent                         map[string]bool   // outlets that sent anything
	first                        map[string]string // the first value of each column, as text
	varied                       map[string]bool   // columns with another value than the first
	changed                      map[string]bool   // settings that changed a result
	refused                      map[string]string // those that the plugin did not open with, and why
}

func newExercised() *exercised {
	return &exercised{sent: map[string]bool{}, first: map[string]string{}, varied: map[string]bool{}, changed: map[string]bool{}, refused: map[string]string{}}
}

// counting is a carrier that counts what a plugin gets.
type counting struct {
	plugin.Carrier
	of   string
	into *exercised
}

func (c counting) Carry(l plugin.Loaded, log func(string)) *sdk.Plugin {
	p := c.Carrier.Carry(l, log)
	if l.Name != c.of {
		return p
	}
	counted, open := *p, p.Open
	counted.Open = func(o sdk.Opening) (sdk.Stage, error) {
		s, err := open(o)
		if err != nil {
			return nil, err
		}
		return &countingStage{s, c.into}, nil
	}
	return &counted
}

// countingStage counts what a stage gets.
type countingStage struct {
	sdk.Stage
	into *exercised
}

func (s *countingStage) Batch(b *sdk.Batch) error {
	s.into.begins += uint64(b.Starts.N)
	s.into.packets += uint64(b.Packets.N)
	s.into.ends += uint64(b.Ends.N)
	s.into.ticks += uint64(b.Ticks.N)
	return s.Stage.Batch(b)
}

// set notes the settings of a capture: a case that sets them compares what they do.
func (e *exercised) set(a *plugin.Artefact, sets []string) {
	for _, set := range sets {
		name, _, _ := strings.Cut(set, "=")
		if owner, key, ok := strings.Cut(name, "."); ok && plugin.Key(owner) == plugin.Key(a.Name) {
			e.changed[key] = true
		}
	}
}

// records notes which values the plugin's columns have in a file of records.
func (e *exercised) records(text string, columns []sdk.ColumnInfo) {
	header, rows, _ := strings.Cut(text, "\n")
	names := strings.Split(strings.TrimPrefix(header, "%"), "\t")
	for _, c := range columns {
		at := slices.Index(names, c.Name)
		if at < 0 {
			continue
		}
		for line := range strings.Lines(rows) {
			cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			if at >= len(cells) {
				continue
			}
			if first, ok := e.first[c.Name]; !ok {
				e.first[c.Name] = cells[at]
			} else if first != cells[at] {
				e.varied[c.Name] = true
				break
			}
		}
	}
}

// never returns what no run has exercised, for the user.
func (e *exercised) never(p *sdk.Plugin) string {
	var list []string
	called := func(reads bool, n uint64, what string) {
		if reads && n == 0 {
			list = append(list, "no "+what)
		}
	}
	called(p.Starts.On, e.begins, "begin of a flow")
	called(p.Packets.Rows != 0, e.packets, "packet that it selects")
	called(p.Ends.On, e.ends, "end of a flow")
	called(p.Ticks.Every > 0 || p.Ticks.Setting != "", e.ticks, "tick")
	for _, o := range p.Outlets {
		if !e.sent[o.Name] {
			list = append(list, "outlet "+o.Name+" sent nothing")
		}
	}
	for _, c := range p.Columns {
		if first, ok := e.first[c.Name]; ok && !e.varied[c.Name] {
			list = append(list, fmt.Sprintf("column %s is always %s", c.Name, shortened(first)))
		}
	}
	for _, s := range p.Settings {
		if ofOutlets(p, s.Name) {
			continue // where results go, which is the check's own
		}
		switch why, refused := e.refused[s.Name]; {
		case refused:
			list = append(list, fmt.Sprintf("setting %s: %s", s.Name, why))
		case !e.changed[s.Name]:
			list = append(list, "setting "+s.Name+" changed nothing")
		}
	}
	return strings.Join(list, "; ")
}

func shortened(text string) string {
	const most = 40
	switch {
	case text == "":
		return "empty"
	case len(text) > most:
		return text[:most] + "…"
	}
	return text
}

// ofOutlets reports whether a setting is about where results go, which t2host itself follows.
func ofOutlets(p *sdk.Plugin, name string) bool {
	has := func(list []sdk.Setting) bool {
		return slices.ContainsFunc(list, func(s sdk.Setting) bool { return s.Name == name })
	}
	for _, o := range p.Outlets {
		switch {
		case o.Setting == name,
			o.Kind == sdk.StreamOutlet && has(new(sdk.StreamSettings).Settings()),
			o.Kind == sdk.RecordOutlet && has(new(sdk.RecordSettings).Settings()):
			return true
		}
	}
	return false
}
