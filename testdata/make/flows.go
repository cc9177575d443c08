package main

import (
	"fmt"
	"net/netip"
	"time"
)

const (
	ms  = time.Millisecond
	sec = time.Second
)

// host returns the client's address and port of the rules with several hosts.
func host(n int) string { return fmt.Sprintf("10.0.0.%d:%d", n, 50000+n) }

const server = "10.9.9.9:80"

// frag4: of the client's 60 packets 57 are fragmented.
func frag4() []byte {
	t := &tape{start: start}
	c := t.talk(host(1), server).open()
	c.cut = 32
	c.data(59, 6).reset()
	return simple(t)
}

// frag6 is the same over IPv6.
func frag6() []byte {
	t := &tape{start: start}
	c := t.talk("[2001:db8::1]:50001", "[2001:db8:9::9]:80").open()
	c.cut = 32
	c.data(59, 6).reset()
	return simple(t)
}

// frag4Orphan: a later fragment without a first one, two datagrams whose fragments are mixed, and a first fragment that
// comes last.
func frag4Orphan() []byte {
	t := &tape{start: start}
	from, to := netip.MustParseAddrPort("10.0.0.1:5000"), netip.MustParseAddrPort("10.9.9.9:6000")
	parts := func(from netip.AddrPort, id uint16) (a, b []byte) {
		a, b = fragments(from.Addr(), to.Addr(), udp, id, datagram(from, to, make([]byte, 40)), 24)
		return ethernet(nil, a), ethernet(nil, b)
	}
	_, orphan := parts(from, 100)
	a1, a2 := parts(from, 101)
	b1, b2 := parts(netip.AddrPortFrom(from.Addr(), 5001), 102)
	lateFirst, earlyLater := parts(netip.AddrPortFrom(from.Addr(), 5002), 103)
	for _, frame := range [][]byte{orphan, a1, b1, a2, b2, earlyLater, lateFirst} {
		t.add(frame)
	}
	return simple(t)
}

// vlan: one pair of addresses and ports in three VLANs.
func vlan() []byte {
	t := &tape{start: start}
	t.talk(host(1), server).open().data(60, 3)
	c := t.talk(host(1), server)
	c.tags = []uint32{0x8100_0005}
	c.open().data(30, 6)
	c.tags = []uint32{0x8100_a005} // another priority, the same VLAN
	c.data(60, 0)
	c = t.talk(host(1), server)
	c.tags = []uint32{0x88a8_0006, 0x8100_0007}
	c.open().data(60, 9)
	return simple(t)
}

// endOrder: four connections that are open at the end. The last packets of client and server:
//
//	1: 10.00 10.10    2: 10.40 9.90    3: 10.20 10.30    4: 9.95 10.50
func endOrder() []byte {
	t := &tape{start: start}
	for n, last := range [][2]time.Duration{{10000, 10100}, {10400, 9900}, {10200, 10300}, {9950, 10500}} {
		t.now = time.Duration(n) * sec
		c := t.talk(host(n+1), server).open().data(59, n+1)
		for side, at := range last {
			t.now = at * ms
			c.from(side, ack, opened, nil)
		}
	}
	return simple(t)
}

// endings adds four connections and a datagram, in the order of their last packets, that wait for five different
// timeouts: 1 closing (the second FIN is not acknowledged), 2 reset, 3 established, 4 closed, and UDP.
func endings(t *tape) {
	for n, last := range []func(*conversation){
		func(c *conversation) {
			c.data(59, 0)
			c.from(0, fin|ack, opened, nil)
			c.from(1, fin|ack, opened, nil)
		},
		func(c *conversation) {
			c.data(59, 0)
			c.from(1, ack, opened, nil)
			c.reset()
		},
		func(c *conversation) { c.data(60, 0) },
		(*conversation).finish,
	} {
		c := t.talk(host(n+1), server).open().data(58, n+1) // 60 in the end
		next := t.now
		t.now = 900*ms + time.Duration(n)*10*ms
		last(c)
		t.now = next
	}
	t.now = 950 * ms
	t.datagram(host(5), server)
}

// timeoutSilence: nothing for 700 s, then one packet.
func timeoutSilence() []byte {
	t := &tape{start: start}
	endings(t)
	t.at(700 * sec)
	return simple(t)
}

// timeoutSteps: a packet before and after each timeout, and others so that their own flow lives on.
func timeoutSteps() []byte {
	t := &tape{start: start}
	endings(t)
	for _, at := range []time.Duration{
		990 * ms, 1100 * ms, 10900 * ms, 11 * sec, 120800 * ms, 121 * sec, 182800 * ms, 183 * sec,
		300 * sec, 400 * sec, 500 * sec, 600 * sec, 610900 * ms, 611 * sec,
	} {
		t.at(at)
	}
	return simple(t)
}

// halfOpen: a SYN without an answer, sent three times; a SYN with an answer that is not acknowledged; one that is refused.
func halfOpen() []byte {
	t := &tape{start: start}
	for range 3 {
		c := t.talk(host(1), server)
		c.from(0, syn, opened, nil)
		t.now = t.now*2 + sec
	}
	c := t.talk(host(2), server)
	c.from(0, syn, opened, nil)
	c.from(1, syn|ack, opened, nil)
	c = t.talk(host(3), server)
	c.from(0, syn, opened, nil)
	c.from(1, rst|ack, 0, nil)
	t.at(60 * sec)
	t.at(130 * sec)
	t.at(200 * sec)
	return simple(t)
}

// land: a SYN to itself, three times, among an ordinary handshake.
func land() []byte {
	t := &tape{start: start}
	self := t.talk("10.0.0.66:139", "10.0.0.66:139")
	for _, side := range []int{0, 1, 0} {
		self.from(side, syn, opened, nil)
	}
	t.talk(host(1), server).open()
	return simple(t)
}

// synAckFirst: the capture begins with the answer; no port is below 1024, so nothing else tells the server.
func synAckFirst() []byte {
	t := &tape{start: start}
	c := t.talk("10.0.0.1:2000", "10.9.9.9:9999")
	c.seq[0]++
	c.from(1, syn|ack, opened, nil)
	c.from(0, ack, opened, nil)
	for n := range 59 { // both send 60
		c.from(0, psh|ack, []uint16{opened, 0}[(n%20+1)/20], []byte("question"))
		c.from(1, psh|ack, []uint16{opened, 0}[(n%10+1)/10], []byte("answer"))
	}
	return simple(t)
}
