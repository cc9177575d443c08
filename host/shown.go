package host

import (
	"github.com/t2host/t2host/host/internal/pipeline"
	"github.com/t2host/t2host/host/internal/plan"
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/host/watch"
	"github.com/t2host/t2host/sdk"
)

// shown shows a run to who watches it, if somebody does.
type shown struct {
	*Config
	plan   *plan.Plan
	out    *outlets
	mirror *stream.Mirror // nil: nobody looks at tables, or there are none
}

func newShown(c *Config, p *plan.Plan, out *outlets) *shown {
	w := &shown{Config: c, plan: p, out: out}
	if c.Watch == nil || c.Watch.Every() == 0 {
		return w
	}
	var infos []sdk.TableInfo
	for _, l := range p.Plugins {
		infos = append(infos, l.Exports...)
	}
	if len(infos) > 0 {
		w.mirror = stream.NewMirror(infos)
	}
	return w
}

// mirrorStage returns the stage that follows the tables; nil if nobody looks at them.
func (w *shown) mirrorStage() *pipeline.Stage {
	if w.mirror == nil {
		return nil
	}
	return &pipeline.Stage{Plugin: w.mirror.Plugin(), Stage: w.mirror}
}

// begin shows the run, which begins now.
func (w *shown) begin(src source, stages []*pipeline.Stage) {
	if w.Watch == nil {
		return
	}
	r := soFar(w.Config, w.plan)
	describeInput(src, r)
	plugins := stages[:len(r.Plugins)]
	w.Watch.Begin(r, func(to *report.Report) []watch.Stage { return w.stages(to, plugins) }, w.out.stats, w.tables)
}

// stages returns what plugins do, and adds to a report what they did.
func (w *shown) stages(to *report.Report, stages []*pipeline.Stage) []watch.Stage {
	list := make([]watch.Stage, len(stages))
	var values []uint64
	for i, s := range stages {
		p := &to.Plugins[i]
		p.Cost, p.Bytes, p.Failed = s.Load.Cost(), s.Load.Bytes(), s.Load.Failed()
		values = s.Load.Metrics(values[:0])
		p.Metrics = append([]report.Metric(nil), p.Metrics...)
		for k, value := range values {
			p.Metrics[k].Value = value
		}
		list[i] = watch.Stage{Name: s.Plugin.Name, Busy: s.Load.Busy(), Waits: s.Load.Waits(), Failed: s.Load.Failed(), Batches: s.Load.Batches(), Bytes: s.Load.Answered()}
	}
	return list
}

func (w *shown) tables() []watch.Table {
	if w.mirror == nil {
		return nil
	}
	return w.mirror.Tables()
}

// end shows the end of the run.
func (w *shown) end(r *report.Report) {
	if w.Watch != nil {
		w.Watch.End(r)
	}
}
