// Package check runs a plugin that was built over captures and returns which
// promises of every plugin it keeps: the same bytes wherever it runs and
// however its input is cut, on damaged captures too.
package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/manifest"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/sdktest/everytype"
	"github.com/t2host/t2host/sdk/value"
)

// Config is what is checked, and with what.
type Config struct {
	Artefact  *plugin.Artefact
	Describe  func() (*sdk.Plugin, error) // asks the artefact once more what it is
	Catalogue []*plugin.Artefact          // what it may require, t2host's own plugins among them
	Captures  []Capture
	Variety   string                                    // the name of the capture that has most kinds of packets
	Long      []string                                  // captures that are read as one stream, to measure
	Dir       string                                    // for what the runs write; the caller removes it
	Sets      []string                                  // settings, PLUGIN.KEY=VALUE
	Carrier   func(plugin.CarrierConfig) plugin.Carrier // runs it in its runtimes
	Consent   plugin.Consent                            // as in a run
	Found     func(Finding)                             // is called for each, as soon as it is found
}

// Capture is one that the plugin runs on.
type Capture struct {
	Name, Path string
	Sets       []string // settings that it needs, PLUGIN.KEY=VALUE
	Zone       *time.Location
	Want       map[string]string // of a text case: files by their name, as they shall be; and report, the plugin's lines of the end report
}

// Finding is the result of one check.
type Finding struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty"` // why not, or a figure
}

// checker is a check in progress.
type checker struct {
	Config
	found  []Finding
	all    []*plugin.Artefact // the catalogue, the plugin, and one with columns of every type
	runs   int
	beyond string // the first error of a limit
	done   *exercised
	cases  int    // text cases whose expectations were compared
	unmet  string // the first expectation that was not met
}

// Run checks the plugin. It continues after a failed check.
func Run(ctx context.Context, c Config) ([]Finding, error) {
	k := &checker{Config: c, done: newExercised(), all: append(slices.Clone(c.Catalogue), c.Artefact, plugin.BuiltIn(everytype.Plugin())[0])}
	k.declaration()
	for _, capture := range c.Captures {
		if err := ctx.Err(); err != nil {
			return k.found, err
		}
		k.capture(ctx, capture)
	}
	if k.cases > 0 {
		k.find("text cases have what they expect", k.unmet)
	}
	k.settings(ctx)
	k.speed(ctx)
	if err := ctx.Err(); err != nil {
		return k.found, err
	}
	k.note("never exercised", cmp.Or(k.done.never(k.Artefact.Plugin), "nothing"))
	k.find(fmt.Sprintf("memory within %d MiB and time within 10 s a batch", plugin.Memory(0, uint64(k.Artefact.Plugin.Memory), k.Artefact.State, plugin.DefaultFlows)>>20), k.beyond)
	return k.found, nil
}

func (k *checker) find(what, problem string) {
	k.tell(Finding{What: what, OK: problem == "", Detail: problem})
}

// note adds what is no promise.
func (k *checker) note(what, detail string) { k.tell(Finding{What: what, OK: true, Detail: detail}) }

func (k *checker) tell(f Finding) {
	k.found = append(k.found, f)
	if k.Found != nil {
		k.Found(f)
	}
}

// declaration checks the plugin's declaration.
func (k *checker) declaration() {
	problem := ""
	for range 2 {
		again, err := k.Describe()
		switch {
		case err != nil:
			problem = err.Error()
		case !manifest.Same(again, k.Artefact.Plugin):
			problem = "it differs each time: a declaration must not depend on anything"
		}
	}
	k.find("declaration is the same each time", problem)

	var missing []string
	for _, s := range k.Artefact.Settings {
		if s.Doc == "" {
			missing = append(missing, "setting "+s.Name)
		}
	}
	for _, c := range k.Artefact.Columns {
		if c.Doc == "" {
			missing = append(missing, "column "+c.Name)
		}
	}
	if len(missing) > 0 {
		k.find("everything has a sentence", strings.Join(missing, ", ")+": no doc")
		return
	}
	k.find("everything has a sentence", "")
}

// sizes are those of batches; the others are compared with the first.
var sizes = []int{4096, 1}

// runtimesOf returns the runtimes of a plugin that are checked: a module runs in a worker, which can be
// killed if it hangs, unless it needs what only a process can be granted.
func runtimesOf(a *plugin.Artefact) []plugin.Runtime {
	var list []plugin.Runtime
	for _, r := range []plugin.Runtime{plugin.Worker, plugin.Process} {
		if a.Has(r) && (r == plugin.Process || len(a.Needs) == 0) {
			list = append(list, r)
		}
	}
	return list
}

// capture runs the plugin over a capture in all ways. If one differs from the first, it runs that
// first way again: a plugin that has other results each time is told apart from one whose
// results depend on how it runs.
func (k *checker) capture(ctx context.Context, c Capture) {
	what := "same bytes on " + c.Name
	runtimes := runtimesOf(k.Artefact)
	first := func() *outcome { return k.run(ctx, c, runtimes[0], sizes[0]) }
	want := first()
	k.expected(ctx, c, want)
	k.done.set(k.Artefact, c.Sets)
	k.done.records(want.files["out_flows.txt"], k.Artefact.Columns)
	if problem := want.broken(k.Artefact.Name); problem != "" {
		k.find(what, problem)
		return
	}
	for _, rows := range sizes {
		for _, r := range runtimes {
			if r == runtimes[0] && rows == sizes[0] {
				continue
			}
			diff := difference(want, k.run(ctx, c, r, rows))
			if diff == "" {
				continue
			}
			how := fmt.Sprintf("%s, batches of %d rows: ", r, rows)
			if again := difference(want, first()); again != "" {
				how, diff = "a second run: ", again
			}
			k.find(what, how+diff)
			return
		}
	}
	k.find(what, "")
}

