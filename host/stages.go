package host

import (
	"fmt"
	"sync"

	"github.com/t2host/t2host/host/pipeline"
	"github.com/t2host/t2host/sdk"
)

// openStages opens the plugins, all at the same time: starting processes and
// compiling modules takes a while.
func openStages(p *plan, out *outlets) ([]*pipeline.Stage, error) {
	stages := make([]*pipeline.Stage, len(p.plugins))
	errs := make([]error, len(p.plugins))
	var all sync.WaitGroup
	for i := range p.plugins {
		all.Go(func() { stages[i], errs[i] = openStage(p, i, out) })
	}
	all.Wait()
	var first error
	for i, err := range errs {
		if err != nil && first == nil {
			first = fmt.Errorf("plugin %s: open: %w", p.plugins[i].Name, err)
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

func openStage(p *plan, i int, out *outlets) (*pipeline.Stage, error) {
	l := p.plugins[i]
	log := newPluginLog(l.Name, out.notices)
	carried := p.carrier.Carry(l.Artefact, l.Runtime, log.line)
	var stage sdk.Stage
	err := sdk.Guard(func() (err error) { stage, err = carried.Open(p.values[i]); return err })
	if err != nil {
		return nil, err
	}
	return &pipeline.Stage{
		Plugin: l.Plugin, Stage: &logged{stage, log},
		Send: func(n int, frame []byte) error { return out.byPlugin[i][n].Send(frame) },
		Log:  log.line,
	}, nil
}

// logged is a stage whose log ends with it.
type logged struct {
	sdk.Stage
	log *pluginLog
}

func (l *logged) Close() error {
	err := l.Stage.Close()
	l.log.close()
	return err
}
