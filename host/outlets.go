package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/internal/pipeline"
	"github.com/t2host/t2host/host/internal/plan"
	"github.com/t2host/t2host/host/internal/target"
	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/sdk"
)

// outlets are all ways out of a run: those of the plugins and the report's.
type outlets struct {
	byPlugin [][]*outlet.Outlet
	hubs     map[hubKey]*hub
	packets  []int // columns of packets that are read
	mu       sync.Mutex
	all      []*named       // appended to only, see list
	log      *outlet.Outlet // PREFIX_log.txt, if there is one
	monitor  *outlet.Outlet // PREFIX_monitoring.txt, if there is one
	screen   io.Writer      // for the report; nil with -q
	long     bool           // the report there is the long form
	width    func() int     // of the screen, in characters; 0: it has none
	*notices
}

type named struct {
	*outlet.Outlet
	name, target string
	rows         bool
	failed       bool // its plugin was taken out: a file stays .part
	stats        outlet.Stats

	// Of a target of rows.
	writer *target.Writer
	hub    *hub
	word   string // of --to or the settings
	ended  bool   // it was closed before the end of the run; stats has its last counts
}

// list returns all outlets so far.
func (o *outlets) list() []*named {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all[:len(o.all):len(o.all)]
}

// openOutlets opens the streams first: if nobody listens, no file has been
// made.
func openOutlets(ctx context.Context, c *Config, p *plan.Plan, live bool, notices *notices) (*outlets, error) {
	o := &outlets{byPlugin: make([][]*outlet.Outlet, len(p.Plugins)), notices: notices, long: c.Long, width: c.Width, hubs: map[hubKey]*hub{}}
	if !c.Quiet {
		o.screen = c.Stdout
	}
	if o.width == nil {
		o.width = func() int { return 0 }
	}
	every := time.Duration(p.Sync) * time.Second
	open := func(kind sdk.OutletKind) error {
		for i, l := range p.Plugins {
			if o.byPlugin[i] == nil {
				o.byPlugin[i] = make([]*outlet.Outlet, len(l.Outlets))
			}
			for n, cfg := range l.Outlets {
				if l.Plugin.Outlets[n].Kind != kind || l.Plugin.Outlets[n].HasRows() || !cfg.Leads() {
					continue // see openTargets
				}
				cfg.Discard = c.Discard
				cfg.Stdout, cfg.Live, cfg.Sync, cfg.MaxBytes, cfg.Log = c.Stdout, live, every, uint64(p.MaxFile)<<20, o.warn
				if cfg.Target == outlet.Stdout() && !c.Quiet {
					o.screen = c.Stderr
				}
				opened, err := outlet.Open(ctx, cfg)
				if err != nil {
					return err
				}
				o.byPlugin[i][n] = opened
				target := cfg.Target.String()
				if cfg.Driver != nil {
					target = cfg.Batch.Target
				}
				o.all = append(o.all, &named{Outlet: opened, name: cfg.Name, target: target})
			}
		}
		return nil
	}
	err := open(sdk.StreamOutlet)
	if err == nil {
		err = o.openTargets(ctx, c, p, live, false)
	}
	for _, kind := range []sdk.OutletKind{sdk.FileOutlet, sdk.RecordOutlet} {
		if err == nil {
			err = open(kind)
		}
	}
	if err == nil {
		err = o.openTargets(ctx, c, p, live, true)
	}
	for _, own := range []struct {
		to  **outlet.Outlet
		cfg *outlet.Config
	}{{&o.log, p.Log}, {&o.monitor, p.Monitor}} {
		if err == nil && own.cfg != nil {
			cfg := *own.cfg
			cfg.Live, cfg.Sync = live, every
			*own.to, err = outlet.Open(ctx, cfg)
		}
	}
	if err != nil {
		o.discard()
		return nil, err
	}
	return o, nil
}

// writesLog reports whether there is a PREFIX_log.txt.
func (c *Config) writesLog() bool { return (c.Quiet || c.LogFile) && !c.Discard }

// begin writes the long report's head.
func (o *outlets) begin(r *report.Report) { _ = o.write(r.Head(), "") }

