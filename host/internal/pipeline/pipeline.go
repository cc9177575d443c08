// Package pipeline passes batches to all stages, one after the other, together
// with the columns and table changes that the stages before returned. Stages
// run at the same time, each on its own batch, with one batch in flight for
// each stage.
package pipeline

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/t2host/t2host/host/internal/batch"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/guard"
	"github.com/t2host/t2host/sdk/value"
)

// Stage is one opened plugin in its place.
type Stage struct {
	Plugin *sdk.Plugin
	Stage  sdk.Stage
	// Send sends a frame through an outlet of the plugin; the frame's bytes are valid during
	// the call.
	Send func(f answer.Frame, time int64) error
	// SendRows sends rows that the plugin answered to a batch with these flow ends, and columns as Pass names them, at
	// its packet time; nil if the plugin has no outlet of rows.
	SendRows func(r *answer.Rows, e *sdk.Ends, columns []value.Vec, time int64) error
	// Pass are the columns "plugin.column" that its rows pass on, and PassFields what rows read of flow ends.
	Pass       []string
	PassFields field.Flow
	// PacketColumns, if set, is called before each batch with the columns of packets of all stages before, with a value for each packet
	// that has a flow. They are valid until the stage has answered.
	PacketColumns func([]value.Vec)
	// Log shows a line to the user.
	Log func(line string)

	// Peak returns the most bytes of memory that the plugin has used; nil: nobody knows.
	Peak func() uint64

	// Alarms limits the flow ends that the stage reads to those with an alarm, if it can be limited:
	// see OnlyAlarms.
	Alarms Alarms

	// Drop takes the plugin out if it fails, with those that require it: the others go on, and those that read it see zeros. Otherwise
	// the run ends.
	Drop bool
	// Failure is why it was taken out; nil: it was not. Lost is the number of flow ends that it did not read since.
	Failure error
	Lost    uint64

	needs   []int       // the stages of plugins that it requires
	columns []source    // of Plugin.Ends.Columns
	imports []source    // of Plugin.Imports
	passes  []source    // of Pass
	ends    sdk.Ends    // of the batch in work, with all that rows pass on
	passed  []value.Vec // the columns of passes
	packets []value.Vec // for PacketColumns
	unsent  error       // of Send: names the outlet

	Report Report // its lines of the end report, after Close
	Load   Load
	Memory uint64 // bytes, at most, by Peak after the last batch; 0: it is not known

	metrics []uint64 // as they are, in the order of their declaration; nil: none has changed

	// With Alarms: the flow ends so far, and those with an alarm.
	Ends, Marked uint64
}

// source is where a column or table comes from; stage -1 is an optional plugin that is not
// loaded.
type source struct{ stage, index int }

// Pipeline runs the stages.
type Pipeline struct {
	// Monitored, if set, is called for each batch that is monitored once all stages have answered it, in their order.
	Monitored func(b *batch.Batch, raised Raised)
	// Counted, if set, is called with the alarms so far after each batch.
	Counted func(raised Raised)

	stages []*Stage
	alarms []alarm // of all stages that have columns that are alarms
	raised Raised
	in     chan *batch.Batch
	free   chan *batch.Batch
	done   sync.WaitGroup

	number uint64
	failed chan struct{} // closed at the first error
	mu     sync.Mutex
	err    error         // of the earliest batch that failed
	bad    atomic.Uint64 // its number; earlier batches are still processed
}

// New starts the stages, which must be in dependency order. If it returns an error, the stages
// are closed.
func New(stages []*Stage, layout *batch.Layout) (*Pipeline, error) {
	p := &Pipeline{stages: stages, failed: make(chan struct{})}
	p.bad.Store(math.MaxUint64)
	for i := range stages {
		if err := p.wire(i); err != nil {
			return nil, errors.Join(err, p.closeStages())
		}
		if a := alarmOf(i, stages[i].Plugin); a.columns != nil {
			p.alarms = append(p.alarms, a)
		}
	}
	// One batch in each stage, one on its way to each, and one being filled.
	n := 2*len(stages) + 1
	p.free = make(chan *batch.Batch, n)
	for range n {
		p.free <- layout.New()
	}
	p.in = make(chan *batch.Batch)
	in := p.in
	for i := range stages {
		out := make(chan *batch.Batch)
		if i == len(stages)-1 {
			out = p.free
		}
		p.done.Add(1)
		go p.run(i, in, out)
		in = out
	}
	return p, nil
}

