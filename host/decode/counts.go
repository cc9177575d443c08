package decode

import "github.com/t2host/t2host/host/capture"

// Counts is what a decoder saw. Packets, unless a name says bytes.
type Counts struct {
	Packets   uint64
	WireBytes uint64
	CapBytes  uint64 // captured

	// Packets is the sum of these four.
	Layer2, IPv4, IPv6 uint64
	NoFlow             uint64

	// TCP counts packets with a flow that are no later fragments, TCPBytes their
	// captured bytes. The protocols below count later fragments too, as T2's report does.
	TCP, TCPBytes uint64
	UDP, UDPBytes uint64 // without UDP-Lite
	SCTP          uint64
	ICMP          uint64 // over IPv4 or IPv6
	ICMPv6        uint64 // over IPv4 or IPv6
	ARP           uint64

	// Packets that are a fragment, first or later. An IPv6 packet with a fragment
	// header that stands for the whole datagram (RFC 6946) is none.
	FragmentsIPv4, FragmentsIPv6 uint64

	// Clipped counts packets in which a header ends behind the captured bytes or
	// behind the length that the IPv4 header gives.
	Clipped uint64

	// UnknownLink counts packets of link types that are not read, and UnknownLinks
	// says which, in order of appearance; a list cut at its end is full.
	UnknownLink  uint64
	UnknownLinks [8]LinkCount

	// Panics counts packets on which a header reader panicked: a bug, here or in
	// gopacket. They are among NoFlow.
	Panics uint64
}

// LinkCount says how many packets had a link type.
type LinkCount struct {
	Link    capture.LinkType
	Packets uint64 // 0: no entry
}

func (c *Counts) add(h *Headers, clipped bool) {
	c.Packets++
	c.WireBytes += uint64(h.WireLen)
	c.CapBytes += uint64(h.CapLen)
	if clipped {
		c.Clipped++
	}
	fragment := h.MoreFragments || h.FragOffset
	switch h.Key.Kind {
	case IPv4:
		c.IPv4++
		if fragment {
			c.FragmentsIPv4++
		}
	case IPv6:
		c.IPv6++
		if fragment {
			c.FragmentsIPv6++
		}
	case Layer2:
		c.Layer2++
		if h.Key.EtherType == typeARP {
			c.ARP++
		}
		return
	default:
		c.NoFlow++
		return
	}
	switch h.Key.Proto {
	case protoTCP:
		if !h.FragOffset {
			c.TCP++
			c.TCPBytes += uint64(h.CapLen)
		}
	case protoUDP:
		c.UDP++
		c.UDPBytes += uint64(h.CapLen)
	case protoSCTP:
		c.SCTP++
	case protoICMP:
		c.ICMP++
	case protoICMPv6:
		c.ICMPv6++
	}
}

func (c *Counts) unknownLink(l capture.LinkType) {
	c.UnknownLink++
	for i := range c.UnknownLinks {
		u := &c.UnknownLinks[i]
		if u.Packets == 0 {
			u.Link = l
		}
		if u.Link == l {
			u.Packets++
			return
		}
	}
}
