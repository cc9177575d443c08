// Package flowtable turns headers into flows: each packet's flow, the flow of
// the opposite direction, the state of its TCP connection, and the ends of
// flows in T2's order (docs/reference/flows.md).
package flowtable

import (
	"math/rand/v2"

	"github.com/t2host/t2host/host/internal/decode"
)

// Config is the user's part of a table.
type Config struct {
	// TCPStates makes TCP flows time out by the state of their connection, as with T2's plugin
	// tcpStates; without it all flows have the timeout Idle.
	TCPStates bool
	// Timeouts are how long flows may be silent; zero: T2's.
	Timeouts Timeouts
	// Seconds makes flows time out at the whole seconds of packet time that are passed, each at its
	// own; otherwise they do so at packets, as in T2.
	Seconds bool
	// Split makes a SYN with another initial sequence number begin a new conversation if the one
	// that it would belong to has got beyond its handshake.
	Split bool
	// MaxDuration ends a conversation at the first packet that is this many nanoseconds after
	// its first one; 0 means never.
	MaxDuration int64
	// Details makes flows keep what Details holds.
	Details bool
	// MaxFlows bounds the live directions, at least 2. To make room for one more, the least
	// recently seen conversation ends.
	MaxFlows int
	// ByFlags makes the flags of a conversation's first packet tell its client, or the
	// conversation that it was part of; only a packet that says nothing is judged by its ports.
	// Otherwise the ports come first, as in T2.
	ByFlags bool
	// Extremes makes a flow's first and last time the earliest and the latest of its packets.
	// Otherwise they are those of its first and its last packet, as in T2
	// (docs/reference/flows.md#first-and-last-time).
	Extremes bool
	// ErrorsApart makes ICMP's error messages conversations of their own.
	ErrorsApart bool
	// IgnoreVLAN leaves the VLAN out of the key.
	IgnoreVLAN bool
	// Fair makes room by a half-open conversation instead, if one is among the least recently
	// seen.
	Fair bool
}

// Flow is one direction of a conversation. It has two cache lines; the first holds what most
// packets and every walk of a timeout read.
type Flow struct {
	decode.Key
	timeout  uint8 // index in Table.timeouts
	awaited  uint8 // timeouts (bits) whose marker rests at this flow: see Table.walk
	state    tcpState
	marks    uint8
	LastSeen int64 // see Config.Extremes; nanoseconds since 1970 UTC
	links

	FlowInd        uint64 // flow index, from 1, shared with the opposite
	FirstSeen      int64
	opposite       uint32 // slot, or none
	hash           uint32
	synSeq, finSeq uint32
	fragID         uint32 // of the fragmented datagram that is not complete
	fragPending    bool
	ipID           uint16          // of the packet before, IPv4; 0 after the first one
	FlowStat       decode.FlowStat // of all its packets, and of the flow
	isn            uint32          // see Table.opensAgain
	peerISN        uint32
	isnKnown       bool
	peerKnown      bool
	TCPStates      uint8 // T2's tcpStatesAFlags; complete at the flow's end
	Inverted       bool  // B, the server's side

	scale uint8 // of windows, see ScaledWindow
	// EndReason is why the flow ended, as in IPFIX (flowEndReason, RFC 5102, 5.11.3): set at its end.
	EndReason EndReason

	_ [2]byte // to 128
}

// Opposite returns the slot of the opposite direction, or ^0 without one.
func (f *Flow) Opposite() uint32 { return f.opposite }

// none is not a slot.
const none = ^uint32(0)

// Table holds the live flows.
type Table struct {
	// OnStart is called for each flow that begins, if it is set, before Packet returns. The flow is
	// valid during the call.
	OnStart func(slot uint32, f *Flow)

	cfg   Config
	onEnd func(slot uint32, f *Flow, dir uint8)

	slabs []*[slabSize]Flow
	more  []*[slabSize]Details // of the same slots, with Config.Details
	free  []uint32             // slots that may be used
	ended []uint32             // slots that may be used after Release
	used  uint32               // slots used so far
	index index
	frags map[fragment]uint32

	past *past // nil: none is remembered

	now      int64 // the packet time of what is in work
	seconds  seconds
	timeouts []float32 // seconds
	limits   []int64   // the same in nanoseconds
	order    []int     // the indices of those in use, the longest first
	slack    int64     // see aged
	list

	Stats Stats
}

// Stats count directions, unless noted otherwise.
type Stats struct {
	Created             uint64
	Opposites           uint64 // of those: opened as the opposite of a live flow
	LoneB               uint64 // of those: opened alone and on the server's side, never answered
	Layer2, IPv4, IPv6  uint64
	Live, MaxLive       int
	Evicted             uint64                  // conversations that ended early to make room
	EvictedHalfOpen     uint64                  // of those: half-open
	EndedByRules        uint64                  // conversations that a plugin's rule ended
	Ended               [NoResources + 1]uint64 // flows, by their EndReason
	PacketsA, PacketsB  uint64
	BytesA, BytesB      uint64          // captured
	OrphanFragments     uint64          // packets: later fragments whose first one was not seen
	FlowStat            decode.FlowStat // of all packets, also without a flow, and of all ended flows
	Conversations, Cuts uint64          // conversations; those cut by MaxDuration
}

