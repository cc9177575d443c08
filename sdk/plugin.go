package sdk

import "errors"

// Plugin is a declared plugin: what the host knows of it, and Open. It is
// constant; whatever carries a plugin, the host sees one of these.
type Plugin struct {
	Name     string // letters, digits and _, a lower-case letter first, at most 64 bytes
	Number   int    // 0 to 999: orders plugins that do not need each other; 900 and up are sinks
	Version  string // semantic version
	Doc      string // one sentence: what it does
	Settings []Setting
	Requires []Requirement
	Packets  PacketSelect
	Ends     EndSelect
	Columns  []Column
	Exports  []TableInfo
	Imports  []TableInfo
	Outlets  []Outlet

	// Open starts the plugin. The Stage serves one run, on one goroutine at a time.
	Open func(Opening) (Stage, error)
}

// Opening is what a plugin is told of its run.
type Opening struct {
	Values  []Value  // of its settings; those not named have their default
	Columns []Column // Name "plugin.column": those that it reads, where Ends.All is set
	Loaded  []Loaded // the plugins of the run, in order
	Host    string   // name and version of the program that runs it
	Started int64    // time of day, nanoseconds since 1970 UTC
}

// Loaded is a plugin of a run.
type Loaded struct{ Name, Version string }

// For is the plugin as it reads in a run with that opening: where it reads all
// columns, they are named.
func (p *Plugin) For(o Opening) *Plugin {
	if !p.Ends.All {
		return p
	}
	q := *p
	q.Ends.Columns = o.Columns
	return &q
}

// Stage is an opened plugin. Batch works on one batch and leaves its answer in
// b.Out; an error ends the run. Close is called once, after the final batch or
// after an error.
type Stage interface {
	Batch(b *Batch) error
	Close() error
}

// Requirement names a plugin that must be loaded first, and in which versions.
type Requirement struct {
	Name     string
	Versions string // a range such as "^1.2" or ">=1.0, <3"; empty: any
	Optional bool   // it is not loaded for this plugin's sake; if it is loaded, it comes first
}

// Spec is the typed declaration of a plugin with settings S. See Plugin for the
// fields of the same name.
type Spec[S any] struct {
	Name, Version, Doc string
	Number             int
	Defaults           S
	Settings           func(*S) []Setting // bound to the fields of *S; nil: no settings
	Requires           []Requirement
	Packets            PacketSelect
	Ends               EndSelect
	Columns            []Column
	Exports, Imports   []AnyTable
	Outlets            []Outlet
	Open               func(*Env, S) (Stage, error)
}

// Define gives the plugin that a declaration describes.
func Define[S any](spec Spec[S]) *Plugin {
	p := &Plugin{
		Name: spec.Name, Number: spec.Number, Version: spec.Version, Doc: spec.Doc,
		Requires: spec.Requires, Packets: spec.Packets, Ends: spec.Ends, Columns: spec.Columns,
		Exports: infos(spec.Exports), Imports: infos(spec.Imports), Outlets: spec.Outlets,
	}
	bind := func(s *S) []Setting {
		if spec.Settings == nil {
			return nil
		}
		return spec.Settings(s)
	}
	defaults := spec.Defaults
	p.Settings = bind(&defaults)
	for i := range p.Settings {
		p.Settings[i].store = nil // a declaration holds nothing
	}
	p.Open = func(o Opening) (Stage, error) {
		s := spec.Defaults
		if err := Apply(bind(&s), o.Values); err != nil {
			return nil, err
		}
		env := newEnv(p, o)
		var stage Stage
		err := Guard(func() (err error) { stage, err = spec.Open(env, s); return err })
		if err == nil {
			err = env.err
		}
		if err == nil && stage == nil {
			err = errors.New("open returned no stage")
		}
		if err != nil {
			return nil, err
		}
		return &opened{env: env, stage: stage}, nil
	}
	return p
}

func infos(tables []AnyTable) []TableInfo {
	var list []TableInfo
	for _, t := range tables {
		list = append(list, t.Info())
	}
	return list
}

// opened keeps the contract around an author's stage, on the plugin's side of
// any border; a panic is an error, the same in each runtime.
type opened struct {
	env   *Env
	stage Stage
}

func (o *opened) Batch(b *Batch) error {
	e := o.env
	e.begin(b)
	err := Guard(func() error { return o.stage.Batch(b) })
	if err == nil {
		b.advance(b.Ends.N)
		err = e.err
	}
	if err == nil {
		err = e.complete(b.Ends.N)
	}
	e.out, e.atEnd = nil, false
	return err
}

func (o *opened) Close() error { return Guard(o.stage.Close) }
