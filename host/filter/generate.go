package filter

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/t2host/t2host/host/capture"
)

// generator turns a tree into a condition on the bytes of frames, in the order of the text.
type generator struct {
	layout
	count int // of conditions
}

// maxTests bounds the tests of an expression.
const maxTests = 10_000

// generate returns the condition of a tree for a link type, and the number of cells that it uses. The error is an [Error], but for
// a link type that is not filtered.
func generate(n *Node, link capture.LinkType) (c *condition, cells int, err error) {
	l, err := layoutOf(link)
	if err != nil {
		return nil, 0, err
	}
	g := &generator{layout: l}
	c = yes
	if n != nil {
		if c, err = g.node(n); err != nil {
			return nil, 0, err
		}
	}
	for i, start := range slices.Backward(g.starts) { // one may use those before it
		cell := uint8(i + 1)
		if c.any(func(v *value) bool { return v.cell == cell }) {
			c = both(start, c)
		}
	}
	return both(g.all, c), int(g.cells), nil
}

func (g *generator) node(n *Node) (*condition, error) {
	if g.count++; g.count > maxTests {
		return nil, fail(n.At, "more than %d tests", maxTests)
	}
	if n.Op != "" {
		a, err := g.node(n.A)
		if err != nil || n.Op == "not" {
			return inverse(a), err
		}
		b, err := g.node(n.B)
		return &condition{op: n.Op, a: a, b: b}, err
	}
	var c *condition
	var err error
	switch t := n.test.(type) {
	case *qualified:
		c, err = g.qualified(t)
	case *special:
		c, err = g.special(t)
	case *relation:
		c, err = g.relation(t)
	}
	if err != nil && !errors.As(err, new(*Error)) {
		err = fail(n.At, "%s: %v", n.Text, err)
	}
	return c, err
}

// abbreviations are the protocols whose words stand for an IP protocol.
var abbreviations = map[string]struct {
	number uint32
	over   string // ip, ip6; empty: both
}{
	"tcp": {6, ""}, "udp": {17, ""}, "sctp": {132, ""}, "icmp": {1, "ip"}, "icmp6": {58, "ip6"}, "igmp": {2, "ip"}, "igrp": {9, "ip"}, "pim": {103, ""}, "vrrp": {112, "ip"},
	"carp": {112, "ip"}, "ah": {51, ""}, "esp": {50, ""},
}

// protocol returns the test of a word that is a protocol.
func (g *generator) protocol(word string) (*condition, error) {
	if a, ok := abbreviations[word]; ok {
		return g.ipProtocol(a.number, a.over)
	}
	switch word {
	case "ether":
		return nil, errors.New("is no test by itself: ether host, ether proto, ether[OFFSET]")
	case "clnp", "esis", "isis", "es-is", "is-is":
		return g.osi(osiProtocols[strings.ReplaceAll(word, "-", "")])
	}
	if kind, ok := etherTypes[word]; ok {
		return g.is(kind)
	}
	return nil, errors.New("is not filtered")
}

// ipProtocol returns the test of the protocol in an IP header; of IPv6 also of that after a fragment header.
func (g *generator) ipProtocol(number uint32, over string) (*condition, error) {
	var four, six *condition
	if over != "ip6" {
		is, err := g.is(typeIP)
		if err != nil {
			return nil, err
		}
		four = both(is, equal(load(g.at(9), 1), number))
	}
	if over != "ip" {
		is, err := g.is(typeIP6)
		if err != nil {
			return nil, err
		}
		const fragment, header = 44, 40
		six = both(is, either(equal(load(g.at(6), 1), number), both(equal(load(g.at(6), 1), fragment), equal(load(g.at(header), 1), number))))
	}
	return either(four, six), nil
}

func (g *generator) osi(number uint32) (*condition, error) {
	if g.family == frelay {
		return g.nlpid(number), nil
	}
	is, err := g.is(sapISO)
	return both(is, equal(load(g.payload.plus(g.iso), 1), number)), err
}

func (g *generator) special(s *special) (*condition, error) {
	switch s.word {
	case "proto":
		return g.protocol(s.proto)
	case "broadcast", "multicast":
		return g.cast(s)
	case "less":
		return inverse(compare(jumpGT, &value{op: "len"}, *s.number)), nil
	case "greater":
		return compare(jumpGE, &value{op: "len"}, *s.number), nil
	case "inbound", "outbound":
		return g.direction(s.word)
	case "vlan":
		return g.vlan(s.number)
	case "mpls":
		return g.mpls(s.number)
	case "pppoed":
		return g.is(typePPPoED)
	case "pppoes":
		return g.pppoes(s.number)
	case "llc":
		return g.llc(s.arg)
	case "geneve":
		return g.geneve(s.number)
	case "type", "subtype", "dir":
		return g.frameControl(s)
	case "ifname", "ruleset", "rulenum", "subrulenum", "reason", "action":
		return g.packetFilter(s)
	}
	osi, err := g.osi(osiProtocols["isis"])
	var any []*condition
	for _, kind := range isisTypes[s.word] {
		any = append(any, masked(load(g.payload.plus(g.iso+4), 1), kind, 0x1f))
	}
	return both(osi, either(any...)), err
}

