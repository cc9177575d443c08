package tcpwin

import "github.com/t2host/t2host/sdk"

// flow is the state of one direction.
type flow struct {
	packets  uint32 // TCP packets
	below    uint32 // of them, with a window below the threshold
	resets   uint32 // of these, resets
	shut     bool   // the last window seen was below, in no reset
	since    int64  // then: since when
	shutTime int64  // nanoseconds shut, but for the time since
	shutMax  int64
	when     int64 // when the longest time began
	src, dst sdk.IP
}

// startFlow notes the flow's addresses.
func (t *tcpwin) startFlow(start sdk.StartRow) {
	f := t.flows.At(start.Flow())
	f.src, f.dst = start.SrcIP(), start.DstIP()
}

// open ends the time shut at t. Packet time may go backwards.
func (f *flow) open(t int64) {
	f.shut = false
	d := max(t-f.since, 0)
	f.shutTime += d
	if d > f.shutMax {
		f.shutMax, f.when = d, f.since
	}
}

// count adds the batch's packets. It reads columns; a row touches its own flow only. A reset's window offers
// nothing: it shuts no window, and ends the time that one was shut.
func (t *tcpwin) count(p *sdk.Packets) {
	times, windows, flags := p.Time[:p.N], p.Window[:p.N], p.TCPFlags[:p.N]
	stats, counts := t.soFar.stat.All(p), t.soFar.count.All(p)
	for i, slot := range p.Flow[:p.N] {
		f := t.flows.At(slot)
		f.packets++
		if windows[i] < t.Threshold {
			f.below++
			if flags[i]&rst != 0 {
				f.resets++
				if f.shut {
					t.open(slot, f, times[i])
				}
			} else if !f.shut {
				f.shut, f.since = true, times[i]
				t.shut.Set(slot, struct{}{})
			}
		} else if f.shut && windows[i] <= 0xffff { // the window of a clipped packet is unknown
			t.open(slot, f, times[i])
		}
		if counts != nil && f.below > 0 {
			stats[i], counts[i] = undershot, f.below
		}
	}
}

// open ends the time that the flow in slot is shut.
func (t *tcpwin) open(slot uint32, f *flow, at int64) {
	f.open(at)
	t.shut.Delete(slot)
}

// ends writes the flows' columns and adds their sources to the table.
func (t *tcpwin) ends(e sdk.EndRows) error {
	stats, counts, resets := t.out.stat.All(e), t.out.count.All(e), t.out.resets.All(e)
	shutTimes, shutMaxes := t.out.shutTime.All(e), t.out.shutMax.All(e)
	for i, slot := range e.Flow[:e.N] {
		f := t.flows.At(slot)
		t.packets += uint64(f.packets)
		if f.below > 0 {
			if f.shut {
				t.open(slot, f, e.LastSeen[i])
			}
			stats[i], counts[i], resets[i] = undershot, f.below, f.resets
			shutTimes[i], shutMaxes[i] = f.shutTime, f.shutMax
			t.end(e.Moment(i), slot, f)
		}
		*f = flow{}
	}
	return nil
}

// end adds the source of a flow that was below the threshold to the table. No other flow can be in it.
func (t *tcpwin) end(at sdk.Moment, slot uint32, f *flow) {
	t.stat |= undershot
	t.below += uint64(f.below)
	t.counted.Add(uint64(f.below))
	wasLive := t.live.Len() > 0 && t.live.Delete(slot)
	if entered := f.packets >= t.MinPackets && t.enter(at, f); entered || wasLive {
		t.show(at, f.src)
	}
}

// enter adds a qualifying flow that has ended to its source's row, and reports whether there was
// room, or could be made.
func (t *tcpwin) enter(at sdk.Moment, f *flow) bool {
	full := t.ended.Len() >= int(t.MaxEntries)
	if full && t.WhenFull == "stop" {
		return false
	}
	row, known := t.ended.Get(f.src)
	if full && !known {
		t.evict(at)
	}
	t.recent.Delete(f.src)
	t.recent.Set(f.src, struct{}{})
	row.add(f)
	t.ended.Set(f.src, row)
	t.held.Set(int64(t.ended.Len()))
	return true
}

// evict makes room by the source that has gone longest without a qualifying
// flow.
func (t *tcpwin) evict(at sdk.Moment) {
	if src, _, ok := t.recent.First(); ok {
		t.recent.Delete(src)
		t.ended.Delete(src)
		t.show(at, src)
		t.evicted++
	}
}
