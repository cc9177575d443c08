package host

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/t2host/t2host/host/internal/pipeline"
	"github.com/t2host/t2host/host/internal/plan"
	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/host/watch"
)

// Request is what the user asks of a run that goes on.
type Request uint8

// The requests.
const (
	ReportNow   Request = iota + 1 // the report of the run so far
	ToggleLines                    // begin or end the lines of monitoring
	ReopenFiles                    // begin files anew that were moved away, and read where rows go again
)

// What is wanted of a snapshot.
const (
	wantLine   uint32 = 1
	wantReport uint32 = 2
	wantPoint  uint32 = 4 // for the history of who watches
)

// monitor reports the state of a run that goes on: in a line every monitor.every seconds, and in a report when the user asks. The
// figures of one are those after the same packet everywhere: a snapshot goes from the reader through the flow table and, with
// a batch, through all plugins.
type monitor struct {
	every       int64 // nanoseconds between lines
	wall        bool  // of the clock on the wall, not of packet time
	differences bool
	blank       func() *report.Report // returns a report that says what the run is
	write       func(text string) error

	wanted  atomic.Uint32 // of the next snapshot
	on      atomic.Bool   // there are lines
	stop    chan struct{}
	waiting sync.WaitGroup

	watch *watch.Watch // nil: nobody watches

	// Of the reader's goroutine.
	point int64  // packet time of the next point of the history; 0: not known yet
	next  int64  // packet time of the next line; 0: not known yet
	lines uint64 // packets up to the last line

	// Snapshots on their way through the plugins, in order.
	mu    sync.Mutex
	under []*snapshot

	// Of the last plugin's goroutine.
	before *report.Report // as it was at the last line, nil before the first one
	headed atomic.Bool    // the lines' head was written
	began  time.Time
	err    error // of the first write that failed
}

// snapshot is what a run has done so far.
type snapshot struct {
	*report.Report
	wanted uint32
}

func newMonitor(p *plan.Plan, blank func() *report.Report, write func(string) error) *monitor {
	m := &monitor{
		every: int64(p.MonitorEvery) * 1e9, wall: p.MonitorClock == "wall", differences: p.MonitorValues == "differences",
		blank: blank, write: write, stop: make(chan struct{}), began: time.Now(),
	}
	m.on.Store(m.every > 0)
	if m.every == 0 {
		m.every = 1e9
	}
	if m.wall {
		m.waiting.Go(m.tick)
	}
	return m
}

// tick wants a line at each interval of the clock on the wall.
func (m *monitor) tick() {
	t := time.NewTicker(time.Duration(m.every))
	defer t.Stop()
	for {
		select {
		case <-t.C:
			m.want(wantLine)
		case <-m.stop:
			return
		}
	}
}

func (m *monitor) want(what uint32) { m.wanted.Or(what) }

// close ends the monitoring and returns the error of the first write that failed.
func (m *monitor) close() error {
	close(m.stop)
	m.waiting.Wait()
	return m.err
}

// due returns the packet time of a line or a point that comes before a time of packets, 0 if none does: of several that a frame passes the
// last one, a multiple of the interval since 1970; and which of the two it is. The reader calls it.
func (m *monitor) due(now int64) (at int64, wanted uint32) {
	if at = m.pointDue(now); at != 0 {
		wanted = wantPoint
	}
	if line := m.lineDue(now); line != 0 {
		return line, wanted | wantLine
	}
	return at, wanted
}

// pointDue returns the packet time of a point of the history that comes before a time of packets, 0 if none does.
func (m *monitor) pointDue(now int64) int64 {
	if m.watch == nil || now < m.point {
		return 0
	}
	every := m.watch.Every()
	if every == 0 {
		m.point = math.MaxInt64
		return 0
	}
	first := m.point == 0
	at := now - now%every
	m.point = at + every
	if first {
		return 0
	}
	return at
}

func (m *monitor) lineDue(now int64) int64 {
	switch {
	case !m.on.Load():
		m.next = 0
		return 0
	case m.wall || now < m.next:
		return 0
	}
	first := m.next == 0
	at := now - now%m.every
	m.next = at + m.every
	if first {
		return 0
	}
	return at
}

// rest returns what is wanted at the end, after so many packets: a line for those since the last one, a point. The reader calls it.
func (m *monitor) rest(packets uint64) (wanted uint32) {
	if m.on.Load() && packets > m.lines {
		wanted = wantLine
	}
	if m.watch != nil && m.watch.Every() > 0 && packets > 0 {
		wanted |= wantPoint
	}
	return wanted
}

// asked returns what is wanted at once. The reader calls it between blocks.
func (m *monitor) asked() uint32 {
	wanted := m.wanted.Swap(0)
	if !m.on.Load() {
		wanted &^= wantLine
	}
	return wanted
}

// add adds a snapshot that a batch is about to take through the plugins.
func (m *monitor) add(s *snapshot) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.under = append(m.under, s)
}

// arrived completes the snapshot whose batch all plugins have answered, and writes what is wanted.
func (m *monitor) arrived(metrics func(plugin int) []uint64, raised pipeline.Raised) {
	m.mu.Lock()
	s := m.under[0]
	m.under = m.under[1:]
	m.mu.Unlock()
	s.Alarms, s.Elapsed = report.Alarms(raised), time.Since(m.began)
	s.Memory, s.Physical = memory()
	for i := range s.Plugins {
		for k, value := range metrics(i) {
			s.Plugins[i].Metrics[k].Value = value
		}
	}
	if s.wanted&wantPoint != 0 {
		m.watch.Add(s.Report)
	}
	text := ""
	if s.wanted&wantLine != 0 {
		if m.headed.CompareAndSwap(false, true) {
			text = s.LineHead()
		}
		before := m.before
		if !m.differences {
			before = nil
		}
		text += s.Line(before, m.differences)
		m.before = s.Report
	}
	if s.wanted&wantReport != 0 {
		text += s.SoFar()
	}
	if text == "" {
		return
	}
	if err := m.write(text); m.err == nil {
		m.err = err
	}
}

// soFar returns a report of a run that goes on, without figures.
func soFar(c *Config, p *plan.Plan) *report.Report {
	r := newReport(c, p)
	r.Sensor = p.Sensor
	for i, l := range p.Plugins {
		for _, m := range l.Metrics {
			r.Plugins[i].Metrics = append(r.Plugins[i].Metrics, report.Metric{Metric: m})
		}
	}
	return r
}

// onRequests does what the user asks of the run, until done is called.
func onRequests(ctx context.Context, requests <-chan Request, m *monitor, again *reload, kept *keeper) (done func()) {
	out := again.out
	ctx, cancel := context.WithCancel(ctx)
	stop := make(chan struct{})
	var answering sync.WaitGroup
	answering.Go(func() {
		for {
			select {
			case q := <-requests:
				switch q {
				case ReportNow:
					m.want(wantReport)
				case ToggleLines:
					on := !m.on.Load()
					m.on.Store(on)
					out.note(map[bool]string{true: "lines of figures begin", false: "lines of figures end"}[on])
				case ReopenFiles:
					if out.reopen() {
						m.headed.Store(false)
					}
					kept.reopen()
					again.read(ctx)
				}
			case <-stop:
				return
			}
		}
	})
	return func() {
		close(stop)
		cancel() // a target that is being opened
		answering.Wait()
	}
}