func (g *generator) cast(s *special) (*condition, error) {
	switch s.proto {
	case "", "ether":
		test := func(at place) *condition { return compare(jumpSet, load(at, 1), 1) }
		if s.word == "broadcast" {
			test = func(at place) *condition { return bytesEqual(at, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}) }
		}
		return g.macAddress("dst", test)
	case "ip":
		is, err := g.is(typeIP)
		if s.word == "multicast" {
			return both(is, compare(jumpGE, load(g.at(16), 1), 224)), err
		}
		// The network's mask is not known.
		return both(is, either(equal(load(g.at(16), 4), 0), equal(load(g.at(16), 4), 1<<32-1))), err
	case "ip6":
		if s.word == "multicast" {
			is, err := g.is(typeIP6)
			return both(is, equal(load(g.at(24), 1), 255)), err
		}
	}
	return nil, errors.New("is for ether, ip, and ip6 multicast")
}

func (g *generator) direction(word string) (*condition, error) {
	const outgoing = 4
	var c *condition
	switch g.family {
	case cooked:
		c = equal(load(g.header, 2), outgoing)
	case pflog:
		return equal(load(g.header.plus(60), 1), map[string]uint32{"inbound": 1, "outbound": 2}[word]), nil
	case juniper:
		return masked(load(g.header.plus(3), 1), map[string]uint32{"inbound": 1}[word], 1), nil
	case cooked2:
		c = equal(load(g.header.plus(10), 1), outgoing)
	default:
		return nil, fmt.Errorf("is for frames of -i any and of Linux's cooked recordings, of pflog and Juniper")
	}
	if word == "inbound" {
		c = inverse(c)
	}
	return c, nil
}

func (g *generator) llc(kind string) (*condition, error) {
	var c *condition
	switch g.family {
	case ethernet:
		c = both(g.short(), inverse(equal(load(g.payload, 2), 0xffff)))
	case wireless:
		c = g.dataFrame()
	case llc:
		c = yes
	default:
		return nil, errors.New("is for Ethernet, FDDI, 802.11 and ATM")
	}
	control := load(g.payload.plus(2), 1)
	switch {
	case kind == "i":
		c = both(c, inverse(compare(jumpSet, control, 1)))
	case kind != "":
		c = both(c, masked(control, llcTypes[kind].bits, llcTypes[kind].mask))
	}
	return c, nil
}

// qualified returns the test of an address, a port or a number.
func (g *generator) qualified(q *qualified) (*condition, error) {
	switch q.what {
	case "port", "portrange":
		return g.ports(q)
	case "proto":
		return g.proto(q)
	case "protochain":
		return g.protochain(q)
	case "gateway":
		return nil, errors.New("needs a name that has two addresses: write ether host MAC and not host ADDRESS")
	}
	switch {
	case stationAddress[q.dir] && (q.id.kind != mac || q.what == "net"):
		return nil, fmt.Errorf("%s is of 802.11's addresses only", q.dir)
	case q.proto == "decnet" && (q.id.kind == dotted || q.id.kind == number):
		return g.decnet(q)
	}
	switch q.id.kind {
	case mac:
		return g.etherAddress(q)
	case ip6:
		return g.address6(q)
	case name:
		return nil, errors.New("host names are not looked up: write the address")
	}
	return g.address4(q)
}

// proto returns the test of a protocol's number or name after proto.
func (g *generator) proto(q *qualified) (*condition, error) {
	names := ipProtocols
	switch q.proto {
	case "ether":
		names = etherTypes
	case "iso":
		names = osiProtocols
	case "", "ip", "ip6":
	default:
		return nil, fmt.Errorf("%s tells no protocol: ether proto, ip proto, ip6 proto, iso proto, or proto alone", q.proto)
	}
	n, err := numberOf(q.id, names)
	if err != nil {
		return nil, err
	}
	switch q.proto {
	case "ether":
		return g.is(n)
	case "iso":
		return g.osi(n)
	}
	return g.ipProtocol(n, q.proto)
}

func numberOf(t token, names map[string]uint32) (uint32, error) {
	if t.kind == number {
		return t.number, nil
	}
	n, ok := names[t.text]
	if !ok {
		return 0, fmt.Errorf("no protocol is named %s", t.text)
	}
	return n, nil
}

func (g *generator) protochain(q *qualified) (*condition, error) {
	n, err := numberOf(q.id, ipProtocols)
	if err != nil {
		return nil, err
	}
	one := func(kind uint32, six bool) (*condition, error) {
		is, err := g.is(kind)
		if err == nil && g.payload.cell > 0 {
			err = errors.New("a chain is not followed where it has no fixed place")
		}
		return both(is, &condition{op: "chain", chain: &chain{n, six, g.at(0).at}}), err
	}
	switch q.proto {
	case "ip":
		return one(typeIP, false)
	case "ip6":
		return one(typeIP6, true)
	case "":
		four, err := one(typeIP, false)
		if err != nil {
			return nil, err
		}
		six, err := one(typeIP6, true)
		return either(four, six), err
	}
	return nil, fmt.Errorf("%s has no chain of headers: ip protochain, ip6 protochain, or protochain alone", q.proto)
}
