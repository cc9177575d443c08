package host

import (
	"errors"
	"io"
	"time"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/internal/batch"
	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/host/internal/flowtable"
	"github.com/t2host/t2host/host/internal/pipeline"
	"github.com/t2host/t2host/host/internal/plan"
	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// run moves the data: capture and decoder on one goroutine, flow table and batches on a
// second, each stage on one of its own.
func run(in input, p *plan.Plan, zone *time.Location, stages []*pipeline.Stage, m *monitor, r *report.Report) error {
	start := m.began
	var plugins []*sdk.Plugin
	var passed field.Flow
	for _, s := range stages {
		plugins = append(plugins, s.Plugin)
		passed |= stream.Fields(s.Plugin)
	}
	decoder := decode.New()
	decoder.WrapLengths = p.Lengths == "wrap"
	decoder.AsT2 = p.Decode == "t2"
	layout := batch.NewLayout(plugins, passed, int(p.Rows), zone, decoder.Stacks())
	pipe, err := pipeline.New(stages, layout)
	if err != nil {
		return err
	}
	pipe.Monitored = func(b *batch.Batch, raised pipeline.Raised) { m.arrived(b.Metrics, raised) }
	if m.watch != nil {
		pipe.Counted = func(raised pipeline.Raised) {
			m.watch.Publish(func(to *report.Report) { to.Alarms = report.Alarms(raised) })
		}
	}
	reader := startReader(in, decoder, p, layout, m)
	f := newFlows(p, pipe, layout)
	f.monitor, f.published = m, start
	f.rules = rulesOf(plugins)
	for b := range reader.blocks {
		f.block(b)
		reader.free <- b
		if f.err != nil {
			in.Stop() // and let the reader finish
		}
	}
	r.Elapsed = time.Since(start)
	if m.watch != nil {
		m.watch.Drain()
	}
	f.finish()
	err = errors.Join(reader.err, pipe.Close())
	r.Flushed = time.Since(start)

	reader.fill(r)
	r.Flows, r.Alarms = f.table.Stats, report.Alarms(pipe.Raised())
	r.Memory, r.Physical = memory()
	return err
}

// flows is the second goroutine: flow table and batches.
type flows struct {
	table *flowtable.Table
	pipe  *pipeline.Pipeline
	batch *batch.Batch
	// The frame in work: its number and time.
	number  uint64
	now     int64
	packets uint64
	packet  batch.Packet
	ticks   ticks
	rules   *rules
	more    bool  // plugins or rules read more of a packet than its headers
	scale   bool  // windows are scaled for plugins
	most    int   // flow ends that a batch may hold back, see end
	err     error // the run has ended
	monitor *monitor
	last    *snapshot // of the end of the run; nil: none

	published time.Time // when who watches got figures
}

func newFlows(p *plan.Plan, pipe *pipeline.Pipeline, layout *batch.Layout) *flows {
	f := &flows{pipe: pipe, rules: &rules{}, more: layout.More(), scale: layout.Scale(), most: int(min(max(p.MaxFlows, 256), 1<<16))}
	timeouts, _ := p.FlowTimeouts() // the plan has checked them
	f.table = flowtable.New(flowtable.Config{
		TCPStates: p.TCPStates, MaxDuration: int64(p.MaxDuration) * 1e9, MaxFlows: int(p.MaxFlows),
		Fair: p.Evict == "fair", ByFlags: p.Direction == "flags", Extremes: p.Times == "extremes", Split: p.NewSYN == "splits", ErrorsApart: p.ICMPErrors == "apart", IgnoreVLAN: p.VLAN == "ignore", Timeouts: timeouts, Seconds: p.Expire == "seconds", Details: layout.Details(),
	}, f.end)
	if layout.Starts() {
		f.table.OnStart = func(slot uint32, flow *flowtable.Flow) {
			if f.err == nil {
				f.batch.AddStart(slot, flow, f.packet.Headers)
			}
		}
	}
	f.ticks = newTicks(layout.Ticks())
	f.batch, f.err = pipe.Next()
	return f
}

func (f *flows) block(b *block) {
	for i := range b.headers[:b.n] {
		if f.err != nil {
			return
		}
		h := &b.headers[i]
		f.number, f.now = h.Number, h.Time
		f.packets++
		if h.Time >= f.ticks.next {
			f.tick()
		}
		f.rules.end(f.table, h)
		f.packet.Headers = h
		slot, ok := f.table.Packet(h)
		if !ok || f.err != nil {
			continue
		}
		f.packet.Slot = slot
		if f.more {
			f.complete(b, i)
		}
		f.batch.AddPacket(&f.packet)
		if f.more {
			f.rules.packet(&f.packet)
		}
		if f.batch.Full() {
			f.next(false)
		}
	}
	if b.quiet > 0 && f.err == nil {
		f.quiet(b.quiet)
	}
	f.publish(b.idle || b.ended)
	switch {
	case f.err != nil || b.snapshot == nil:
	case b.ended:
		f.last = b.snapshot
	default:
		f.snapshot(b.snapshot)
		f.next(false)
	}
	if b.idle && f.err == nil {
		if !f.batch.Empty() {
			f.next(false) // live input: nobody waits for a batch to be full
		} else {
			f.err = f.pipe.Failed() // nor for input to see that a plugin has ended the run
		}
	}
}

// snapshot completes a snapshot with what the flow table knows, and lets the batch in work take it along.
func (f *flows) snapshot(s *snapshot) {
	s.Flows = f.table.Stats
	f.batch.Monitored = true
	f.monitor.add(s)
}

// quiet goes on to a time of packets at which there is none.
func (f *flows) quiet(now int64) {
	f.now = now
	if now >= f.ticks.next {
		f.tick()
	}
	if f.err == nil {
		f.table.Advance(now)
	}
}

// complete adds what plugins, or their rules, read of packet i of a block beside its headers.
func (f *flows) complete(b *block, i int) {
	p := &f.packet
	p.Flow = f.table.Flow(p.Slot)
	if b.fields != nil {
		p.Fields = &b.fields[i]
		if f.scale && p.Headers.Key.Proto == decode.ProtoTCP {
			p.Window = f.table.ScaledWindow(p.Flow, p.Headers, p.Fields)
		}
	}
	p.Payload, p.Header = b.payload.of(i), b.header.of(i)
}

// end adds the end of a flow. Its opposite ends in the same batch: a plugin may look from one
// to the other, and their slots are used again only after it. So the flows that a batch holds
// back are bounded as live ones are, also where no plugin reads ends, and nobody keeps the state
// of more than twice as many.
func (f *flows) end(slot uint32, flow *flowtable.Flow, dir uint8) {
	if f.err != nil {
		return
	}
	f.rules.forget(slot)
	f.batch.AddEnd(batch.End{
		Slot: slot, Flow: flow, Details: f.table.Details(slot), Dir: dir, Number: f.number, Now: f.now, At: f.table.Now(),
	})
	if (f.batch.Full() || f.table.Ended() >= f.most) && (dir == 1 || flow.Opposite() == sdk.NoFlow) {
		f.next(false)
	}
}

// next hands the batch on and begins another. The slots of flows whose end it holds may then
// be used again.
func (f *flows) next(final bool) {
	f.batch.Final = final
	if final {
		f.batch.Totals = sdk.Totals{Packets: f.packets, Bytes: f.table.Stats.BytesA + f.table.Stats.BytesB}
	}
	if f.err = f.pipe.Put(f.batch); f.err != nil || final {
		return
	}
	f.batch, f.err = f.pipe.Next()
	f.table.Release()
}

func (f *flows) finish() {
	if f.err == nil {
		f.table.Finish()
	}
	if f.err == nil {
		if f.last != nil {
			f.snapshot(f.last)
		}
		f.next(true)
	}
}

// block is headers on their way to the second goroutine.
type block struct {
	headers [512]decode.Headers
	n       int
	idle    bool  // live input: nothing more has come for a while
	quiet   int64 // the packet time up to which nothing comes after these; 0: not known

	snapshot *snapshot // of the run after these; nil: none is wanted
	ended    bool      // it is the last one

	// What plugins read beside the headers, of the same packets, if they read any.
	fields          []decode.Fields
	payload, header pieces
}

// blockBytes bounds what a block keeps of its frames.
const blockBytes = 1 << 20

// begin empties a block.
func (b *block) begin() {
	b.n, b.quiet, b.snapshot, b.ended = 0, 0, nil, false
	b.payload.reset()
	b.header.reset()
}

// full reports whether the block must be handed on.
func (b *block) full() bool {
	return b.n == len(b.headers) || len(b.payload.bytes)+len(b.header.bytes) >= blockBytes
}

// pieces are bytes of frames, one after the other, and where each ends.
type pieces struct {
	bytes []byte
	ends  []int
}

func (p *pieces) reset() { p.bytes, p.ends = p.bytes[:0], p.ends[:0] }

// add adds the first n bytes of piece.
func (p *pieces) add(piece []byte, n int) {
	p.bytes = append(p.bytes, piece[:min(len(piece), n)]...)
	p.ends = append(p.ends, len(p.bytes))
}

// of returns piece i, or nil if none are kept.
func (p *pieces) of(i int) []byte {
	if len(p.ends) == 0 {
		return nil
	}
	start := 0
	if i > 0 {
		start = p.ends[i-1]
	}
	return p.bytes[start:p.ends[i]]
}

// reader is the first goroutine. Its figures may be read when blocks is closed.
type reader struct {
	decoder *decode.Decoder
	blocks  chan *block
	free    chan *block
	made    int // blocks
	clock
	input
	quiet   quiet
	left    uint64 // frames that the filter left out
	payload int    // bytes of each packet's payload to keep
	header  int    // bytes of each packet from its IP header on
	fields  bool
	monitor *monitor
	skipped uint64

	published time.Time // when who watches got figures

	err error // reading broke; cut and corrupt captures are no error here
}

func startReader(in input, decoder *decode.Decoder, p *plan.Plan, layout *batch.Layout, m *monitor) *reader {
	r := &reader{
		decoder: decoder, input: in, monitor: m, published: m.began, clock: clock{extremes: p.Times == "extremes"}, payload: layout.Payload(), header: layout.Header(), fields: layout.Fields(),
		blocks: make(chan *block, inFlight), free: make(chan *block, inFlight),
	}
	go r.read(p.LinkTypes == "first")
	return r
}

// inFlight is how many blocks there are at most.
const inFlight = 16

// empty returns an empty block. It waits for one if all are in use.
func (r *reader) empty() *block {
	var b *block
	select {
	case b = <-r.free:
	default:
		if r.made == inFlight {
			b = <-r.free
			break
		}
		r.made++ // a short run needs few
		b = new(block)
		if r.fields {
			b.fields = make([]decode.Fields, len(b.headers))
		}
	}
	b.begin()
	return b
}

// liveFlush is how long a packet of a live input waits at most.
const liveFlush = 250 * time.Millisecond

func (r *reader) read(firstLink bool) {
	defer close(r.blocks)
	var f capture.Frame
	var link capture.LinkType
	var passed uint64
	var began time.Time // of the block, live input
	live := r.Live()
	b := r.empty()
	hand := func(idle bool) {
		b.idle = idle
		r.publish(idle)
		if wanted := r.monitor.asked(); wanted != 0 {
			r.snapshot(b, r.last, wanted)
		}
		r.blocks <- b
		b = r.empty()
	}
	pass := func(until int64, idle bool) { // hands on with the time up to which nothing comes; 0: not known
		b.quiet = until
		r.kept.quiet(until)
		if until != 0 {
			if at, wanted := r.monitor.due(until); at != 0 {
				r.snapshot(b, at, wanted)
			}
		}
		hand(idle)
	}
	for {
		err := r.Next(&f)
		if err == capture.ErrQuiet {
			r.quiet.last = f.Time
			pass(f.Time, live)
			continue
		}
		if err == capture.ErrIdle {
			pass(r.quiet.idle(r.source, r.previous), true)
			continue
		}
		if err != nil { // io.EOF also after damage, which the source notes
			if err != io.EOF {
				r.err = err
			}
			break
		}
		if r.only != nil {
			ok, err := r.only.Match(&f)
			if err != nil {
				r.err = err
				break
			}
			if !ok {
				r.left++
				if live {
					if until := r.quiet.leftOut(f.Time, r.previous); until > 0 {
						pass(until, true)
					}
				}
				continue
			}
			passed++
			f.Number = passed // as in a file of these frames
		}
		if r.decoder.Counts.Packets == 0 {
			link = f.Link
		}
		if firstLink && f.Link != link {
			r.skipped++
			continue
		}
		if at, wanted := r.monitor.due(f.Time); at != 0 {
			r.snapshot(b, at, wanted)
			hand(false)
		}
		r.kept.frame(&f)
		r.tick(f.Number, f.Time)
		if live && b.n == 0 {
			began = time.Now()
			r.quiet.seen(began, f.Time)
		}
		if f.Time < r.quiet.last {
			r.quiet.late++
		}
		h := &b.headers[b.n]
		r.decoder.Decode(&f, h)
		if r.fields {
			r.decoder.Fields(&f, h, &b.fields[b.n])
		}
		if r.payload > 0 {
			b.payload.add(h.Payload(f.Data), r.payload)
		}
		if r.header > 0 {
			b.header.add(r.decoder.Network(f.Data, h), r.header)
		}
		b.n++
		if b.full() {
			hand(false)
		} else if live && time.Since(began) > liveFlush {
			hand(true)
		}
	}
	b.idle, b.ended = false, true
	r.publish(true)
	if wanted := r.monitor.asked() | r.monitor.rest(r.decoder.Counts.Packets); wanted != 0 {
		r.snapshot(b, r.last, wanted)
	}
	r.blocks <- b
}

// snapshot adds to a block what is known of the run after it, at a time of packets.
func (r *reader) snapshot(b *block, at int64, wanted uint32) {
	if b.snapshot == nil {
		b.snapshot = &snapshot{Report: r.monitor.blank()}
	}
	b.snapshot.wanted |= wanted
	b.snapshot.Now = at
	r.fill(b.snapshot.Report)
	describeInput(r.source, b.snapshot.Report)
	if wanted&wantLine != 0 {
		r.monitor.lines = r.decoder.Counts.Packets
	}
}

// fill adds to a report what the reader knows.
func (r *reader) fill(to *report.Report) {
	to.Counts = r.decoder.Counts
	to.SkippedLinks, to.LeftOut = r.skipped, r.left
	to.Lag = r.quiet.lag
	to.Start, to.Stop, to.Back, to.Late = r.first, r.last, r.back, r.quiet.late
}
