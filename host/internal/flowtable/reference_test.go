package flowtable

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/internal/decode"
)

// reference orders ends as docs/reference/flows.md#order-of-ends describes it, step by step, with a slice
// for the list and a walk for every timeout at every packet.
type reference struct {
	table *Table // for the states, which are not what is tested here
	list  []node // the newest first
	ends  []string
}

// node is a flow, by its slot in the table, or a marker.
type node struct {
	slot   uint32
	marker int // its index in timeouts, -1: a flow
}

func newReference(cfg Config) *reference {
	r := &reference{table: New(cfg, func(uint32, *Flow, uint8) {})}
	for _, i := range r.table.order {
		r.list = append(r.list, node{none, i})
	}
	return r
}

func (r *reference) at(slot uint32) int {
	return slices.IndexFunc(r.list, func(n node) bool { return n.marker < 0 && n.slot == slot })
}

func (r *reference) toFront(slot uint32) {
	if i := r.at(slot); i >= 0 {
		if i == 0 {
			return
		}
		r.list = slices.Delete(r.list, i, i+1)
	}
	r.list = slices.Insert(r.list, 0, node{slot, -1})
}

func (r *reference) expired(f *Flow) bool {
	return age(r.table.now, f.LastSeen) >= r.table.timeouts[f.timeout]
}

func (r *reference) expire() {
	t := r.table
	for _, m := range t.order {
		timeout := t.timeouts[m]
		i := slices.IndexFunc(r.list, func(n node) bool { return n.marker == m })
		r.list = slices.Delete(r.list, i, i+1)
		for i--; i >= 0; i-- { // towards the front
			if r.list[i].marker >= 0 {
				continue
			}
			f := t.Flow(r.list[i].slot)
			if age(t.now, f.LastSeen) < timeout {
				break
			}
			if r.expired(f) && (f.opposite == none || r.expired(t.Flow(f.opposite))) {
				i -= r.end(r.list[i].slot, i)
			}
		}
		r.list = slices.Insert(r.list, i+1, node{none, m})
	}
}

// end removes a pair and returns how many of its members were before place i.
func (r *reference) end(slot uint32, i int) int {
	t := r.table
	f := t.Flow(slot)
	before := 0
	if f.opposite != none {
		if r.at(f.opposite) < i {
			before = 1
		}
		j := r.at(f.opposite)
		r.list = slices.Delete(r.list, j, j+1)
	}
	j := r.at(slot)
	r.list = slices.Delete(r.list, j, j+1)
	for _, dir := range []bool{false, true} {
		for _, s := range []uint32{slot, f.opposite} {
			if s != none && (t.Flow(s).Inverted == dir || f.opposite == none && !dir) {
				r.ends = append(r.ends, describe(t.Flow(s), t.now))
				if f.opposite == none {
					break
				}
			}
		}
		if f.opposite == none {
			break
		}
	}
	t.end(slot, Forced)
	return before
}

func (r *reference) packet(h *decode.Headers) {
	t := r.table
	t.now = h.Time
	r.expire()
	t.nextDue = 1 << 62 // the table's own walk must not run
	_, known := t.frags[fragmentOf(&h.Key, h.FlowStat, h.FragID)]
	slot, _ := t.Packet(h)
	if !(h.FragOffset && known) {
		r.toFront(slot)
	}
}

func (r *reference) finish() {
	for {
		i := len(r.list) - 1
		for i >= 0 && r.list[i].marker >= 0 {
			i--
		}
		if i < 0 {
			return
		}
		r.end(r.list[i].slot, i)
	}
}

func describe(f *Flow, now int64) string {
	return fmt.Sprintf("flow %d inverted=%v first=%d last=%d ended at %d", f.FlowInd, f.Inverted, f.FirstSeen, f.LastSeen, now)
}

// randomPacket draws from few hosts, so that flows meet again, and from times
// that do not move, crawl, jump over timeouts, and go back.
func randomPacket(rnd *rand.Rand, now *int64) *decode.Headers {
	steps := []int64{0, 1e6, 5e7, 1e8, 1e9, 9e9, 10e9, 60e9, 119e9, 120e9, 182e9, 500e9, 700e9, -2e9}
	*now += steps[rnd.IntN(len(steps))] * int64(rnd.IntN(3)) / 2
	h := &decode.Headers{Time: *now, CapLen: 60}
	k := &h.Key
	k.Kind, k.EtherType, k.Proto = decode.IPv4, 0x0800, 6
	if rnd.IntN(4) == 0 {
		k.Proto = 17
	}
	a, b := byte(rnd.IntN(3)), byte(3+rnd.IntN(3))
	k.Src[0], k.Dst[0] = a, b
	k.SrcPort, k.DstPort = uint16(2000+rnd.IntN(3)), 80
	if rnd.IntN(2) == 0 {
		k.Src, k.Dst, k.SrcPort, k.DstPort = k.Dst, k.Src, k.DstPort, k.SrcPort
	}
	if k.Proto == 6 {
		h.TCP = true
		h.TCPFlags = []uint16{0x02, 0x12, 0x10, 0x11, 0x04, 0x14, 0x18}[rnd.IntN(7)]
		h.Byte13 = uint8(h.TCPFlags)
		h.Seq, h.Ack = uint32(rnd.IntN(3)), uint32(rnd.IntN(3))
	}
	if rnd.IntN(6) == 0 {
		h.FragID = uint32(rnd.IntN(3))
		h.MoreFragments, h.FragOffset = rnd.IntN(2) == 0, rnd.IntN(2) == 0
		if h.FragOffset {
			k.SrcPort, k.DstPort, h.TCP = 0, 0, false
		}
	}
	return h
}

func TestEndsInTheOrderOfTheReference(t *testing.T) {
	for _, cfg := range []Config{
		{TCPStates: true, MaxFlows: 1 << 20},
		{MaxFlows: 1 << 20},
		{TCPStates: true, MaxFlows: 1 << 20, Extremes: true, ByFlags: true, Timeouts: lasting},
		{TCPStates: true, MaxFlows: 1 << 20, Extremes: true, Timeouts: Timeouts{9, 182, 0.5, 182, 610}},
	} {
		for seed := range uint64(300) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			want := newReference(cfg)
			var got []string
			var table *Table
			table = New(cfg, func(_ uint32, f *Flow, _ uint8) { got = append(got, describe(f, table.now)) })
			now := int64(1_700_000_000_123_456_789)
			for range 200 {
				h := randomPacket(rnd, &now)
				want.packet(h)
				table.Packet(h)
				if rnd.IntN(8) == 0 {
					table.Release()
					want.table.Release()
				}
			}
			want.finish()
			table.Finish()
			if diff := cmp.Diff(want.ends, got); diff != "" {
				t.Fatalf("states %v, seed %d: ends (-reference +table):\n%s", cfg.TCPStates, seed, diff)
			}
			if table.Stats.Live != 0 || len(table.frags) != 0 || table.index.n != 0 {
				t.Fatalf("seed %d: %d flows, %d fragments, %d index entries are left", seed, table.Stats.Live, len(table.frags), table.index.n)
			}
		}
	}
}
