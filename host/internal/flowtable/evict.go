package flowtable

import "github.com/t2host/t2host/host/internal/decode"

// lookBack is how many of the least recently seen flows are looked at for a half-open
// conversation.
const lookBack = 64

// evict ends a conversation to make room (docs/reference/flows.md#a-full-table), but none of the
// flow in slot keep, unless the least recently seen one ends in any case.
func (t *Table) evict(keep uint32) {
	slot := t.oldest()
	if t.cfg.Fair {
		slot = t.fairest(keep)
	}
	f := t.Flow(slot)
	t.Stats.Evicted++
	if t.halfOpen(f) {
		t.Stats.EvictedHalfOpen++
	}
	f.FlowStat |= EndedForRoom
	t.end(slot, NoResources)
}

// fairest returns, of the least recently seen flows except for keep, the first one of a half-open
// conversation, or else the first one.
func (t *Table) fairest(keep uint32) uint32 {
	first := none
	looked := 0
	for i := t.at(back).newer; i != front && looked < lookBack; i = t.at(i).newer {
		if i >= firstMarker || i == keep {
			continue
		}
		if t.halfOpen(t.Flow(i)) {
			return i
		}
		if first == none {
			first = i
		}
		looked++
	}
	return first
}

// halfOpen reports whether nobody has answered in f's conversation, or, in one of TCP, whether
// the answer was not acknowledged. It depends on packets only, so that it is known without
// Config.TCPStates too.
func (t *Table) halfOpen(f *Flow) bool {
	if f.opposite == none {
		return true
	}
	return f.Key.Proto == decode.ProtoTCP && f.Key.Kind != decode.Layer2 && f.marks&t.Flow(f.opposite).marks&replied == 0
}

// reply notes a packet of f that may be an answer to its opposite: one of TCP acknowledges.
func (f *Flow) reply(h *decode.Headers) {
	if f.opposite != none && (!h.TCP || h.TCPFlags&ack != 0) {
		f.marks |= replied
	}
}