// wire finds the sources of stage i's columns and tables.
func (p *Pipeline) wire(i int) error {
	s := p.stages[i]
	find := func(qualified string, index func(*sdk.Plugin) int) (source, error) {
		owner, name := value.Owner(qualified)
		for k := range i {
			if q := p.stages[k].Plugin; q.Name == owner {
				if n := index(q); n >= 0 {
					return source{k, n}, nil
				}
				return source{}, fmt.Errorf("plugin %s: %s: plugin %s %s has no %s of that type", s.Plugin.Name, qualified, q.Name, q.Version, name)
			}
		}
		return source{-1, 0}, nil
	}
	for _, r := range s.Plugin.Requires {
		for k := range i {
			if !r.Optional && p.stages[k].Plugin.Name == r.Name {
				s.needs = append(s.needs, k)
			}
		}
	}
	for _, c := range s.Plugin.Ends.Columns {
		src, err := find(c.Name, func(q *sdk.Plugin) int {
			_, name := value.Owner(c.Name)
			for n, d := range q.Columns {
				if d.Name == name && d.Type == c.Type {
					return n
				}
			}
			return -1
		})
		if err != nil {
			return err
		}
		s.columns = append(s.columns, src)
	}
	for _, name := range s.Pass {
		src, err := find(name, func(q *sdk.Plugin) int {
			_, short := value.Owner(name)
			return slices.IndexFunc(q.Columns, func(c sdk.ColumnInfo) bool { return c.Name == short })
		})
		if err != nil {
			return err
		}
		s.passes = append(s.passes, src)
	}
	for _, t := range s.Plugin.Imports {
		src, err := find(t.Name, func(q *sdk.Plugin) int {
			for n, x := range q.Exports {
				if x.Same(&t) {
					return n
				}
			}
			return -1
		})
		if err != nil {
			return err
		}
		s.imports = append(s.imports, src)
	}
	return nil
}

// Next returns an empty batch, or the error that ended the run.
func (p *Pipeline) Next() (*batch.Batch, error) {
	select {
	case b := <-p.free:
		b.Reset()
		return b, nil
	case <-p.failed:
		return nil, p.failure()
	}
}

// Put hands a batch to the first stage.
func (p *Pipeline) Put(b *batch.Batch) error {
	p.number++
	b.Number = p.number
	if len(p.stages) == 0 {
		p.answered(b)
		p.free <- b
		return nil
	}
	p.stages[0].Load.waits.Store(true)
	select {
	case p.in <- b:
		return nil
	case <-p.failed:
		return p.failure()
	}
}

// Close waits until all stages have answered all batches, closes the stages, the last one
// first, and returns the error that ended the run.
func (p *Pipeline) Close() error {
	close(p.in)
	p.done.Wait()
	return errors.Join(p.err, p.closeStages())
}

func (p *Pipeline) closeStages() error {
	var errs []error
	for i := len(p.stages) - 1; i >= 0; i-- {
		s := p.stages[i]
		if s.Peak != nil {
			s.Memory = s.Peak()
		}
		if err := guard.Call(s.Stage.Close); err != nil && s.Failure == nil {
			errs = append(errs, &Error{s.Plugin.Name, fmt.Errorf("close: %w", err)})
		}
	}
	return errors.Join(errs...)
}

// fail ends the run at batch number. If two stages fail, the error of the earlier batch
// counts.
func (p *Pipeline) fail(number uint64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		close(p.failed)
	}
	if number < p.bad.Load() {
		p.bad.Store(number)
		p.err = err
	}
}

// Failed returns the error that ended the run, or nil.
func (p *Pipeline) Failed() error {
	select {
	case <-p.failed:
		return p.failure()
	default:
		return nil
	}
}

func (p *Pipeline) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// run is stage i's goroutine. After a failed batch it only passes batches on, so that no stage
// waits for them.
func (p *Pipeline) run(i int, in <-chan *batch.Batch, out chan<- *batch.Batch) {
	defer p.done.Done()
	for b := range in {
		if b.Number < p.bad.Load() {
			p.answer(i, b)
			b.SetMetrics(i, p.stages[i].metrics)
			if i == len(p.stages)-1 {
				p.count(b)
				if p.Counted != nil {
					p.Counted(p.raised)
				}
				p.answered(b)
			}
		}
		if i < len(p.stages)-1 {
			p.stages[i+1].Load.waits.Store(true)
		}
		out <- b
	}
	if i < len(p.stages)-1 {
		close(out)
	}
}

// answered is called for each batch that all stages have answered.
func (p *Pipeline) answered(b *batch.Batch) {
	if b.Monitored && p.Monitored != nil {
		p.Monitored(b, p.raised)
	}
}

// answer lets stage i answer b, unless it was taken out.
func (p *Pipeline) answer(i int, b *batch.Batch) {
	s := p.stages[i]
	for _, k := range s.needs {
		if s.Failure == nil && b.Absent(k) {
			s.Failure = &Error{s.Plugin.Name, fmt.Errorf("taken out: it requires %s", p.stages[k].Plugin.Name)}
			s.Load.failed.Store(true)
			s.Log("taken out: it requires " + p.stages[k].Plugin.Name)
		}
	}
	if s.Failure == nil {
		err := p.work(i, b)
		if err == nil {
			return
		}
		if !s.Drop {
			p.fail(b.Number, err)
			return
		}
		s.Failure = err
		s.Load.failed.Store(true)
		why := err // without the plugin's name, which Log puts before it
		var of *Error
		if errors.As(err, &of) {
			why = of.Err
		}
		s.Log("failed and is taken out; the run goes on: " + why.Error())
	}
	s.Lost += uint64(b.SetAbsent(i))
}

