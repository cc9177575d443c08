package flowtable

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/internal/decode"
)

// TestSeconds compares the ends of random flows, in captures with silences, with a model that looks
// at all flows at each whole second. Where times go back each end has a whole second after its last
// packet's timeout, and seconds never descend.
func TestSeconds(t *testing.T) {
	for seed := range uint64(200) {
		back := seed%2 == 1
		rnd := rand.New(rand.NewPCG(seed, 1))
		start := []int64{0, 1_700_000_000_300_000_000, -5_500_000_000}[seed%3]
		now := start
		var got []string
		table := New(Config{Seconds: true, Extremes: true, MaxFlows: 1 << 20, Timeouts: Timeouts{610, 3.5, 120, 10, 60}}, nil)
		before := int64(math.MinInt64)
		table.onEnd = func(_ uint32, f *Flow, _ uint8) {
			if at := table.Now(); at != floor(at) || at < f.LastSeen+modelTimeout || at < before {
				t.Errorf("seed %d: flow %d ends at %d, after %d; its last packet was at %d", seed, f.FlowInd, at, before, f.LastSeen)
			}
			before = table.Now()
			got = append(got, fmt.Sprintf("%d %d at %.9f", f.FlowInd, f.EndReason, float64(table.Now()-start)/1e9))
		}
		m := model{last: floor(now), start: start}
		for range 300 {
			switch rnd.IntN(40) {
			case 0:
				now += rnd.Int64N(40e9)
			case 1:
				if back {
					now -= rnd.Int64N(8e9)
				}
			case 2:
				now = floor(now) + second // on the second
			default:
				now += rnd.Int64N(4e8)
			}
			src, dst := byte(rnd.IntN(5)), byte(5+rnd.IntN(2))
			if rnd.IntN(2) == 0 {
				src, dst = dst, src
			}
			m.packet(src, dst, now)
			h := datagram(src, dst)
			h.Time = now
			table.Packet(h)
		}
		if diff := cmp.Diff(m.ends, got); diff != "" && !back {
			t.Fatalf("seed %d (-model +table):\n%s", seed, diff)
		}
		if len(got) == 0 {
			t.Fatalf("seed %d: no flow ended", seed)
		}
	}
}

func datagram(src, dst byte) *decode.Headers {
	h := &decode.Headers{}
	h.Key.Kind, h.Key.Proto = decode.IPv4, 17
	h.Key.Src[3], h.Key.Dst[3] = src, dst
	return h
}

// model keeps flows in the order of their last packets, as the table does, and does nothing else.
type model struct {
	flows []*modelFlow
	last  int64 // whole second
	start int64
	n     int
	ends  []string
}

type modelFlow struct {
	src, dst byte
	id       int
	seen     int64
	tested   bool
}

const modelTimeout = 3_500_000_000

func (m *model) packet(src, dst byte, now int64) {
	for m.last+second <= now {
		m.last += second
		for _, f := range slices.Clone(m.flows) { // the oldest first
			if f.tested || !slices.Contains(m.flows, f) {
				continue
			}
			if m.last-f.seen < modelTimeout {
				break
			}
			f.tested = true
			o := m.opposite(f)
			if o != nil && m.last-o.seen < modelTimeout {
				continue // they end where the opposite is tested
			}
			m.ends = append(m.ends, fmt.Sprintf("%d 1 at %.9f", f.id, float64(m.last-m.start)/1e9))
			if o != nil {
				m.ends = append(m.ends, m.ends[len(m.ends)-1])
			}
			m.flows = slices.DeleteFunc(m.flows, func(g *modelFlow) bool { return g == f || g == o })
		}
	}
	for i, f := range m.flows {
		if f.src == src && f.dst == dst {
			f.seen, f.tested = max(f.seen, now), false
			m.flows = append(slices.Delete(m.flows, i, i+1), f)
			return
		}
	}
	f := &modelFlow{src: src, dst: dst, seen: now}
	if o := m.opposite(f); o != nil {
		f.id = o.id
	} else {
		m.n++
		f.id = m.n
	}
	m.flows = append(m.flows, f)
}

func (m *model) opposite(f *modelFlow) *modelFlow {
	for _, o := range m.flows {
		if o.src == f.dst && o.dst == f.src {
			return o
		}
	}
	return nil
}

// TestASilenceIsOneStep: however long it lasts, the seconds without an end cost nothing.
func TestASilenceIsOneStep(t *testing.T) {
	var ends []string
	table := New(Config{Seconds: true, MaxFlows: 100}, nil)
	table.onEnd = func(_ uint32, f *Flow, _ uint8) { ends = append(ends, fmt.Sprint(f.FlowInd, " ", table.Now())) }
	for i, at := range []int64{0, 1_200_000_000, 1 << 62} {
		h := datagram(byte(i), 9)
		h.Time = at
		table.Packet(h)
	}
	if got := strings.Join(ends, ", "); got != "1 182000000000, 2 184000000000" {
		t.Error(got)
	}
}
