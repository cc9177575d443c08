package flowtable

import (
	"runtime"
	"testing"
	"unsafe"

	"github.com/t2host/t2host/host/internal/decode"
)

func udp(src, dst byte, srcPort, dstPort uint16, time int64) *decode.Headers {
	h := &decode.Headers{Time: time, CapLen: 60}
	k := &h.Key
	k.Kind, k.EtherType, k.Proto = decode.IPv4, 0x0800, 17
	k.Src[0], k.Dst[0], k.SrcPort, k.DstPort = src, dst, srcPort, dstPort
	return h
}

func TestMaxFlowsEvictsTheLeastRecentlySeenPair(t *testing.T) {
	var ends []uint64
	table := New(Config{MaxFlows: 4}, func(_ uint32, f *Flow, _ uint8) { ends = append(ends, f.FlowInd) })
	table.Packet(udp(1, 2, 1000, 2000, 1))
	table.Packet(udp(2, 1, 2000, 1000, 2))
	table.Packet(udp(3, 4, 1000, 2000, 3))
	table.Packet(udp(4, 3, 2000, 1000, 4))
	table.Packet(udp(1, 2, 1000, 2000, 5)) // the first pair's younger member is young again, its older one is not
	table.Packet(udp(5, 6, 1000, 2000, 6))
	if len(ends) != 2 || ends[0] != 1 || ends[1] != 1 || table.Stats.Evicted != 1 || table.Stats.Live != 3 {
		t.Errorf("ended %v, evicted %d, live %d; want the pair with the oldest member, 1 eviction, 3 live", ends, table.Stats.Evicted, table.Stats.Live)
	}
}

func TestMaxDurationCutsAConversation(t *testing.T) {
	ends := 0
	table := New(Config{MaxFlows: 100, MaxDuration: 10e9}, func(uint32, *Flow, uint8) { ends++ })
	for i := range int64(25) {
		table.Packet(udp(1, 2, 1000, 2000, i*1e9))
		table.Packet(udp(2, 1, 2000, 1000, i*1e9))
	}
	if ends != 4 || table.Stats.Conversations != 3 || table.Stats.Cuts != 2 {
		t.Errorf("ends %d, conversations %d, cuts %d; want 4, 3, 2", ends, table.Stats.Conversations, table.Stats.Cuts)
	}
}

func TestSlotsAreNotReusedBeforeRelease(t *testing.T) {
	table := New(Config{MaxFlows: 100}, func(uint32, *Flow, uint8) {})
	first, _ := table.Packet(udp(1, 2, 1000, 2000, 0))
	second, _ := table.Packet(udp(3, 4, 1000, 2000, 200e9))
	if second == first {
		t.Error("slot of an end that was not delivered is used again")
	}
	table.Release()
	if third, _ := table.Packet(udp(5, 6, 1000, 2000, 201e9)); third != first {
		t.Errorf("slot %d after the release, want %d", third, first)
	}
}

func TestNoAllocationPerPacket(t *testing.T) {
	for _, cfg := range []Config{
		{TCPStates: true, MaxFlows: 1 << 20},
		{TCPStates: true, MaxFlows: 1 << 20, ByFlags: true, Extremes: true, Split: true, ErrorsApart: true, IgnoreVLAN: true, Details: true, Timeouts: lasting},
	} {
		table := New(cfg, func(uint32, *Flow, uint8) {})
		now := int64(0)
		packet := func() {
			for i := range 1000 {
				h := udp(byte(i), byte(i>>4), uint16(2000+i), 80, now)
				switch i % 4 {
				case 1:
					tcp(h, syn) // of a connection that may have ended
				case 2:
					h.Key.Proto, h.HasType, h.Type = decode.ProtoICMP, true, uint8(i)
				}
				table.Packet(h)
				now += 1e9
			}
			table.Release()
		}
		packet()
		packet()
		if n := testing.AllocsPerRun(10, packet); n > 0 {
			t.Errorf("%.0f allocations in 1000 packets: %+v", n, cfg)
		}
	}
}