// work lets stage i answer b.
func (p *Pipeline) work(i int, b *batch.Batch) error {
	s := p.stages[i]
	v := b.View(i)
	p.connect(i, b, v)
	v.Out.Leave = func(out *answer.Answer) error { return s.take(b.Changes(i), v, out) }
	start := time.Now()
	s.Load.begin(start, b.Number, b.First, b.Last)
	err := guard.Call(func() error { return s.Stage.Batch(v) })
	s.Load.end(time.Since(start), batch.Crossed(s.Plugin, v))
	if err == nil {
		err = s.take(b.Changes(i), v, &v.Out)
	}
	if err == nil {
		var n int
		n, err = checkColumns(&v.Out)
		s.Load.answered.Add(uint64(n))
	}
	if err == nil && v.Out.Metrics != nil {
		s.metrics = append(s.metrics[:0], v.Out.Metrics...)
		s.Load.setMetrics(s.metrics)
	}
	if s.unsent != nil {
		return s.unsent
	}
	if err != nil {
		return &Error{s.Plugin.Name, fmt.Errorf("batch %d (%s): %w", b.Number, s.where(i, b, v, err), err)}
	}
	return nil
}

// trail is how many packets of a flow are shown if a plugin fails at one.
const trail = 10

// where tells in which packets of a batch an error of stage i happened. If the plugin knows the packet, it shows what the plugin read of it
// and of those before it in the same flow.
func (s *Stage) where(i int, b *batch.Batch, v *sdk.Batch, err error) string {
	var at *guard.At
	if errors.As(err, &at) {
		row, end := at.Event.Row()
		switch frame := b.Frame(i, row); {
		case !end && frame > 0:
			for _, line := range b.Trail(i, row, trail) {
				s.Log(line)
			}
			return fmt.Sprintf("packet %d", frame)
		case end && row >= 0 && row < len(v.Ends.FlowInd):
			return fmt.Sprintf("packets %d to %d, end of flow %d", b.First, b.Last, v.Ends.FlowInd[row])
		}
	}
	return fmt.Sprintf("packets %d to %d", b.First, b.Last)
}

// checkColumns refuses columns that need more memory than a batch may have, and returns how much they need.
func checkColumns(out *answer.Answer) (n int, err error) {
	for _, columns := range [][]value.Vec{out.Columns, out.Packets} {
		for i := range columns {
			n += len(columns[i].Data) + 4*len(columns[i].Ends)
		}
	}
	if n > answer.MaxColumns {
		return n, fmt.Errorf("columns have %d bytes, more than the %d of a batch: write shorter texts, or set batch.rows lower", n, answer.MaxColumns)
	}
	return n, nil
}

// connect adds to the view of stage i what the stages before left in the batch.
func (p *Pipeline) connect(i int, b *batch.Batch, v *sdk.Batch) {
	s := p.stages[i]
	v.Ends.Columns = v.Ends.Columns[:0]
	for k, src := range s.columns {
		if src.stage < 0 {
			v.Ends.Columns = append(v.Ends.Columns, batch.Zeros(s.Plugin.Ends.Columns[k].Type, v.Ends.N))
			continue
		}
		v.Ends.Columns = append(v.Ends.Columns, b.Answer(src.stage).Columns[src.index])
	}
	if s.SendRows != nil {
		s.ends, s.passed = b.Ends().Only(s.PassFields), s.passed[:0]
		for _, src := range s.passes {
			s.passed = append(s.passed, b.Answer(src.stage).Columns[src.index])
		}
	}
	if s.PacketColumns != nil {
		s.packets = s.packets[:0]
		for k := range i {
			s.packets = b.PacketColumns(s.packets, k)
		}
		s.PacketColumns(s.packets)
	}
	if s.Alarms != AlarmsOff {
		at := p.marked(b, i, v.Ends.N)
		v.Ends = v.Ends.Pick(at)
		if s.SendRows != nil {
			s.ends = s.ends.Pick(at)
			for k := range s.passed {
				s.passed[k] = s.passed[k].Pick(at)
			}
		}
	}
	v.Imports = v.Imports[:0]
	for k, src := range s.imports {
		if src.stage < 0 {
			continue
		}
		for _, d := range b.Changes(src.stage).List {
			if int(d.Table) == src.index {
				d.Table = uint16(k)
				v.Imports = append(v.Imports, d)
			}
		}
	}
	if len(s.imports) > 1 {
		sortDeltas(v.Imports)
	}
}
