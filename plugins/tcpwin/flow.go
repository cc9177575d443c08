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
	for i, slot := range p.Flow[:p.N] {
		f := t.flows.At(slot)
		f.packets++
		if windows[i] < t.Threshold {
			f.below++
			if flags[i]&rst != 0 {
				f.resets++
				if f.shut {
					f.open(times[i])
				}
			} else if !f.shut {
				f.shut, f.since = true, times[i]
			}
		} else if f.shut && windows[i] <= 0xffff { // the window of a clipped packet is unknown
			f.open(times[i])
		}
	}
}

// endFlow writes the flow's columns and adds its source to the table.
func (t *tcpwin) endFlow(end sdk.EndRow) error {
	f := t.flows.Take(end.Flow())
	if f.shut {
		f.open(end.LastSeen())
	}
	stat := uint8(0)
	if f.below > 0 {
		stat = undershot
	}
	end.PutUint(colStat, uint64(stat))
	end.PutUint(colCount, uint64(f.below))
	end.PutInt(colShutTime, f.shutTime)
	end.PutInt(colShutMax, f.shutMax)
	end.PutUint(colResets, uint64(f.resets))
	t.stat |= stat
	t.below += uint64(f.below)
	t.packets += uint64(f.packets)
	if f.below > 0 && f.packets >= t.MinPackets {
		t.enter(end.Moment, end.SrcIP(), end.DstIP(), &f)
	}
	return nil
}

// enter adds a qualifying flow to the table by T2's rule, in single precision
// (docs/reference/tcpwin.md#the-table).
func (t *tcpwin) enter(at sdk.Moment, src, dst sdk.IP, f *flow) {
	full := t.table.Len(at) >= int(t.MaxEntries)
	if full && t.WhenFull == "stop" {
		return
	}
	row, known := t.table.Get(at, src)
	if full && !known {
		t.evict(at)
	}
	t.recent.Delete(src)
	t.recent.Set(src, struct{}{})
	if ratio := float32(f.below) / float32(f.packets); ratio > row.Ratio {
		row.Packets, row.Ratio = f.packets, ratio
	}
	row.Below += uint64(f.below)
	row.Resets += uint64(f.resets)
	row.ShutTime += f.shutTime
	if f.shutMax > row.ShutMax {
		row.ShutMax, row.Peer, row.When = f.shutMax, dst, f.when
	}
	t.table.Set(at, src, row)
}

// evict makes room by the source that has gone longest without a qualifying
// flow.
func (t *tcpwin) evict(at sdk.Moment) {
	if src, _, ok := t.recent.First(); ok {
		t.recent.Delete(src)
		t.table.Delete(at, src)
		t.evicted++
	}
}
