package main

import "time"

// evict: seven hosts for a table of five. Each connection has 52 packets of its client and is reset before the next.
func evict() []byte {
	t := &tape{start: start}
	for _, v := range []struct{ host, zero int }{
		{1, 4}, {2, 4}, {3, 4}, {4, 4}, {5, 4},
		{1, 2}, // a lower ratio changes nothing, and yet the host is no longer the oldest
		{6, 5}, // replaces 2
		{2, 3}, // comes back in 3's
		{7, 5}, // replaces 4
	} {
		t.talk(host(v.host), server).open().data(51, v.zero).reset()
		t.now += sec
	}
	return simple(t)
}

// shut: the client's window is shut from 1.0 to 2.5 s and from 5.0 to the end at 7.25 s.
func shut() []byte {
	t := &tape{start: start}
	c := t.talk(host(1), server).open()
	step := func(from, to, every time.Duration, window uint16) {
		for t.now = from; t.now < to; t.now += every {
			c.from(0, psh|ack, window, []byte("data"))
			t.now -= ms // that the packet took
		}
	}
	probe := func(at time.Duration) {
		t.now = at - ms
		c.from(1, ack, opened, nil)
		c.from(0, ack, 0, nil)
	}
	step(20*ms, 840*ms, 20*ms, opened) // 41, for 60 in all
	probe(1000 * ms)
	probe(1200 * ms)
	probe(1600 * ms)
	step(2500*ms, 4100*ms, 200*ms, opened) // 8
	step(4800*ms, 4900*ms, 50*ms, opened)  // 2
	probe(5000 * ms)
	probe(5500 * ms)
	probe(6250 * ms)
	probe(7250 * ms)
	return simple(t)
}

// clipped: the client's 64 data packets have window 0 and are captured up to 4, 8, 12, 13, 14, 15, 16 or 20 bytes of
// their TCP header; the field ends at 16.
func clipped() []byte {
	t := &tape{start: start}
	c := t.talk(host(1), server).open()
	for _, n := range []int{4, 8, 12, 13, 14, 15, 16, 20} {
		for range 8 {
			c.from(0, psh|ack, 0, []byte("data"))
			t.packets[len(t.packets)-1].keep = 14 + 20 + n
		}
		c.from(1, ack, opened, nil)
		c.from(1, ack, opened, nil)
	}
	return simple(t)
}

// summertime: seven hosts whose flows end 20, 14, 8 and 2 s before and 4, 10 and 16 s after the clocks of Europe go from
// 2 to 3.
func summertime() []byte {
	t := &tape{start: time.Date(2026, 3, 29, 0, 59, 30, 0, time.UTC)}
	for n := range 7 {
		end := time.Duration(10+6*n) * sec
		t.now = end - 2*sec
		t.talk(host(n+1), server).open().data(59, n+1).reset()
		t.at(end) // the packet at whose arrival the reset flow ends
	}
	return simple(t)
}
