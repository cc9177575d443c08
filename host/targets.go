package host

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/internal/pipeline"
	"github.com/t2host/t2host/host/internal/plan"
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/host/internal/target"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/value"
)

// runID returns a new identifier of a run.
func runID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // it never fails
	return hex.EncodeToString(id[:])
}

// openTargets opens the targets of rows: those that are files, or the others.
func (o *outlets) openTargets(ctx context.Context, c *Config, p *plan.Plan, live, files bool) error {
	for _, t := range p.Targets {
		if files != (t.File() != "") {
			continue
		}
		if t.Outlet.Target == outlet.Stdout() && !c.Quiet {
			o.screen = c.Stderr
		}
		n, err := o.openTarget(ctx, c, p, live, t)
		if err != nil {
			return err
		}
		n.hub.change([]*target.Writer{n.writer}, nil)
	}
	return nil
}

// openTarget opens a target, which gets no rows as long as its writer is not in its hub.
func (o *outlets) openTarget(ctx context.Context, c *Config, p *plan.Plan, live bool, t *target.Target) (*named, error) {
	cfg, w, err := t.Prepare(live)
	if err != nil {
		return nil, err
	}
	cfg.Discard = c.Discard
	cfg.MaxBytes = uint64(p.MaxFile) << 20
	cfg.Stdout, cfg.Live, cfg.Sync, cfg.Log = c.Stdout, live, time.Duration(p.Sync)*time.Second, o.warn
	opened, err := outlet.Open(ctx, *cfg)
	if err != nil {
		return nil, err
	}
	w.Open(opened)
	n := &named{Outlet: opened, name: cfg.Name, target: t.Shown(), rows: !t.Stream.Frames, writer: w, hub: o.hub(t)}
	if t.Word != nil {
		n.word = t.Word.Text
	}
	o.mu.Lock()
	o.all = append(o.all, n)
	o.mu.Unlock()
	return n, nil
}

// flush sends what rows are left.
func (o *outlets) flush() error {
	var errs []error
	for _, n := range o.list() {
		if n.writer != nil && !n.ended {
			errs = append(errs, n.writer.Flush())
		}
	}
	return errors.Join(errs...)
}

// tapStage returns the stage that puts flows, conversations and tables into their streams; nil if nobody
// wants any.
func (o *outlets) tapStage(p *plan.Plan) *pipeline.Stage {
	tap, stage := &stream.Tap{}, &pipeline.Stage{}
	for _, t := range firstOfHubs(p.Targets) {
		put := o.hub(t).from(stage)
		switch t.Stream.Name {
		case stream.Flows, stream.Conversations:
			tap.Add(t.Stream.Name, nil, 0, put)
			continue
		case stream.Packets:
			continue // see packetStage
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
	stage.Plugin, stage.Stage = tap.Plugin(p.Columns), tap
	stage.Alarms = alarmsOf(p, stage.Plugin)
	return stage
}

// firstOfHubs returns the targets, but of those that share a hub the first one only.
func firstOfHubs(targets []*target.Target) (list []*target.Target) {
	seen := map[hubKey]bool{}
	for _, t := range targets {
		if key := keyOf(t); !seen[key] {
			seen[key] = true
			list = append(list, t)
		}
	}
	return list
}

// packetStage returns the stage that puts packets into their stream; nil if nobody wants any.
func (o *outlets) packetStage(p *plan.Plan) *pipeline.Stage {
	var plugins []*sdk.Plugin
	for _, l := range p.Plugins {
		plugins = append(plugins, l.Plugin)
	}
	tap, stage := stream.NewPacketTap(plugins), &pipeline.Stage{}
	var hub *hub
	for _, t := range p.Targets {
		if t.Stream.Name == stream.Packets {
			hub = o.hub(t)
			o.packets = append(o.packets, t.Reads()...)
		}
	}
	if hub == nil {
		return nil
	}
	stage.Stage = tap
	tap.Add(o.packets, hub.from(stage))
	stage.Plugin, stage.PacketColumns = tap.Plugin(), tap.SetColumns
	return stage
}

// sendFrames returns what sends frames of plugin i of the plan: where its setting leads, and where --to does.
func (o *outlets) sendFrames(p *plan.Plan, i int) func(answer.Frame, int64) error {
	plugin := p.Plugins[i].Plugin
	puts := make([][]stream.Put, len(plugin.Outlets))
	for k := range plugin.Outlets {
		for _, t := range firstOfHubs(p.Targets) {
			if t.Stream.Frames && t.Stream.Name == plugin.Name+"."+plugin.Outlets[k].Name {
				puts[k] = append(puts[k], o.hub(t).put)
			}
		}
	}
	var frames stream.Frames
	return func(f answer.Frame, time int64) error {
		out := o.byPlugin[i][f.Outlet]
		if f.Next {
			return out.Next()
		}
		for _, put := range puts[f.Outlet] {
			if err := put(frames.Rows(f.Data, time)); err != nil {
				return err
			}
		}
		if out == nil { // --to is instead of the setting
			return nil
		}
		return out.Send(f.Data)
	}
}

// rowsOf adds to the stage of plugin i of the plan what sends the rows of its outlets, if it has any.
func (o *outlets) rowsOf(p *plan.Plan, i int, stage *pipeline.Stage) {
	plugin := p.Plugins[i].Plugin
	made := make([]*stream.Outlet, len(plugin.Outlets))
	puts := make([][]stream.Put, len(plugin.Outlets))
	some := false
	for k := range plugin.Outlets {
		if !plugin.Outlets[k].HasRows() {
			continue
		}
		some = true
		name := plugin.Name + "." + plugin.Outlets[k].Name
		for _, t := range firstOfHubs(p.Targets) {
			if t.Stream.Name != name {
				continue
			}
			if made[k] == nil {
				for _, passed := range t.Stream.Passed {
					if passed.Column != "" && !slices.Contains(stage.Pass, passed.Column) {
						stage.Pass = append(stage.Pass, passed.Column)
					}
				}
				made[k] = stream.NewOutlet(t.Stream, stage.Pass)
			}
			puts[k] = append(puts[k], o.hub(t).put)
		}
	}
	if !some {
		return
	}
	stage.PassFields = stream.Fields(plugin)
	stage.SendRows = func(r *answer.Rows, e *sdk.Ends, columns []value.Vec, time int64) error {
		rows, err := made[r.Outlet].Rows(r, e, columns, time)
		for _, put := range puts[r.Outlet] {
			if err == nil {
				err = put(rows)
			}
		}
		return err
	}
}
