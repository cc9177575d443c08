package host

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/t2host/t2host/host/internal/pipeline"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/host/record"
	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/guard"
)

// openStages opens the plugins, all at the same time: starting processes and
// compiling modules takes a while.
func openStages(c *Config, p *plan, out *outlets, started time.Time) ([]*pipeline.Stage, error) {
	openings := p.openings(started)
	stages := make([]*pipeline.Stage, len(p.plugins))
	errs := make([]error, len(p.plugins))
	var all sync.WaitGroup
	for i := range p.plugins {
		all.Go(func() { stages[i], errs[i] = openStage(c, p, i, openings[i], out) })
	}
	all.Wait()
	var first error
	for i, err := range errs {
		if err != nil && first == nil {
			first = &pipeline.Error{Plugin: p.plugins[i].Name, Err: fmt.Errorf("open: %w", err)}
		}
	}
	if first == nil {
		return stages, nil
	}
	for _, s := range stages {
		if s != nil {
			_ = s.Stage.Close() // the first error is the one to show
		}
	}
	return nil, first
}

func openStage(c *Config, p *plan, i int, opening sdk.Opening, out *outlets) (*pipeline.Stage, error) {
	l := p.plugins[i]
	log := remote.NewLog(func(line string) { out.notices.warn("plugin " + l.Name + ": " + line) })
	carried := p.carrier.Carry(l.Artefact, l.Runtime, log.Line)
	var stage sdk.Stage
	err := guard.Call(func() (err error) { stage, err = carried.Open(opening); return err })
	if err != nil {
		return nil, err
	}
	declared := l.Plugin.For(opening)
	if path, ok := c.Record[plugin.Key(l.Name)]; ok {
		recorder, err := record.New(path, l.Plugin, opening, stage, c.RecordPayload)
		if err != nil {
			_ = stage.Close() // the first error is the one to show
			return nil, err
		}
		stage = recorder
	}
	return &pipeline.Stage{
		Plugin: declared, Stage: &logged{stage, log},
		Send: func(f answer.Frame) error {
			if f.Next {
				return out.byPlugin[i][f.Outlet].Next()
			}
			return out.byPlugin[i][f.Outlet].Send(f.Data)
		},
		Log: log.Line,
	}, nil
}

// openings are what each plugin is told of the run.
func (p *plan) openings(started time.Time) []sdk.Opening {
	var list []sdk.Opening
	var loaded []sdk.Loaded
	for _, l := range p.plugins {
		loaded = append(loaded, sdk.Loaded{Name: l.Name, Version: l.Version})
	}
	var columns []sdk.Column // of the plugins so far
	for i, l := range p.plugins {
		o := sdk.Opening{Values: p.values[i], Loaded: loaded, Host: report.Product, Started: started.UnixNano()}
		if l.Ends.All {
			o.Columns = slices.Clip(columns)
		}
		list = append(list, o)
		for _, c := range l.Columns {
			c.Name = l.Name + "." + c.Name
			columns = append(columns, c)
		}
	}
	return list
}

// logged is a stage whose log ends with it.
type logged struct {
	sdk.Stage
	log *remote.Log
}

func (l *logged) Close() error {
	err := l.Stage.Close()
	l.log.Close()
	return err
}