const (
	slabBits = 10
	slabSize = 1 << slabBits
)

// New returns an empty table. It calls onEnd at each flow's end, A before B (dir 0, 1; a flow
// without opposite counts as A). The flow is valid during the call; its slot is not used again
// before Release.
func New(cfg Config, onEnd func(slot uint32, f *Flow, dir uint8)) *Table {
	t := &Table{cfg: cfg, onEnd: onEnd, frags: map[fragment]uint32{}}
	t.setTimeouts()
	t.index.init([4]uint64{rand.Uint64(), rand.Uint64(), rand.Uint64(), rand.Uint64()})
	t.list.init(t)
	if cfg.ByFlags {
		t.past = newPast(&t.index, t.limits[t.order[0]])
	}
	return t
}

// Flow returns the flow in slot.
func (t *Table) Flow(slot uint32) *Flow {
	return &t.slabs[slot>>slabBits][slot&(slabSize-1)]
}

// Now returns the packet time of the packet or of the end in work: of a flow that times out with
// Config.Seconds it is a whole second.
func (t *Table) Now() int64 { return t.now }

// Packet ends the flows that have timed out by h.Time, then finds or opens the packet's flow.
// It reports whether the packet has one.
func (t *Table) Packet(h *decode.Headers) (slot uint32, ok bool) {
	if t.cfg.Seconds {
		t.pass(h.Time)
	} else {
		t.now = h.Time
		t.expire()
	}
	t.Stats.FlowStat |= h.FlowStat
	if h.Key.Kind == decode.NoFlow {
		return none, false
	}
	if h.HasType && t.cfg.ErrorsApart {
		h.Key.Errors = isError(h)
	}
	if t.cfg.IgnoreVLAN {
		h.Key.VLAN = 0
	}
	var f *Flow
	if h.FragOffset {
		slot, ok = t.laterFragment(h)
		if ok {
			f = t.Flow(slot)
		}
	}
	if !ok {
		slot, f = t.lookup(h)
		switch {
		case h.MoreFragments || h.FragOffset:
			t.firstFragment(slot, f, h)
		case f.fragPending:
			f.FlowStat |= FragmentError
		}
	}
	if h.Time >= f.LastSeen || !t.cfg.Extremes {
		f.LastSeen = h.Time
	} else {
		f.FirstSeen = min(f.FirstSeen, h.Time)
	}
	f.FlowStat |= h.FlowStat
	if t.cfg.Details {
		t.Details(slot).add(f, h)
	}
	f.reply(h)
	if h.TCP {
		f.progress(h)
	}
	t.changed(f)
	if f.Inverted {
		t.Stats.PacketsB++
		t.Stats.BytesB += uint64(h.CapLen)
	} else {
		t.Stats.PacketsA++
		t.Stats.BytesA += uint64(h.CapLen)
	}
	if h.TCP && t.cfg.TCPStates {
		t.tcpPacket(f, h)
	}
	return slot, true
}

// Finish ends all flows, the least recently seen first.
func (t *Table) Finish() {
	for {
		slot := t.oldest()
		if slot == none {
			return
		}
		t.end(slot, Forced)
	}
}

// Advance ends the flows that have timed out by a packet time at which no packet comes. As T2 it does nothing where flows end at
// packets only.
func (t *Table) Advance(now int64) {
	if t.cfg.Seconds {
		t.pass(now)
	}
}

// End ends the flow in slot and its opposite at the packet time now, because a plugin's rule says so.
func (t *Table) End(slot uint32, now int64) {
	t.now = now
	t.Flow(slot).FlowStat |= EndedByRule
	t.Stats.EndedByRules++
	t.end(slot, Forced)
}

// Release marks the ends reported so far as delivered: the slots of those flows may be used
// again.
func (t *Table) Release() {
	t.free = append(t.free, t.ended...)
	t.ended = t.ended[:0]
}

// Ended returns the number of flows that have ended since Release was called.
func (t *Table) Ended() int { return len(t.ended) }

// lookup finds or opens the flow of h.Key and moves it to the list's front.
func (t *Table) lookup(h *decode.Headers) (uint32, *Flow) {
	hash := t.index.hash(&h.Key)
	if slot := t.find(hash, &h.Key); slot != none {
		f := t.Flow(slot)
		cut := t.cfg.MaxDuration != 0 && t.now-t.began(f) >= t.cfg.MaxDuration
		if !cut && !(opening(h) && t.opensAgain(f, h)) {
			t.touch(slot, f)
			if h.IPID != 0 && h.IPID == f.ipID {
				f.FlowStat |= DuplicateID
			}
			f.ipID = h.IPID
			return slot, f
		}
		reason := EndDetected
		if cut {
			t.Stats.Cuts++
			reason = ActiveTimeout
		}
		t.end(slot, reason)
	}
	return t.open(hash, h)
}

