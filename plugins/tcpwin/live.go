package tcpwin

import "github.com/t2host/t2host/sdk"

// The table is two things: rows of ended flows, by T2's rule, and what flows add
// to them whose window is shut at the last tick. It must depend on neither the
// size of batches nor their ends: so flows that go on are looked at in tick only,
// and at a flow's end no flow but that.

// tick shows the windows that are still shut, and for how long.
func (t *tcpwin) tick(tick sdk.TickRow) error {
	before := t.live
	t.live = sdk.Ordered[uint32, flow]{}
	for slot := range t.shut.All() {
		if f := *t.flows.At(slot); f.packets >= t.MinPackets {
			since := f.since
			f.open(tick.Time())
			f.shut, f.since = true, since
			t.live.Set(slot, f)
		}
	}
	for slot, f := range before.All() {
		if _, still := t.live.Get(slot); !still {
			t.show(tick.Moment, f.src)
		}
	}
	var rows sdk.Ordered[sdk.IP, Row]
	for _, f := range t.live.All() {
		row, more := rows.Get(f.src)
		if !more {
			row, _ = t.ended.Get(f.src)
		}
		row.add(&f)
		rows.Set(f.src, row)
	}
	for src, row := range rows.All() {
		t.set(tick.Moment, src, row)
	}
	return nil
}

// show sets a source's row to what is known of it, or deletes it.
func (t *tcpwin) show(at sdk.Moment, src sdk.IP) {
	row, known := t.ended.Get(src)
	for _, f := range t.live.All() {
		if f.src == src {
			row.add(&f)
			known = true
		}
	}
	if known {
		t.set(at, src, row)
	} else {
		t.table.Delete(at, src)
	}
}

// set sets a source's row. In a full table a source has one only if an ended flow has
// qualified; the last that has none makes room for that.
func (t *tcpwin) set(at sdk.Moment, src sdk.IP, row Row) {
	_, shown := t.table.Get(at, src)
	if !shown && t.table.Len(at) >= int(t.MaxEntries) {
		if _, ended := t.ended.Get(src); !ended {
			return
		}
		t.displace(at)
	}
	t.table.Set(at, src, row)
}

// displace deletes the last row of a source without a qualifying flow that has ended.
func (t *tcpwin) displace(at sdk.Moment) {
	var last sdk.IP
	for src := range t.table.All(at) {
		if _, ended := t.ended.Get(src); !ended {
			last = src
		}
	}
	t.table.Delete(at, last)
}

// settle leaves in the table what ended flows have: all have, at the report.
func (t *tcpwin) settle(at sdk.Moment) {
	before := t.live
	t.live = sdk.Ordered[uint32, flow]{}
	for _, f := range before.All() {
		t.show(at, f.src)
	}
}

// add adds a qualifying flow by T2's rule, in single precision
// (docs/reference/tcpwin.md#the-table).
func (r *Row) add(f *flow) {
	if ratio := float32(f.below) / float32(f.packets); ratio > r.Ratio {
		r.Packets, r.Ratio = f.packets, ratio
	}
	r.Below += uint64(f.below)
	r.Resets += uint64(f.resets)
	r.ShutTime += f.shutTime
	if f.shutMax > r.ShutMax {
		r.ShutMax, r.Peer, r.When = f.shutMax, f.dst, f.when
	}
	if f.shut && (r.Since == 0 || f.since < r.Since) {
		r.Since, r.Waiting = f.since, f.dst
	}
}
