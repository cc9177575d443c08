// Package check runs a plugin that was built over captures and returns which
// promises of every plugin it keeps: the same bytes wherever it runs and
// however its input is cut, on damaged captures too.
package check

import (
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
)

// Config is what is checked, and with what.
type Config struct {
	Artefact  *plugin.Artefact
	Describe  func() (*sdk.Plugin, error)               // asks the artefact once more what it is
	Catalogue []*plugin.Artefact                        // what it may require, t2host's own plugins among them
	Captures  []string                                  // paths
	Long      []string                                  // captures that are read as one stream, to measure
	Dir       string                                    // for what the runs write; the caller removes it
	Sets      []string                                  // settings, PLUGIN.KEY=VALUE
	Carrier   func(plugin.CarrierConfig) plugin.Carrier // runs it in its runtimes
	Consent   plugin.Consent                            // as in a run
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
	runs   int
	beyond string // the first error of a limit
}

// Run checks the plugin. It continues after a failed check.
func Run(ctx context.Context, c Config) ([]Finding, error) {
	k := &checker{Config: c}
	k.declaration()
	for _, capture := range c.Captures {
		if err := ctx.Err(); err != nil {
			return k.found, err
		}
		k.capture(ctx, capture)
	}
	k.speed(ctx)
	k.find(fmt.Sprintf("memory within %d MiB and time within 10 s a batch", plugin.Memory(0, uint64(k.Artefact.Plugin.Memory), k.Artefact.State, plugin.DefaultFlows)>>20), k.beyond)
	return k.found, nil
}

func (k *checker) find(what, problem string) {
	k.found = append(k.found, Finding{What: what, OK: problem == "", Detail: problem})
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

// runtimes returns the runtimes to check: a module runs in a worker, which can be killed if it
// hangs, unless it needs what only a process can be granted.
func (k *checker) runtimes() []plugin.Runtime {
	var list []plugin.Runtime
	for _, r := range []plugin.Runtime{plugin.Worker, plugin.Process} {
		if k.Artefact.Has(r) && (r == plugin.Process || len(k.Artefact.Needs) == 0) {
			list = append(list, r)
		}
	}
	return list
}

// capture runs the plugin over a capture in all ways. If one differs from the first, it runs that
// first way again: a plugin that has other results each time is told apart from one whose
// results depend on how it runs.
func (k *checker) capture(ctx context.Context, path string) {
	what := "same bytes on " + filepath.Base(path)
	runtimes := k.runtimes()
	first := func() *outcome { return k.run(ctx, []string{path}, runtimes[0], sizes[0]) }
	want := first()
	if problem := want.broken(k.Artefact.Name); problem != "" {
		k.find(what, problem)
		return
	}
	for _, rows := range sizes {
		for _, r := range runtimes {
			if r == runtimes[0] && rows == sizes[0] {
				continue
			}
			diff := difference(want, k.run(ctx, []string{path}, r, rows))
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
	for _, r := range k.runtimes() {
		o := k.run(ctx, k.Long, r, 16384, plugin.Request{Name: small, Runtime: r})
		what := "speed in " + string(r)
		if problem := o.broken(k.Artefact.Name); problem != "" {
			k.find(what, problem)
			continue
		}
		k.found = append(k.found, Finding{What: what, OK: true, Detail: fmt.Sprintf("%.1f ns a packet (%s, which does next to nothing: %.1f), over %d packets",
			o.cost[plugin.Key(k.Artefact.Name)], small, o.cost[small], o.packets)})
	}
}

// run runs the plugin together with txtsink, which writes all columns, and with others.
func (k *checker) run(ctx context.Context, files []string, r plugin.Runtime, rows int, others ...plugin.Request) *outcome {
	k.runs++
	dir := filepath.Join(k.Dir, fmt.Sprint("run", k.runs))
	o := &outcome{}
	if o.err = os.Mkdir(dir, 0o755); o.err != nil {
		return o
	}
	defer os.RemoveAll(dir)
	catalogue := append(slices.Clone(k.Catalogue), k.Artefact)
	plugins := append([]plugin.Request{{Name: k.Artefact.Name, Runtime: r}}, others...)
	if plugin.Key(k.Artefact.Name) != "txtsink" {
		plugins = append(plugins, plugin.Request{Name: "txtsink", Runtime: plugin.Inproc})
	}
	sets := append([]string{"runtime.plugin_timeout=10", fmt.Sprint("batch.rows=", rows)}, k.Sets...)
	sets = append(sets, streams(catalogue, plugins, dir)...)
	var values *settings.Values
	if values, o.err = settings.Load(os.DevNull, nil, sets); o.err != nil {
		return o
	}
	var warnings strings.Builder
	report, err := host.Run(ctx, host.Config{
		To:    host.RowsToFiles(catalogue, plugins, dir),
		Files: files, Prefix: filepath.Join(dir, "out"), Settings: values, Zone: time.UTC, Stderr: &warnings,
		Plugins: plugins, Catalogue: catalogue, Runtime: plugin.Inproc, Carrier: k.Carrier, Consent: k.Consent, Quiet: true,
	})
	o.read(dir, report, err)
	var limit *host.LimitError
	if k.beyond == "" && errors.As(o.err, &limit) {
		k.beyond = o.err.Error()
	}
	return o
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