func TestMemoryPerDirection(t *testing.T) {
	if size := unsafe.Sizeof(Flow{}); size != 128 {
		t.Errorf("a flow has %d bytes, want two cache lines", size)
	}
	const n = 300_000
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	table := New(Config{TCPStates: true, MaxFlows: 1 << 22}, func(uint32, *Flow, uint8) {})
	for i := range n {
		h := udp(byte(i), byte(i>>8), uint16(i>>16), 80, 0)
		table.Packet(h)
	}
	per := float64(heap()-before) / n
	runtime.KeepAlive(table)
	t.Logf("%.0f bytes a direction", per)
	if table.Stats.Live != n || per > 200 {
		t.Errorf("%d directions live, want %d; %.0f bytes each, want at most 200", table.Stats.Live, n, per)
	}
}

func BenchmarkPacket(b *testing.B) {
	table := New(Config{TCPStates: true, MaxFlows: 1 << 22}, func(uint32, *Flow, uint8) {})
	var headers []*decode.Headers
	for i := range 50_000 {
		headers = append(headers, udp(byte(i), byte(i>>8), uint16(i>>4), 80, 0))
	}
	i, now := uint32(0), int64(0)
	for b.Loop() {
		i = i*1664525 + 1013904223
		h := headers[(i>>8)%50_000]
		now += 1000
		h.Time = now
		table.Packet(h)
	}
}

// The identification of a packet that opens a flow is not remembered, be it a first fragment or not.
func TestDuplicateID(t *testing.T) {
	packet := func(id uint16, more bool) *decode.Headers {
		h := udp(1, 2, 4000, 53, int64(id))
		h.IPID, h.MoreFragments = id, more
		if more {
			h.FragID = uint32(id)
		}
		return h
	}
	for _, c := range []struct {
		name    string
		packets []*decode.Headers
		want    bool
	}{
		{"two first fragments", []*decode.Headers{packet(7, true), packet(7, true)}, false},
		{"three first fragments", []*decode.Headers{packet(7, true), packet(7, true), packet(7, true)}, true},
		{"a first fragment and a packet", []*decode.Headers{packet(7, true), packet(7, false)}, false},
		{"a packet and a first fragment", []*decode.Headers{packet(7, false), packet(7, true)}, false},
		{"the second and third", []*decode.Headers{packet(6, true), packet(7, true), packet(7, true)}, true},
		{"two packets", []*decode.Headers{packet(7, false), packet(7, false)}, false},
		{"three packets", []*decode.Headers{packet(7, false), packet(7, false), packet(7, false)}, true},
	} {
		table := New(Config{MaxFlows: 100}, func(uint32, *Flow, uint8) {})
		var slot uint32
		for _, h := range c.packets {
			slot, _ = table.Packet(h)
		}
		if got := table.Flow(slot).FlowStat&DuplicateID != 0; got != c.want {
			t.Errorf("%s: DUPIPID %v, want %v", c.name, got, c.want)
		}
	}
}

// Fragments of what an authentication header protects belong to one flow, although only the first
// one shows the protocol.
func TestFragmentsAfterAH(t *testing.T) {
	for _, kind := range []decode.Kind{decode.IPv4, decode.IPv6} {
		first, later := udp(1, 2, 4000, 53, 0), udp(1, 2, 0, 0, 1)
		first.Key.Kind, later.Key.Kind = kind, kind
		later.Key.Proto = 51
		first.FlowStat, first.MoreFragments, first.FragID = decode.AH, true, 7
		later.FragOffset, later.FragID = true, 7
		table := New(Config{MaxFlows: 100}, func(uint32, *Flow, uint8) {})
		a, _ := table.Packet(first)
		b, _ := table.Packet(later)
		if a != b || table.Stats.OrphanFragments != 0 {
			t.Errorf("kind %d: flows %d and %d, %d orphans", kind, a, b, table.Stats.OrphanFragments)
		}
	}
}
