package host

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/t2host/t2host/host/internal/pipeline"
	"github.com/t2host/t2host/host/internal/plan"
	"github.com/t2host/t2host/host/lines"
	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/host/record"
	"github.com/t2host/t2host/host/version"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/guard"
)

// openStages opens the plugins, all at the same time: starting processes and
// compiling modules takes a while. mirror, if it is not nil, is the last stage.
func openStages(c *Config, p *plan.Plan, out *outlets, live bool, started time.Time, mirror *pipeline.Stage) ([]*pipeline.Stage, error) {
	stages := make([]*pipeline.Stage, len(p.Plugins))
	errs := make([]error, len(p.Plugins))
	var all sync.WaitGroup
	for i := range p.Plugins {
		all.Go(func() { stages[i], errs[i] = openStage(c, p, i, out, live, started) })
	}
	all.Wait()
	var first error
	for i, err := range errs {
		if err != nil && first == nil {
			first = &pipeline.Error{Plugin: p.Plugins[i].Name, Err: fmt.Errorf("open: %w", err)}
		}
	}
	if first == nil {
		for _, tap := range []*pipeline.Stage{out.tapStage(p), out.packetStage(p), mirror} {
			if tap != nil {
				stages = append(stages, tap)
			}
		}
		return stages, nil
	}
	for _, s := range stages {
		if s != nil {
			_ = s.Stage.Close() // the first error is the one to show
		}
	}
	return nil, first
}

func openStage(c *Config, p *plan.Plan, i int, out *outlets, live bool, started time.Time) (*pipeline.Stage, error) {
	l := p.Plugins[i]
	made := &pipeline.Stage{}
	log := remote.NewLog(func(line string) {
		number, first, last := made.Load.At()
		out.notices.tell(slog.LevelWarn, l.Name, line, slog.Uint64(lines.Batch, number), slog.Uint64(lines.First, first), slog.Uint64(lines.Last, last))
	})
	opening := l.Opening
	opening.Host, opening.Started = version.Product(), started.UnixNano()
	carried := p.Carrier.Carry(l.Loaded, log.Line)
	var stage sdk.Stage
	err := guard.Call(func() (err error) { stage, err = carried.Open(opening); return err })
	if err != nil {
		return nil, err
	}
	var peak func() uint64
	if m, ok := stage.(remote.Measured); ok {
		peak = m.Memory
	}
	declared := l.Plugin.For(opening)
	if l.Record != "" {
		recorder, err := record.New(l.Record, l.Plugin, opening, stage, c.RecordPayload)
		if err != nil {
			_ = stage.Close() // the first error is the one to show
			return nil, err
		}
		stage = recorder
	}
	made.Plugin, made.Stage, made.Alarms = declared, &logged{stage, log}, alarmsOf(p, declared)
	made.Drop, made.Send, made.Log, made.Peak = p.Drops(l.Name, live), out.sendFrames(p, i), log.Line, peak
	out.rowsOf(p, i, made)
	return made, nil
}

// alarmsOf returns to which flow ends a plugin of the run is limited.
func alarmsOf(p *plan.Plan, declared *sdk.Plugin) pipeline.Alarms {
	if !pipeline.OnlyAlarms(declared) {
		return pipeline.AlarmsOff
	}
	return map[string]pipeline.Alarms{"off": pipeline.AlarmsOff, "or": pipeline.AlarmsOr, "and": pipeline.AlarmsAnd}[p.Alarms]
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
