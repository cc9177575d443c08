package flowtable

import "github.com/t2host/t2host/host/internal/decode"

// fragment identifies a datagram whose first fragment was seen and whose last one was not (RFC
// 791, RFC 8200 4.5; the VLAN is part of the key as in T2).
type fragment struct {
	src, dst [16]byte
	id       uint32
	vlan     uint16
	proto    uint8
	kind     decode.Kind
}

// fragmentOf returns the datagram of a packet with these. Of what an authentication header
// protects, a later fragment has that header's protocol; so the others get it too.
func fragmentOf(k *decode.Key, status decode.FlowStat, id uint32) fragment {
	proto := k.Proto
	if status&decode.AH != 0 {
		proto = protoAH
	}
	return fragment{k.Src, k.Dst, id, k.VLAN, proto, k.Kind}
}

// protoAH is the authentication header's protocol number (IANA).
const protoAH = 51

// laterFragment returns the flow of a fragment that is not the first, and reports whether
// there is one. The flow keeps its place in the list (docs/reference/flows.md#fragments).
func (t *Table) laterFragment(h *decode.Headers) (uint32, bool) {
	key := fragmentOf(&h.Key, h.FlowStat, h.FragID)
	slot, ok := t.frags[key]
	if !ok {
		t.Stats.OrphanFragments++ // becomes a flow without ports
		return none, false
	}
	if !h.MoreFragments {
		delete(t.frags, key)
		t.Flow(slot).complete()
	}
	return slot, true
}

// complete notes that the flow waits for no more fragments.
func (f *Flow) complete() {
	f.fragPending = false
	f.FlowStat &^= FragmentPending
}

// firstFragment notes that later fragments of this datagram belong to f. A flow waits for one
// datagram at a time, so there are never more notes than flows.
func (t *Table) firstFragment(slot uint32, f *Flow, h *decode.Headers) {
	f.FlowStat |= Fragmented
	if h.FragOffset {
		f.FlowStat |= FragmentOrphan
	}
	if f.fragPending {
		delete(t.frags, fragmentOf(&f.Key, f.FlowStat, f.fragID))
		if f.fragID != h.FragID {
			f.FlowStat |= FragmentError
		}
	}
	key := fragmentOf(&h.Key, h.FlowStat, h.FragID)
	if other, ok := t.frags[key]; ok {
		t.Flow(other).complete()
	}
	t.frags[key] = slot
	f.fragPending, f.fragID = true, h.FragID
	f.FlowStat |= FragmentPending
}