// small is a plugin of t2host's own that does next to nothing.
const small = "tcpstates"

// speed measures the plugin beside one that does next to nothing.
func (k *checker) speed(ctx context.Context) {
	for _, r := range runtimesOf(k.Artefact) {
		o := k.runFiles(ctx, k.Long, Capture{}, r, 16384, plugin.Request{Name: small, Runtime: r})
		what := "speed in " + string(r)
		if problem := o.broken(k.Artefact.Name); problem != "" {
			k.find(what, problem)
			continue
		}
		k.note(what, fmt.Sprintf("%.1f ns a packet (%s, which does next to nothing: %.1f), over %d packets",
			o.cost[plugin.Key(k.Artefact.Name)], small, o.cost[small], o.packets))
	}
}

// run runs the plugin on a capture. One that reads all columns gets those of all plugins that come with t2host, and some of every type.
func (k *checker) run(ctx context.Context, c Capture, r plugin.Runtime, rows int) *outcome {
	var others []plugin.Request
	if readsAll(k.Artefact.Plugin) {
		for _, a := range k.Catalogue {
			if a.BuiltIn && len(a.Columns) > 0 {
				others = append(others, plugin.Request{Name: a.Name, Runtime: plugin.Inproc})
			}
		}
		others = append(others, plugin.Request{Name: everytype.Name, Runtime: plugin.Inproc})
	}
	return k.runFiles(ctx, []string{c.Path}, c, r, rows, others...)
}

// runFiles runs the plugin together with txtsink, which writes all columns, with what it requires, and with others.
func (k *checker) runFiles(ctx context.Context, files []string, c Capture, r plugin.Runtime, rows int, others ...plugin.Request) *outcome {
	k.runs++
	dir := filepath.Join(k.Dir, fmt.Sprint("run", k.runs))
	o := &outcome{}
	if o.err = os.Mkdir(dir, 0o755); o.err != nil {
		return o
	}
	defer os.RemoveAll(dir)
	plugins := append([]plugin.Request{{Name: k.Artefact.Name, Runtime: r}}, others...)
	if plugin.Key(k.Artefact.Name) != "txtsink" {
		plugins = append(plugins, plugin.Request{Name: "txtsink", Runtime: plugin.Inproc})
	}
	plugins = required(k.all, plugins)
	sets := slices.Concat([]string{"runtime.plugin_timeout=10", fmt.Sprint("batch.rows=", rows)}, k.Sets, c.Sets, streams(k.all, plugins, dir))
	var values *settings.Values
	if values, o.err = settings.Load(os.DevNull, nil, sets); o.err != nil {
		return o
	}
	carrier := func(c plugin.CarrierConfig) plugin.Carrier { return counting{k.Carrier(c), k.Artefact.Name, k.done} }
	var warnings strings.Builder
	report, err := host.Run(ctx, host.Config{
		To:    append(host.RowsToFiles(k.all, plugins, dir), k.tables(dir)...),
		Files: files, Prefix: filepath.Join(dir, "out"), Settings: values, Zone: cmp.Or(c.Zone, time.UTC), Stderr: &warnings,
		Plugins: plugins, Catalogue: k.all, Runtime: plugin.Inproc, Carrier: carrier, Consent: k.Consent, Quiet: true,
	})
	o.read(dir, report, err)
	if report != nil {
		for _, l := range report.Outlets {
			if owner, name := value.Owner(l.Name); owner == k.Artefact.Name && l.Frames > 0 {
				k.done.sent[name] = true
			}
		}
	}
	var limit *host.LimitError
	if k.beyond == "" && errors.As(o.err, &limit) {
		k.beyond = o.err.Error()
	}
	return o
}

// tables returns words of To that write the plugin's tables, as they are at the end, to files.
func (k *checker) tables(dir string) (to []string) {
	for _, t := range k.Artefact.Exports {
		to = append(to, t.Name+"=csv:"+filepath.Join(dir, t.Name))
	}
	return to
}

// required adds a request for each plugin that others require and that does not come with t2host: it runs in the runtime that it has.
func required(catalogue []*plugin.Artefact, plugins []plugin.Request) []plugin.Request {
	loaded, err := plugin.Resolve(catalogue, plugins)
	if err != nil {
		return plugins // the run reports it
	}
	for _, l := range loaded {
		if l.BuiltIn || slices.ContainsFunc(plugins, func(q plugin.Request) bool { return plugin.Key(q.Name) == plugin.Key(l.Name) }) {
			continue
		}
		if r := runtimesOf(l.Artefact); len(r) > 0 { // the run reports that it has none
			plugins = append(plugins, plugin.Request{Name: l.Name, Runtime: r[0]})
		}
	}
	return plugins
}

// streams returns settings that send the streams of all plugins of a run to files.
func streams(catalogue []*plugin.Artefact, plugins []plugin.Request, dir string) (sets []string) {
	loaded, err := plugin.Resolve(catalogue, plugins)
	if err != nil {
		return nil // the run reports it
	}
	for _, l := range loaded {
		for _, o := range l.Outlets {
			if o.Kind == sdk.StreamOutlet {
				sets = append(sets, l.Name+"."+o.Setting+"=file:"+filepath.Join(dir, l.Name+"."+o.Name))
			}
		}
	}
	return sets
}
