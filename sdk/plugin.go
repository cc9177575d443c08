package sdk

import (
	"errors"
	"strconv"
	"strings"

	"github.com/t2host/t2host/sdk/guard"
	"github.com/t2host/t2host/sdk/setting"
)

// Plugin is a declared plugin: what the host knows of it, and Open. [Define] makes it;
// nobody changes it. Whichever runtime a plugin runs in, the host sees one of these.
type Plugin struct {
	Name     string // letters, digits and _, a lower-case letter first, at most 64 bytes
	Number   int    // 0 to 999: the order of plugins that do not require each other; sinks have 900 and up
	Version  string // semantic version
	Doc      string // one sentence, on one line: what it does
	Settings []Setting
	Requires []Requirement
	Starts   StartSelect
	Packets  PacketSelect
	Ends     EndSelect
	Ticks    TickSelect
	EndRules []EndRule
	Columns  []ColumnInfo
	Metrics  []Metric
	Exports  []TableInfo
	Imports  []TableInfo
	Outlets  []Outlet
	Files    []InputFile
	State    State    // bytes of memory for each live flow; 0 for none
	Memory   int64    // bytes that it needs beside, and beside the 64 MiB that all have
	Needs    []string // what no plugin has of itself, see Spec

	// Open opens the plugin for one run. It may be called for several runs of one
	// process, and at the same time as Open of other plugins. A panic is an error.
	Open func(Opening) (Stage, error)
}

// Opening is what a plugin is told of its run.
type Opening struct {
	Values  []setting.Value // of its settings; the others have their defaults
	Files   []FileData      // its input files that the user has named, in the order of its declaration
	Columns []ColumnInfo    // if it declared WithAll: the columns that it reads, named "plugin.column"
	Loaded  []Loaded        // the plugins of the run, in their order
	Host    string          // name and version of the program that runs it
	// PacketColumns is set if columns of packets are read. Otherwise the plugin is as if it had none.
	PacketColumns bool
	Started       int64 // time of day, nanoseconds since 1970 UTC
}

// Loaded is the name and version of a plugin of the run.
type Loaded struct{ Name, Version string }

// IsSink reports whether the plugin has the number of a sink.
func (p *Plugin) IsSink() bool { return p.Number >= 900 }

// For returns the plugin as declared for one run: if it reads all columns, Ends names them,
// Ticks and EndRules have the numbers that settings hold, and it has columns of packets only if they are read.
// The host calls it.
func (p *Plugin) For(o Opening) *Plugin {
	q := *p
	if q.Ends.All {
		q.Ends.Columns = o.Columns
	}
	if name := q.Ticks.Setting; name != "" {
		q.Ticks = TickSelect{Every: p.number(name, o.Values) * 1e9}
	}
	if !o.PacketColumns {
		q.Packets.Columns = nil
	}
	q.EndRules = nil
	for _, r := range p.EndRules {
		for _, a := range []*Amount{&r.Value, &r.Count} {
			if a.Setting != "" {
				*a = Amount{Value: uint64(p.number(a.Setting, o.Values))}
			}
		}
		if r.Count.Value > 0 {
			q.EndRules = append(q.EndRules, r)
		}
	}
	return &q
}

// number returns the value of a number setting, among values or its default.
func (p *Plugin) number(name string, values []setting.Value) int64 {
	text := ""
	for i := range p.Settings {
		if p.Settings[i].Name == name {
			text = p.Settings[i].Default
		}
	}
	for _, v := range values {
		if v.Name == name {
			text = v.Text
		}
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0 // the host has checked the value
	}
	return int64(n)
}

// Stage is an opened plugin, what Open returns. A [Loop] is one; few authors write another.
//
// # Calls
//
// Batch is called for each batch, in the order of the capture, then Close once. The last
// batch has Final set, and there is one even if it holds nothing, unless the run fails
// first. If another plugin cannot be opened, Close is the only call. A batch that is too
// large for one message to the plugin arrives as several with the same Number. Calls do
// not overlap, so a stage needs no locks, but they may come from different goroutines, and
// the stages of other plugins work on other batches meanwhile.
//
// # Memory
//
// A batch belongs to the host and is valid until Batch returns. Other plugins read the same
// columns: a stage must not write to them, and must not keep a column or a []byte of a row
// any longer. Numbers, [IP] values and rows of a [TableView] are copies. What a stage hands
// over is copied or written before the call returns, so it may reuse the memory: frames,
// texts, columns, rows of tables.
//
// # Errors
//
// An error of Batch ends the run, and so does a panic. A breach of the declaration, such as
// a column that was not written or a table that was changed outside a flow end, is an error
// too, after Batch returns. There is no second try. Then:
//
//   - The stage gets no other batch. Close is called, unless the plugin's process or sandbox
//     has ended: the host ends one that does not answer, or whose answer it cannot use.
//   - The answer to this batch is dropped: its columns, and what the stage sent, logged and
//     changed in tables, except for what left already. It leaves whenever 256 KiB have
//     gathered (answer.MaxPiece), and with a frame as large as that.
//   - Plugins after this one do not get this batch or later ones. They still work on all
//     batches before it. Plugins before this one have worked on it, and maybe on later ones.
//   - What plugins sent before, and what left, is kept: streams are sent it, and files hold
//     it whole, but stay under the name that ends in .part. Report lines are not shown.
//
// An error of Close fails the run too: all that was sent is kept, as above. A panic in a goroutine of the plugin's
// own cannot be caught: it kills the process, and t2host if the plugin is compiled in.
type Stage interface {
	// Batch works on b and leaves its answer in b.Out.
	Batch(b *Batch) error
	// Close releases what the stage holds. It can no longer send anything.
	Close() error
}

