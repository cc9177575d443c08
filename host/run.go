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
	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/sdk"
)

// run moves the data: capture and decoder on one goroutine, flow table and batches on a
// second, each stage on one of its own.
func run(src *capture.Source, p *plan.Plan, zone *time.Location, stages []*pipeline.Stage, r *report.Report) error {
	start := time.Now()
	var plugins []*sdk.Plugin
	for _, s := range stages {
		plugins = append(plugins, s.Plugin)
	}
	decoder := decode.New()
	decoder.WrapLengths = p.Lengths == "wrap"
	decoder.AsT2 = p.Decode == "t2"
	layout := batch.NewLayout(plugins, int(p.Rows), zone, decoder.Stacks())
	pipe, err := pipeline.New(stages, layout)
	if err != nil {
		return err
	}
	reader := startReader(src, decoder, p, layout.Payload())
	f := newFlows(p, pipe, layout.Details())
	for b := range reader.blocks {
		f.block(b)
		reader.free <- b
		if f.err != nil {
			src.Stop() // and let the reader finish
		}
	}
	r.Elapsed = time.Since(start)
	f.finish()
	err = errors.Join(reader.err, pipe.Close())
	r.Flushed = time.Since(start)

	r.Counts, r.Flows = reader.decoder.Counts, f.table.Stats
	r.SkippedLinks = reader.skipped
	r.Start, r.Stop, r.Back = reader.first, reader.last, reader.back
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
	most    int   // flow ends that a batch may hold back, see end
	err     error // the run has ended
}

func newFlows(p *plan.Plan, pipe *pipeline.Pipeline, details bool) *flows {
	f := &flows{pipe: pipe, most: int(min(max(p.MaxFlows, 256), 1<<16))}
	timeouts, _ := p.FlowTimeouts() // the plan has checked them
	f.table = flowtable.New(flowtable.Config{
		TCPStates: p.TCPStates, MaxDuration: int64(p.MaxDuration) * 1e9, MaxFlows: int(p.MaxFlows),
		Fair: p.Evict == "fair", ByFlags: p.Direction == "flags", Extremes: p.Times == "extremes", Split: p.NewSYN == "splits", ErrorsApart: p.ICMPErrors == "apart", IgnoreVLAN: p.VLAN == "ignore", Timeouts: timeouts, Details: details,
	}, f.end)
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
		slot, ok := f.table.Packet(h)
		if !ok || f.err != nil {
			continue
		}
		f.batch.AddPacket(slot, h, b.payload(i))
		if f.batch.Full() {
			f.next(false)
		}
	}
	if b.idle && f.err == nil {
		if !f.batch.Empty() {
			f.next(false) // live input: nobody waits for a batch to be full
		} else {
			f.err = f.pipe.Failed() // nor for input to see that a plugin has ended the run
		}
	}
}

// end adds the end of a flow. Its opposite ends in the same batch: a plugin may look from one
// to the other, and their slots are used again only after it. So the flows that a batch holds
// back are bounded as live ones are, also where no plugin reads ends, and nobody keeps the state
// of more than twice as many.
func (f *flows) end(slot uint32, flow *flowtable.Flow, dir uint8) {
	if f.err != nil {
		return
	}
	f.batch.AddEnd(batch.End{
		Slot: slot, Flow: flow, Details: f.table.Details(slot), Dir: dir, Number: f.number, At: f.now,
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
		f.next(true)
	}
}

// block is headers on their way to the second goroutine.
type block struct {
	headers [512]decode.Headers
	n       int
	idle    bool // live input: nothing more has come for a while

	// Their payloads, if plugins read any: one after the other, and where each ends.
	payloads []byte
	ends     []int
}

// begin empties a block.
func (b *block) begin() { b.n, b.payloads, b.ends = 0, b.payloads[:0], b.ends[:0] }

// payload is that of header i, as far as it is kept.
func (b *block) payload(i int) []byte {
	if len(b.ends) == 0 {
		return nil
	}
	start := 0
	if i > 0 {
		start = b.ends[i-1]
	}
	return b.payloads[start:b.ends[i]]
}

// reader is the first goroutine. Its figures may be read when blocks is closed.
type reader struct {
	decoder *decode.Decoder
	blocks  chan *block
	free    chan *block
	clock
	payload int // bytes of each packet's payload to keep
	skipped uint64
	err     error // reading broke; cut and corrupt captures are no error here
}

func startReader(src *capture.Source, decoder *decode.Decoder, p *plan.Plan, payload int) *reader {
	const inFlight = 16
	r := &reader{decoder: decoder, clock: clock{extremes: p.Times == "extremes"}, payload: payload, blocks: make(chan *block, inFlight), free: make(chan *block, inFlight)}
	for range inFlight {
		r.free <- new(block)
	}
	go r.read(src, p.LinkTypes == "first")
	return r
}

// liveFlush is how long a packet of a live input waits at most.
const liveFlush = 250 * time.Millisecond

func (r *reader) read(src *capture.Source, firstLink bool) {
	defer close(r.blocks)
	var f capture.Frame
	var link capture.LinkType
	var began time.Time // of the block, live input
	live := src.Live()
	b := <-r.free
	b.begin()
	hand := func(idle bool) {
		b.idle = idle
		r.blocks <- b
		b = <-r.free
		b.begin()
	}
	for {
		err := src.Next(&f)
		if err == capture.ErrIdle {
			hand(true)
			continue
		}
		if err != nil { // io.EOF also after damage, which the source notes
			if err != io.EOF {
				r.err = err
			}
			break
		}
		if r.decoder.Counts.Packets == 0 {
			link = f.Link
		}
		if firstLink && f.Link != link {
			r.skipped++
			continue
		}
		r.tick(f.Number, f.Time)
		if live && b.n == 0 {
			began = time.Now()
		}
		h := &b.headers[b.n]
		r.decoder.Decode(&f, h)
		if r.payload > 0 {
			p := h.Payload(f.Data)
			b.payloads = append(b.payloads, p[:min(len(p), r.payload)]...)
			b.ends = append(b.ends, len(b.payloads))
		}
		b.n++
		if b.n == len(b.headers) {
			hand(false)
		} else if live && time.Since(began) > liveFlush {
			hand(true)
		}
	}
	b.idle = false
	r.blocks <- b
}
