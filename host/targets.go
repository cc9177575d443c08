package host

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"

	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/internal/pipeline"
	"github.com/t2host/t2host/host/internal/plan"
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
)

// runID returns a new identifier of a run.
func runID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // it never fails
	return hex.EncodeToString(id[:])
}

// openTargets opens the targets of rows: those that are files, or the others.
func (o *outlets) openTargets(ctx context.Context, c *Config, p *plan.Plan, live, files bool) error {
	for i, t := range p.Targets {
		if files != (t.File() != "") {
			continue
		}
		cfg, w, err := t.Prepare(live)
		if err != nil {
			return err
		}
		cfg.Stdout, cfg.Live, cfg.Sync, cfg.Log = c.Stdout, live, time.Duration(p.Sync)*time.Second, o.warn
		t.Outlet.Log = o.warn
		if cfg.Target == outlet.Stdout() && !c.Quiet {
			o.screen = c.Stderr
		}
		opened, err := outlet.Open(ctx, *cfg)
		if err != nil {
			return err
		}
		w.Open(opened)
		o.writers[i] = w
		o.all = append(o.all, named{Outlet: opened, name: cfg.Name, target: t.Shown(), rows: true})
	}
	return nil
}

// flush sends what rows are left.
func (o *outlets) flush() error {
	var errs []error
	for _, w := range o.writers {
		if w != nil {
			errs = append(errs, w.Flush())
		}
	}
	return errors.Join(errs...)
}

// tapStage returns the stage that puts flows, conversations and tables into their streams; nil if nobody
// wants any.
func (o *outlets) tapStage(p *plan.Plan) *pipeline.Stage {
	tap, stage := &stream.Tap{}, &pipeline.Stage{}
	var columns []sdk.ColumnInfo
	for _, l := range p.Plugins {
		for _, col := range l.Columns {
			col.Name = l.Name + "." + col.Name
			columns = append(columns, col)
		}
	}
	for i, t := range p.Targets {
		put := func(r *stream.Rows) error {
			err := o.writers[i].Put(r)
			if err != nil {
				stage.Unsent(err)
			}
			return err
		}
		switch t.Stream.Name {
		case stream.Flows, stream.Conversations:
			tap.Add(t.Stream.Name, nil, 0, put)
			continue
		}
		for _, l := range p.Plugins {
			for k := range l.Exports {
				if l.Exports[k].Name == t.Stream.Name {
					tap.Add(t.Stream.Name, &l.Exports[k], t.Every, put)
				}
			}
		}
	}
	if !tap.Wanted() {
		return nil
	}
	stage.Plugin, stage.Stage = tap.Plugin(columns), tap
	stage.Alarms = p.Records == "alarms" && pipeline.OnlyAlarms(stage.Plugin)
	return stage
}

// rowsOf returns what sends the rows of a plugin's outlets; nil if it has none.
func (o *outlets) rowsOf(p *plan.Plan, plugin *sdk.Plugin) func(r *answer.Rows, b *sdk.Batch) error {
	made := make([]*stream.Outlet, len(plugin.Outlets))
	puts := make([][]stream.Put, len(plugin.Outlets))
	some := false
	for k := range plugin.Outlets {
		if plugin.Outlets[k].Kind != sdk.RowOutlet {
			continue
		}
		some = true
		made[k] = stream.NewOutlet(plugin, &plugin.Outlets[k])
		for i, t := range p.Targets {
			if t.Stream.Name == plugin.Name+"."+plugin.Outlets[k].Name {
				puts[k] = append(puts[k], func(r *stream.Rows) error { return o.writers[i].Put(r) })
			}
		}
	}
	if !some {
		return nil
	}
	return func(r *answer.Rows, b *sdk.Batch) error {
		rows, err := made[r.Outlet].Rows(r, b)
		for _, put := range puts[r.Outlet] {
			if err == nil {
				err = put(rows)
			}
		}
		return err
	}
}
