package decode

import "github.com/t2host/t2host/host/capture"

// Counts are the totals of a decoder: packets, unless a name ends in Bytes.
type Counts struct {
	Packets   uint64
	WireBytes uint64
	CapBytes  uint64 // captured
	PadBytes  uint64 // sum of Headers.PadLen

	// Bandwidth bytes as T2 counts them: for IPv4 the header's length and the link-layer
	// header before it, for IPv6 the wire length, for layer 2 nothing.
	BandwidthBytes uint64

	// Packets is the sum of these four.
	Layer2, IPv4, IPv6 uint64
	NoFlow             uint64
	NoFlowStat         FlowStat // bits of the packets without a flow, all together
	WrongVersion       uint64   // T2's IPvX: announced as IP of a version that the header is not; with and without a flow

	// TCP counts packets with a flow except later fragments, TCPBytes their captured bytes;
	// TCPFragments and TCPFragmentBytes count the later fragments. The protocols below count
	// later fragments too, as T2's report does.
	TCP, TCPBytes                  uint64
	TCPFragments, TCPFragmentBytes uint64
	UDP, UDPBytes                  uint64 // without UDP-Lite
	SCTP, SCTPBytes                uint64
	ICMP, ICMPBytes                uint64 // over IPv4 or IPv6
	ICMPv6, ICMPv6Bytes            uint64 // over IPv4 or IPv6
	IGMP                           uint64
	ARP, ARPBytes, RARP, RARPBytes uint64

	// Packets that have such a header, also those without a flow.
	LLC, GRE, Teredo, AYIYA, DTLS uint64

	// Fragments as T2 counts them: an IPv4 fragment, first or later, once; an IPv6 fragment
	// twice, or once if its fragment header is that of a whole datagram (RFC 6946).
	FragmentsIPv4, FragmentsIPv6 uint64

	// Headers per packet: fewest (65535 without packets), most, and the running mean. Each tag
	// and label counts.
	MinHeaders, MaxHeaders uint16
	MeanHeaders            float32
	MaxVLAN, MaxMPLS       int // tags and labels in one packet

	// Clipped counts packets in which a header ends after the captured bytes or after the
	// length in the IPv4 header.
	Clipped uint64

	// UnknownLink counts packets of link types that are not read. UnknownLinks lists these
	// types in order of appearance; the list is full if its last entry is used.
	UnknownLink  uint64
	UnknownLinks [8]LinkCount

	// Unopened counts packets that end in a header of which more is not read although it may
	// carry packets (docs/reference/decoding.md#what-is-not-opened). UnopenedHeaders lists these headers in order of appearance; the list is full
	// if its last entry is used.
	Unopened        uint64
	UnopenedHeaders [32]HeaderCount

	// Panics counts packets on which a header reader panicked: a bug, here or in
	// gopacket. They are among NoFlow.
	Panics uint64
}

// LinkCount is the number of packets of a link type.
type LinkCount struct {
	Link    capture.LinkType
	Packets uint64 // 0: no entry
}

// NumberKind is what a number of a HeaderCount is.
type NumberKind uint8

// The kinds of numbers by which a header names its payload.
const (
	EtherTypeNumber NumberKind = iota + 1
	ProtocolNumber             // of IP
	UDPPortNumber
)

// HeaderCount is the number of packets that end in a header.
type HeaderCount struct {
	Kind    NumberKind
	Number  uint16
	Packets uint64 // 0: no entry
}

// count adds the packet that was decoded into h; status has its bits, which h does not keep if
// it has no flow.
func (d *Decoder) count(h *Headers, status FlowStat) {
	c := &d.Counts
	c.Packets++
	c.WireBytes += uint64(h.WireLen)
	c.CapBytes += uint64(h.CapLen)
	c.PadBytes += uint64(h.PadLen)
	if d.clipped {
		c.Clipped++
	}
	c.headers(d.stacks.rows[d.stack].headers, h.CapLen > 0)
	const rare = VLAN | MPLSUnicast | MPLSMulticast | GRE | Teredo | AYIYA | DTLS | WrongVersion
	if status&rare != 0 || d.llcHeader || d.unopened.Kind != 0 {
		d.countRare(status)
	}
	switch h.Key.Kind {
	case IPv4:
		c.IPv4++
		c.BandwidthBytes += uint64(d.wrapped(max(d.ipLength+d.ip-d.link, 0)))
		if h.MoreFragments || h.FragOffset {
			c.FragmentsIPv4++
		}
	case IPv6:
		c.IPv6++
		c.BandwidthBytes += uint64(h.WireLen)
		if d.fragments > 0 {
			c.FragmentsIPv6 += uint64(d.fragments)
			if h.MoreFragments || h.FragOffset {
				c.FragmentsIPv6++
			}
		}
	case Layer2:
		c.Layer2++
		switch h.Key.EtherType {
		case typeARP:
			c.ARP++
			c.ARPBytes += uint64(h.CapLen)
		case typeRARP:
			c.RARP++
			c.RARPBytes += uint64(h.CapLen)
		}
		return
	default:
		c.NoFlow++
		c.NoFlowStat |= status
		return
	}
	switch h.Key.Proto {
	case ProtoTCP:
		if h.FragOffset {
			c.TCPFragments++
			c.TCPFragmentBytes += uint64(h.CapLen)
			break
		}
		c.TCP++
		c.TCPBytes += uint64(h.CapLen)
	case protoUDP:
		c.UDP++
		c.UDPBytes += uint64(h.CapLen)
	case ProtoSCTP:
		c.SCTP++
		c.SCTPBytes += uint64(h.CapLen)
	case ProtoICMP:
		c.ICMP++
		c.ICMPBytes += uint64(h.CapLen)
	case ProtoICMPv6:
		c.ICMPv6++
		c.ICMPv6Bytes += uint64(h.CapLen)
	case protoIGMP:
		c.IGMP++
	}
}

// headers counts n headers of a packet. T2 leaves empty records out of the minimum, but not
// out of the mean.
func (c *Counts) headers(n uint16, some bool) {
	if some && n < c.MinHeaders {
		c.MinHeaders = n
	}
	if n > c.MaxHeaders {
		c.MaxHeaders = n
	}
	weight := float32(1 / float64(c.Packets))
	c.MeanHeaders = (1-weight)*c.MeanHeaders + weight*float32(n)
}

func (d *Decoder) countRare(status FlowStat) {
	c := &d.Counts
	c.MaxVLAN = max(c.MaxVLAN, d.nTags)
	c.MaxMPLS = max(c.MaxMPLS, d.nLabels)
	if d.llcHeader {
		c.LLC++
	}
	if d.unopened.Kind != 0 {
		c.unopened(d.unopened)
	}
	for _, counted := range []struct {
		bit   FlowStat
		count *uint64
	}{{GRE, &c.GRE}, {Teredo, &c.Teredo}, {AYIYA, &c.AYIYA}, {DTLS, &c.DTLS}, {WrongVersion, &c.WrongVersion}} {
		if status&counted.bit != 0 {
			*counted.count++
		}
	}
}

func (c *Counts) unopened(h HeaderCount) {
	c.Unopened++
	for i := range c.UnopenedHeaders {
		u := &c.UnopenedHeaders[i]
		if u.Packets == 0 {
			u.Kind, u.Number = h.Kind, h.Number
		}
		if u.Kind == h.Kind && u.Number == h.Number {
			u.Packets++
			return
		}
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
