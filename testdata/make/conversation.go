package main

import (
	"net/netip"
	"slices"
	"time"
)

// opened is a window that is not shut.
const opened = 4096

// start is the time of the first packet of most captures.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// A tape collects the packets of one capture, in any order of time.
type tape struct {
	start   time.Time
	now     time.Duration // of the next packet, since start
	id      uint16        // of the last IPv4 packet
	packets []packet
}

// add appends a frame and lets a millisecond pass.
func (t *tape) add(frame []byte) {
	t.packets = append(t.packets, packet{at: t.start.Add(t.now), data: frame})
	t.now += time.Millisecond
}

// inTime returns the packets as a capture has them; those of one time stay as they were added.
func (t *tape) inTime() []packet {
	slices.SortStableFunc(t.packets, func(a, b packet) int { return a.at.Compare(b.at) })
	return t.packets
}

// at adds a UDP datagram at a time: it lets what has timed out end.
func (t *tape) at(d time.Duration) {
	t.now = d
	t.datagram("192.0.2.200:40000", "192.0.2.201:40001")
}

func (t *tape) datagram(from, to string) {
	a, b := netip.MustParseAddrPort(from), netip.MustParseAddrPort(to)
	t.id++
	t.add(ethernet(nil, ip(a.Addr(), b.Addr(), udp, t.id, datagram(a, b, []byte("tick")))))
}

// A conversation is a TCP connection on a tape. The client is the host whose windows a rule is about.
type conversation struct {
	tape           *tape
	client, server netip.AddrPort
	tags           []uint32
	cut            int // bytes in the first fragment of the client's data, 0 for whole packets
	seq            [2]uint32
	sent           int // the client's packets; of a fragmented one the first fragment
}

// talk begins a conversation between two address:port texts at the tape's time.
func (t *tape) talk(client, server string) *conversation {
	return &conversation{
		tape: t, client: netip.MustParseAddrPort(client), server: netip.MustParseAddrPort(server),
		seq: [2]uint32{1000, 5000},
	}
}

// from adds the client's (side 0) or the server's segment.
func (c *conversation) from(side int, flags byte, window uint16, payload []byte) {
	src, dst := c.client, c.server
	if side == 1 {
		src, dst = dst, src
	} else {
		c.sent++
	}
	acked := c.seq[1-side]
	if flags&ack == 0 {
		acked = 0
	}
	s := segment(src, dst, c.seq[side], acked, flags, window, payload)
	c.seq[side] += uint32(len(payload)) + uint32(flags&fin) + uint32(flags&syn)/syn
	c.tape.id++
	if c.cut > 0 && len(s) > c.cut {
		a, b := fragments(src.Addr(), dst.Addr(), tcp, c.tape.id, s, c.cut)
		c.tape.add(ethernet(c.tags, a))
		c.tape.add(ethernet(c.tags, b))
		return
	}
	c.tape.add(ethernet(c.tags, ip(src.Addr(), dst.Addr(), tcp, c.tape.id, s)))
}

func (c *conversation) open() *conversation {
	c.from(0, syn, opened, nil)
	c.from(1, syn|ack, opened, nil)
	c.from(0, ack, opened, nil)
	return c
}

// data lets the client send until it has sent total packets, the first zero of them with window 0, every fourth one
// acknowledged.
func (c *conversation) data(total, zero int) *conversation {
	payload := []byte("data")
	if c.cut > 0 {
		payload = make([]byte, c.cut) // zeros, which as a header would be window 0
	}
	for c.sent < total {
		window := uint16(opened)
		if zero > 0 {
			window, zero = 0, zero-1
		}
		c.from(0, psh|ack, window, payload)
		if c.sent%4 == 0 {
			c.from(1, ack, opened, nil)
		}
	}
	return c
}

// finish closes by FIN both ways: two packets of the client.
func (c *conversation) finish() {
	c.from(0, fin|ack, opened, nil)
	c.from(1, fin|ack, opened, nil)
	c.from(0, ack, opened, nil)
}

// reset closes by the client's RST: one packet.
func (c *conversation) reset() { c.from(0, rst|ack, opened, nil) }