// end writes the rest of the report, and closes the log.
func (o *outlets) end(r *report.Report) error {
	r.Warnings = o.notices.all()
	err := o.write(r.Body(), r.Brief(o.width()))
	if o.log != nil {
		_, closeErr := o.log.Close()
		err = errors.Join(err, closeErr)
	}
	return err
}

// tell writes the state of a run that goes on to PREFIX_monitoring.txt, or, without that file, where the report is written.
func (o *outlets) tell(text string) error {
	switch {
	case o.monitor != nil:
		return o.monitor.Send([]byte(text))
	case o.screen != nil:
		_, err := io.WriteString(o.screen, text)
		return err
	case o.log != nil:
		return o.log.Send([]byte(text))
	}
	return nil
}

// reopen begins files anew that were moved away, tells the user how many, and reports whether PREFIX_monitoring.txt is one.
func (o *outlets) reopen() (monitor bool) {
	moved := 0
	again := func(out *outlet.Outlet) bool {
		if out == nil {
			return false
		}
		ok, err := out.Reopen()
		if err != nil {
			o.warn(err.Error())
		}
		if ok {
			moved++
		}
		return ok
	}
	for _, n := range o.list() {
		if !n.ended {
			again(n.Outlet)
		}
	}
	again(o.log)
	monitor = again(o.monitor)
	o.note(fmt.Sprintf("files that were moved away and are begun anew: %d", moved))
	return monitor
}

// endMonitor ends PREFIX_monitoring.txt, which goes if nothing was written.
func (o *outlets) endMonitor() error {
	switch {
	case o.monitor == nil:
		return nil
	case o.monitor.Stats().Frames == 0:
		o.monitor.Discard()
		return nil
	}
	_, err := o.monitor.Close()
	return err
}

// write writes a part of the report.
func (o *outlets) write(long, brief string) error {
	var err error
	shown := brief
	if o.long {
		shown = long
	}
	if o.screen != nil {
		_, err = io.WriteString(o.screen, shown)
	}
	if o.log != nil {
		err = errors.Join(err, o.log.Send([]byte(long)))
	}
	return err
}

// fail marks the outlets of plugins that were taken out.
func (o *outlets) fail(stages []*pipeline.Stage) {
	for _, s := range stages {
		for _, n := range o.list() {
			if s.Failure != nil && strings.HasPrefix(n.name, s.Plugin.Name+".") {
				n.failed = true
			}
		}
	}
}

// close ends the plugins' outlets and waits for receivers.
func (o *outlets) close() error {
	all := o.list()
	errs := make([]error, len(all)+2)
	errs[len(all)], errs[len(all)+1] = o.flush(), o.endMonitor()
	var files sync.WaitGroup
	for i, n := range all {
		end := func() {
			switch {
			case n.ended:
			case n.failed:
				n.stats = n.Abort()
			default:
				n.stats, errs[i] = n.Close()
			}
		}
		if n.IsFile() {
			files.Go(end) // each waits for the disk, which serves them together
		} else {
			end()
		}
	}
	files.Wait()
	return errors.Join(errs...)
}

// abort ends all outlets of a run that broke: files stay as .part.
func (o *outlets) abort() {
	if err := o.flush(); err != nil {
		o.warn(err.Error())
	}
	for _, n := range o.list() {
		if !n.ended {
			n.stats = n.Abort()
		}
	}
	for _, out := range []*outlet.Outlet{o.log, o.monitor} {
		if out != nil {
			out.Abort()
		}
	}
}

// discard ends the outlets of a run that never began, and removes what opening
// them made.
func (o *outlets) discard() {
	for _, n := range o.list() {
		n.Discard()
	}
	for _, out := range []*outlet.Outlet{o.log, o.monitor} {
		if out != nil {
			out.Discard()
		}
	}
}

// stats returns what the outlets have sent up to now.
func (o *outlets) stats() []report.Outlet {
	all := o.list()
	list := make([]report.Outlet, len(all))
	for i, n := range all {
		list[i] = report.Outlet{Name: n.name, Target: n.target, HasRows: n.rows, Stats: n.Stats()}
	}
	return list
}

// fill adds to the report what the outlets sent.
func (o *outlets) fill(r *report.Report) {
	for _, n := range o.list() {
		r.Outlets = append(r.Outlets, report.Outlet{Name: n.name, Target: n.target, HasRows: n.rows, Stats: n.stats})
	}
}
