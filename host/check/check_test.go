package check

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/plugins/all"
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

// direct is a carrier that calls plugins whatever runtime is asked for, and tells them which.
type direct struct {
	plugin.Carrier
	now *plugin.Runtime
}

func (direct) Choose(_ *plugin.Artefact, asked plugin.Runtime) (plugin.Runtime, error) {
	return asked, nil
}

func (d direct) Carry(l plugin.Loaded, _ func(string)) *sdk.Plugin {
	p := *l.Plugin
	open := p.Open
	p.Open = func(o sdk.Opening) (sdk.Stage, error) {
		if l.Name == "subject" {
			*d.now = l.Runtime
		}
		return open(o)
	}
	return &p
}

// run is what a plugin under check may depend on, which it must not.
type run struct {
	number  int // of this opening, from 1
	runtime plugin.Runtime
	batch   int // from 1
}

// TestRun: each promise that a plugin can break is found, and told apart from the others.
func TestRun(t *testing.T) {
	const same = "same bytes on plain.pcap"
	for _, c := range []struct {
		name   string
		value  func(run) (uint64, error)
		change func(*sdk.Plugin)
		again  func() (*sdk.Plugin, error)
		want   map[string]string // what is found; each with a part of the detail
	}{
		{"good", func(run) (uint64, error) { return 1, nil }, nil, nil, nil},
		{
			"other results each time",
			func(r run) (uint64, error) { return uint64(r.number), nil }, nil, nil,
			map[string]string{same: "a second run: file out_flows.txt, line 2: "},
		},
		{
			"other results in a process",
			func(r run) (uint64, error) { return uint64(len(r.runtime)), nil }, nil, nil,
			map[string]string{same: "process, batches of 4096 rows: file out_flows.txt, line 2: "},
		},
		{
			"other results in other batches",
			func(r run) (uint64, error) { return uint64(r.batch), nil }, nil, nil,
			map[string]string{same: "worker, batches of 1 rows: file out_flows.txt, line "},
		},
		{
			"an error in the second batch",
			func(r run) (uint64, error) {
				if r.batch > 1 {
					return 0, errors.New("no more")
				}
				return 1, nil
			}, nil, nil,
			map[string]string{same: "worker, batches of 1 rows: it ends with plugin subject: batch "},
		},
		{
			"an error always",
			func(run) (uint64, error) { return 0, errors.New("never") }, nil, nil,
			map[string]string{same: "plugin subject: batch 1 ", "speed in worker": "never", "speed in process": "never"},
		},
		{
			"no sentence for a column",
			func(run) (uint64, error) { return 1, nil },
			func(p *sdk.Plugin) { p.Columns = []sdk.ColumnInfo{{Name: "subjectX", Type: value.Uint64}} }, nil,
			map[string]string{"everything has a sentence": "column subjectX: no doc"},
		},
		{
			"another declaration each time",
			func(run) (uint64, error) { return 1, nil }, nil,
			func() (*sdk.Plugin, error) { return tcpwin.Plugin, nil },
			map[string]string{"declaration is the same each time": "it differs each time"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var now plugin.Runtime
			opened, x := 0, sdk.NewColumn[uint64]("subjectX", "what it must not depend on")
			p := sdk.Define(sdk.Spec[struct{}]{
				Name: "subject", Number: 500, Version: "1.0.0", Doc: "is checked", Ends: sdk.End(),
				Columns: []sdk.AnyColumn{x},
				Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
					out := x.Writer(env)
					opened++
					r := run{number: opened, runtime: now}
					return &sdk.Loop{Ends: func(e sdk.EndRows) error {
						r.batch++
						v, err := c.value(r)
						values := out.All(e)
						for i := range values {
							values[i] = v
						}
						return err
					}}, nil
				},
			})
			if c.change != nil {
				c.change(p)
			}
			again := c.again
			if again == nil {
				again = func() (*sdk.Plugin, error) { return p, nil }
			}
			found, err := Run(context.Background(), Config{
				Artefact: plugin.BuiltIn(p)[0], Describe: again, Catalogue: plugin.BuiltIn(all.Plugins()...),
				Captures: []Capture{{Name: "plain.pcap", Path: "../../testdata/plain.pcap"}}, Long: []string{"../../testdata/plain.pcap"}, Dir: t.TempDir(),
				Carrier: func(plugin.CarrierConfig) plugin.Carrier {
					return direct{plugin.CompiledIn(plugin.CarrierConfig{}), &now}
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			var what []string
			for _, f := range found {
				what = append(what, f.What)
				if want, bad := c.want[f.What]; f.OK == bad || bad && !strings.Contains(f.Detail, want) {
					t.Errorf("%s: ok %v, %s; want a failure %v, with …%s…", f.What, f.OK, f.Detail, bad, want)
				}
			}
			if got := strings.Join(what, "; "); got != "declaration is the same each time; everything has a sentence; "+same+
				"; speed in worker; speed in process; never exercised; memory within 64 MiB and time within 10 s a batch" {
				t.Errorf("found %s", got)
			}
		})
	}
}