// began returns the conversation's first time.
func (t *Table) began(f *Flow) int64 {
	if f.opposite == none {
		return f.FirstSeen
	}
	return min(f.FirstSeen, t.Flow(f.opposite).FirstSeen)
}

func (t *Table) find(hash uint32, k *decode.Key) uint32 {
	for i := t.index.home(hash); ; i = t.index.next(i) {
		e := t.index.entries[i]
		if e == 0 {
			return none
		}
		if uint32(e>>32) == hash {
			if slot := uint32(e) - 1; t.Flow(slot).Key == *k {
				return slot
			}
		}
	}
}

// open adds the flow of h.Key and links it to its opposite
// (docs/reference/flows.md#a-new-flow). If the table is full, it makes room.
func (t *Table) open(hash uint32, h *decode.Headers) (uint32, *Flow) {
	reverse := h.Key.Reverse()
	partner := t.partner(&reverse, h)
	if partner != none && opening(h) && t.opensAgain(t.Flow(partner), h) {
		t.end(partner, EndDetected)
		partner = none
	}
	for t.Stats.Live >= t.cfg.MaxFlows {
		t.evict(partner)
		partner = t.partner(&reverse, h) // it may have ended
	}
	slot := t.newSlot()
	f := t.Flow(slot)
	*f = Flow{Key: h.Key, FirstSeen: h.Time, LastSeen: h.Time, opposite: none, hash: hash}
	if t.cfg.Details {
		t.Details(slot).begin(h)
	}
	f.timeout = idle
	f.begin(h)

	if reverse == h.Key && h.Key.Proto == decode.ProtoTCP {
		f.FlowStat |= LandAttack
	}
	if partner != none {
		p := t.Flow(partner)
		p.opposite, f.opposite = slot, partner
		f.FlowInd, f.Inverted = p.FlowInd, !p.Inverted
		t.Stats.Opposites++
	} else {
		t.Stats.Conversations++
		f.FlowInd = t.Stats.Conversations
		f.Inverted = reverse != h.Key && t.fromServer(h)
	}
	if f.Inverted {
		f.FlowStat |= Inverted
	}
	t.index.add(hash, slot)
	t.pushFront(slot)
	t.count(f)
	if t.OnStart != nil {
		t.OnStart(slot, f)
	}
	return slot, f
}

// partner returns the slot of the flow with the key reverse, the opposite of that of h, or none.
// A flow is not its own opposite.
func (t *Table) partner(reverse *decode.Key, h *decode.Headers) uint32 {
	if *reverse == h.Key {
		return none
	}
	return t.find(t.index.hash(reverse), reverse)
}

func (t *Table) count(f *Flow) {
	s := &t.Stats
	s.Created++
	s.Live++
	s.MaxLive = max(s.MaxLive, s.Live)
	switch f.Key.Kind {
	case decode.IPv4:
		s.IPv4++
	case decode.IPv6:
		s.IPv6++
	default:
		s.Layer2++
	}
}

// end reports and removes the flow in slot and its opposite.
func (t *Table) end(slot uint32, why EndReason) {
	f := t.Flow(slot)
	f.EndReason = why
	t.Stats.Ended[why]++
	if f.opposite != none {
		t.Flow(f.opposite).EndReason = why
		t.Stats.Ended[why]++
	}
	if f.opposite == none {
		if f.Inverted {
			t.Stats.LoneB++
		}
		t.finishTCP(f, nil)
		t.onEnd(slot, f, 0)
		t.remember(f)
		t.remove(slot, f)
		return
	}
	a, b := slot, f.opposite
	if f.Inverted {
		a, b = b, a
	}
	fa, fb := t.Flow(a), t.Flow(b)
	t.finishTCP(fa, fb)
	t.onEnd(a, fa, 0)
	t.finishTCP(fb, fa)
	t.onEnd(b, fb, 1)
	t.remember(fa)
	t.remove(a, fa)
	t.remove(b, fb)
}

func (t *Table) remove(slot uint32, f *Flow) {
	if f.fragPending {
		delete(t.frags, fragmentOf(&f.Key, f.FlowStat, f.fragID))
	}
	t.Stats.FlowStat |= f.FlowStat &^ (Inverted | ManyStacks) // as T2: these are flows' own
	t.changed(f)
	t.unlink(&f.links)
	t.index.remove(f.hash, slot)
	t.ended = append(t.ended, slot)
	t.Stats.Live--
}

func (t *Table) newSlot() uint32 {
	if n := len(t.free); n > 0 {
		slot := t.free[n-1]
		t.free = t.free[:n-1]
		return slot
	}
	slot := t.used
	t.used++
	if int(slot>>slabBits) == len(t.slabs) {
		t.slabs = append(t.slabs, new([slabSize]Flow))
		if t.cfg.Details {
			t.more = append(t.more, new([slabSize]Details))
		}
	}
	return slot
}