// Requirement names a plugin that must be loaded before this one, and in which versions.
type Requirement struct {
	Name     string
	Versions string // a range such as "^1.2" or ">=1.0, <3"; "" is any
	Optional bool   // do not load it for this plugin; if it is loaded, it comes first
}

// Spec is the declaration of a plugin with settings S.
type Spec[S any] struct {
	Name, Version, Doc string             // see Plugin
	Number             int                // see Plugin
	Defaults           S                  // the settings' defaults
	Settings           func(*S) []Setting // declares the settings that are fields of *S; nil if there are none
	Requires           []Requirement      // the plugins whose columns and tables it reads
	Starts             StartSelect        // the zero value reads none
	Packets            PacketSelect       // the zero value reads none
	Ends               EndSelect          // the zero value reads none
	Ticks              TickSelect         // the zero value has none
	EndRules           []EndRule          // by which t2host ends flows
	Columns            []AnyColumn        // that it writes at each flow end
	Metrics            []*Metric          // that it counts
	Exports, Imports   []AnyTable         // tables that it writes, and that it reads
	Outlets            []Outlet           // that it sends frames to
	Files              []InputFile        // that the user names, and it reads in Open
	State              State              // that it keeps of each live flow, see StateOf
	Memory             int64              // bytes that it needs beside it, and beside the 64 MiB that all have, at most MaxExtra

	// Needs are what the plugin cannot do without and no plugin has of itself: "children"
	// (processes), "net:HOST:PORT" (a TCP peer), "read:/PATH" (a file or folder), "net" and
	// "read" if the user chooses which. Only a plugin in a process can have them, and only what
	// the user grants (--grant).
	Needs []string

	// Open opens the plugin for one run with settings that are checked. An error ends the
	// run before the first packet.
	Open func(*Env, S) (Stage, error)
}

// Define returns the plugin that spec declares. It checks nothing: [Plugin.Validate] does,
// which the host calls.
func Define[S any](spec Spec[S]) *Plugin {
	p := &Plugin{
		Name: spec.Name, Number: spec.Number, Version: spec.Version, Doc: spec.Doc,
		Requires: spec.Requires, Starts: spec.Starts, Packets: spec.Packets, Ends: spec.Ends, Ticks: spec.Ticks, EndRules: spec.EndRules, Columns: owned(spec.Name, spec.Columns), Metrics: metrics(spec.Metrics),
		Exports: infos(spec.Exports), Imports: infos(spec.Imports), Outlets: spec.Outlets,
		Files: spec.Files, State: spec.State, Memory: spec.Memory, Needs: spec.Needs,
	}
	p.Packets.Columns = owned(spec.Name, spec.Packets.writes)
	bind := func(s *S) []Setting {
		if spec.Settings == nil {
			return nil
		}
		return spec.Settings(s)
	}
	defaults := spec.Defaults
	p.Settings = bind(&defaults)
	for i := range p.Settings {
		p.Settings[i].Store = nil // a declaration holds nothing
	}
	p.Open = func(o Opening) (Stage, error) {
		s := spec.Defaults
		if err := setting.Apply(bind(&s), o.Values); err != nil {
			return nil, &guard.Refused{Err: err}
		}
		env := newEnv(p, o)
		var stage Stage
		err := guard.Open(func() (err error) { stage, err = spec.Open(env, s); return err })
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

// owned returns the descriptions of a plugin's own columns, which note whose they are.
func owned(plugin string, columns []AnyColumn) []ColumnInfo {
	var list []ColumnInfo
	for _, c := range columns {
		c.own(plugin)
		info := c.Info()
		info.Name = strings.TrimPrefix(info.Name, plugin+".")
		list = append(list, info)
	}
	return list
}

func infos(tables []AnyTable) []TableInfo {
	var list []TableInfo
	for _, t := range tables {
		list = append(list, t.Info())
	}
	return list
}

// opened holds an author's stage to the contract, on the plugin's side of any border, so
// that each runtime has the same errors.
type opened struct {
	env   *Env
	stage Stage
}

func (o *opened) Batch(b *Batch) error {
	e := o.env
	e.begin(b)
	err := guard.Call(func() error { return o.stage.Batch(b) })
	if l, ok := o.stage.(*Loop); ok && err != nil && l.walk.event() != 0 {
		return &guard.At{Err: err, Event: l.walk.event()}
	}
	if err == nil {
		b.advance(b.Events)
		err = e.err
	}
	if err == nil {
		err = e.complete(b.Ends.N)
	}
	if err == nil {
		e.finishPackets(b.Packets.N)
	}
	if err == nil {
		for _, w := range e.rows {
			w.flush(true)
		}
		err = e.err
	}
	e.out = nil
	return err
}

func (o *opened) Close() error { return guard.Call(o.stage.Close) }
