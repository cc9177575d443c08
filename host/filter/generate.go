package filter

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
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

// generate returns the condition of a tree for a link type. The error is an [Error], but for a link type that is not filtered.
func generate(n *Node, link capture.LinkType) (*condition, error) {
	l, err := layoutOf(link)
	if err != nil {
		return nil, err
	}
	g := &generator{layout: l}
	if n == nil {
		return yes, nil
	}
	return g.node(n)
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
	is, err := g.is(sapISO)
	return both(is, equal(load(g.at(g.llcLength()), 1), number)), err
}

// llcLength is the length of LLC's header before OSI's, where it is not the link layer's.
func (g *generator) llcLength() uint32 {
	if g.family == ethernet || g.family == cooked || g.family == cooked2 {
		return 3
	}
	return 0
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
		return nil, errors.New("is not filtered: write udp port 6081")
	}
	osi, err := g.osi(osiProtocols["isis"])
	var any []*condition
	for _, kind := range isisTypes[s.word] {
		any = append(any, masked(load(g.at(g.llcLength()+4), 1), kind, 0x1f))
	}
	return both(osi, either(any...)), err
}

func (g *generator) cast(s *special) (*condition, error) {
	switch s.proto {
	case "", "ether":
		if g.family != ethernet {
			return nil, errors.New("is for Ethernet")
		}
		if s.word == "broadcast" {
			return bytesEqual(g.header, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), nil
		}
		return compare(jumpSet, load(g.header, 1), 1), nil
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
	case cooked2:
		c = equal(load(g.header+10, 1), outgoing)
	default:
		return nil, fmt.Errorf("is for frames of -i any and of Linux's cooked recordings")
	}
	if word == "inbound" {
		c = inverse(c)
	}
	return c, nil
}

func (g *generator) vlan(number *uint32) (*condition, error) {
	if g.labels > 0 {
		return nil, errors.New("cannot come after mpls")
	}
	if g.family != ethernet {
		return nil, errors.New("is for Ethernet")
	}
	if number != nil && *number > 0xfff {
		return nil, fmt.Errorf("a VLAN has a number up to %d", 0xfff)
	}
	c := either(g.etherIs(typeVLAN), g.etherIs(typeServiceVLAN), g.etherIs(typeOldVLAN))
	if number != nil {
		c = both(c, masked(load(g.at(0), 2), *number, 0xfff))
	}
	g.insideTag()
	return c, nil
}

func (g *generator) mpls(number *uint32) (*condition, error) {
	var c *condition
	switch {
	case g.labels > 0:
		c = masked(load(g.at(0)-2, 1), 0, 1)
	case g.family == ethernet || g.family == hdlc:
		c = equal(load(g.kind, 2), typeMPLS)
	case g.family == ppp:
		c = equal(load(g.kind, 2), pppMPLS)
	default:
		return nil, errors.New("is for Ethernet, HDLC and PPP")
	}
	if number != nil {
		if *number > 0xfffff {
			return nil, fmt.Errorf("a label is a number up to %d", 0xfffff)
		}
		c = both(c, masked(load(g.at(0), 4), *number<<12, 0xfffff000))
	}
	g.network += 4
	g.labels++
	return c, nil
}

func (g *generator) pppoes(number *uint32) (*condition, error) {
	c, err := g.is(typePPPoES)
	if err != nil {
		return nil, err
	}
	if number != nil {
		if *number > 0xffff {
			return nil, fmt.Errorf("a session is a number up to %d", 0xffff)
		}
		c = both(c, masked(load(g.at(0), 4), *number, 0xffff))
	}
	const header = 6
	g.header = g.at(header)
	g.family, g.kind, g.payload, g.network = ppp, g.header, g.header+2, 0
	return c, nil
}

func (g *generator) llc(kind string) (*condition, error) {
	if g.family != ethernet {
		return nil, errors.New("is for Ethernet")
	}
	c := both(g.short(), inverse(equal(load(g.payload, 2), 0xffff)))
	control := load(g.payload+2, 1)
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

func (g *generator) etherAddress(q *qualified) (*condition, error) {
	if q.proto != "ether" || q.what == "net" {
		return nil, errors.New("an Ethernet address comes after ether host, ether src or ether dst")
	}
	if g.family != ethernet {
		return nil, errors.New("is for Ethernet")
	}
	addr, _ := parseMAC(q.id.text)
	const destination, source = 0, 6
	return directed(q.dir, bytesEqual(g.header+source, addr[:]), bytesEqual(g.header+destination, addr[:])), nil
}

// directed joins the tests of the source and of the destination.
func directed(dir string, source, destination *condition) *condition {
	switch dir {
	case "src":
		return source
	case "dst":
		return destination
	case "and":
		return both(source, destination)
	}
	return either(source, destination)
}

// parts returns the number of an IPv4 address of 1 to 4 parts, and its bits.
func parts(text string) (n uint32, bits int, err error) {
	for p := range strings.SplitSeq(text, ".") {
		part, err := strconv.ParseUint(p, 10, 8)
		if err != nil || bits == 32 {
			return 0, 0, fmt.Errorf("%s is no IPv4 address, nor the beginning of one", text)
		}
		n, bits = n<<8|uint32(part), bits+8
	}
	return n, bits, nil
}

func (g *generator) address4(q *qualified) (*condition, error) {
	addr, mask := q.id.number, uint32(1<<32-1)
	switch {
	case q.id.kind == dotted:
		n, bits, err := parts(q.id.text)
		if err != nil {
			return nil, err
		}
		addr, mask = n<<(32-bits), mask<<(32-bits)
		if q.bits >= 0 || q.mask != "" {
			if mask, err = q.netmask(); err != nil {
				return nil, err
			}
			if addr&^mask != 0 {
				return nil, fmt.Errorf("%s has bits beyond the network", q.id.text)
			}
		}
	case q.what == "net":
		for addr != 0 && addr>>24 == 0 {
			addr, mask = addr<<8, mask<<8
		}
	}
	is := func(kind, source, destination uint32) (*condition, error) {
		one := func(at uint32) (*condition, error) {
			c, err := g.is(kind)
			if mask == 0 {
				return c, err
			}
			return both(c, masked(load(g.at(at), 4), addr, mask)), err
		}
		src, err := one(source)
		if err != nil {
			return nil, err
		}
		dst, err := one(destination)
		return directed(q.dir, src, dst), err
	}
	switch q.proto {
	case "":
		ip, err := is(typeIP, 12, 16)
		if err != nil || g.labels > 0 {
			return ip, err
		}
		arp, err := is(typeARP, 14, 24)
		if err != nil {
			return nil, err
		}
		rarp, err := is(typeRARP, 14, 24)
		return either(ip, arp, rarp), err
	case "ip":
		return is(typeIP, 12, 16)
	case "arp":
		return is(typeARP, 14, 24)
	case "rarp":
		return is(typeRARP, 14, 24)
	}
	return nil, fmt.Errorf("%s has no IPv4 addresses here: write %s and host %s", q.proto, q.proto, q.id.text)
}

// netmask returns the mask after a slash, or after the word.
func (q *qualified) netmask() (uint32, error) {
	if q.what != "net" {
		return 0, errors.New("a mask is for net")
	}
	if q.mask != "" {
		n, bits, err := parts(q.mask)
		return n << (32 - bits), err
	}
	if q.bits > 32 {
		return 0, errors.New("an IPv4 network has at most 32 bits")
	}
	return uint32(uint64(1<<32-1) << (32 - q.bits)), nil
}

func (g *generator) address6(q *qualified) (*condition, error) {
	if q.proto != "" && q.proto != "ip6" {
		return nil, fmt.Errorf("%s has no IPv6 addresses", q.proto)
	}
	addr, err := netip.ParseAddr(q.id.text)
	if err != nil || !addr.Is6() || addr.Zone() != "" {
		return nil, fmt.Errorf("%s is no IPv6 address", q.id.text)
	}
	bits := 128
	if q.bits >= 0 {
		bits = q.bits
		if q.what != "net" && bits != 128 {
			return nil, errors.New("a mask is for net")
		}
	}
	if netip.PrefixFrom(addr, bits).Masked().Addr() != addr {
		return nil, fmt.Errorf("%s has bits beyond the network", q.id.text)
	}
	is, err := g.is(typeIP6)
	if err != nil {
		return nil, err
	}
	b := addr.As16()
	one := func(at uint32) *condition {
		list := []*condition{is}
		for i := range 4 {
			mask := uint32(uint64(1<<32-1) << (32 - min(max(bits-32*i, 0), 32)))
			if mask != 0 {
				word := uint32(b[4*i])<<24 | uint32(b[4*i+1])<<16 | uint32(b[4*i+2])<<8 | uint32(b[4*i+3])
				list = append(list, masked(load(g.at(at+4*uint32(i)), 4), word, mask))
			}
		}
		return both(list...)
	}
	return directed(q.dir, one(8), one(24)), nil
}

// transports are the protocols that have ports.
var transports = map[string]uint32{"tcp": 6, "udp": 17, "sctp": 132}

func (g *generator) ports(q *qualified) (*condition, error) {
	protocols := []string{"tcp", "udp", "sctp"}
	if q.proto != "" {
		if transports[q.proto] == 0 {
			return nil, fmt.Errorf("%s has no ports", q.proto)
		}
		protocols = []string{q.proto}
	}
	low, high, protocols, err := portsOf(q, protocols)
	if err != nil {
		return nil, err
	}
	test := func(at func(offset uint32) *value) *condition {
		one := func(offset uint32) *condition {
			if low == high {
				return equal(at(offset), low)
			}
			return both(compare(jumpGE, at(offset), low), inverse(compare(jumpGT, at(offset), high)))
		}
		return directed(q.dir, one(0), one(2))
	}
	var four, six []*condition
	for _, p := range protocols {
		const header6 = 40
		four = append(four, both(equal(load(g.at(9), 1), transports[p]), g.first(), test(func(offset uint32) *value {
			return &value{op: "load", size: 2, at: g.at(offset), ip: 1 + g.at(0)}
		})))
		six = append(six, both(equal(load(g.at(6), 1), transports[p]), test(func(offset uint32) *value { return load(g.at(header6+offset), 2) })))
	}
	is6, err := g.is(typeIP6)
	if err != nil {
		return nil, err
	}
	is4, err := g.is(typeIP)
	return either(both(is6, either(six...)), both(is4, either(four...))), err
}

// first is the test of a packet that is no later fragment.
func (g *generator) first() *condition { return inverse(compare(jumpSet, load(g.at(6), 2), 0x1fff)) }

// portsOf returns the ports of a test, and their protocols: a name may be of one only.
func portsOf(q *qualified, protocols []string) (low, high uint32, of []string, err error) {
	words := []string{q.id.text}
	if q.what == "portrange" {
		if a, b, ok := strings.Cut(q.id.text, "-"); ok {
			words = []string{a, b}
		}
	}
	var numbers []uint32
	for _, w := range words {
		n, list, err := portOf(w, protocols)
		if err != nil {
			return 0, 0, nil, err
		}
		numbers, protocols = append(numbers, n), list
	}
	low, high = numbers[0], numbers[len(numbers)-1]
	return min(low, high), max(low, high), protocols, nil
}

// portOf returns the number of a port, and which of the protocols have it under its name.
func portOf(word string, protocols []string) (uint32, []string, error) {
	if word == "" {
		return 0, nil, errors.New("a port is missing")
	}
	if word[0] >= '0' && word[0] <= '9' {
		n, err := strconv.ParseUint(word, 0, 32)
		if err != nil || n > 65535 {
			return 0, nil, fmt.Errorf("%s is no port: they are up to 65535", word)
		}
		return uint32(n), protocols, nil
	}
	tcp, tcpErr := net.LookupPort("tcp", word)
	udp, udpErr := net.LookupPort("udp", word)
	switch {
	case tcpErr != nil && udpErr != nil:
		return 0, nil, fmt.Errorf("no service is named %s", word)
	case tcpErr == nil && udpErr == nil && tcp == udp:
		return uint32(tcp), protocols, nil
	case udpErr != nil && slices.Contains(protocols, "tcp"):
		return uint32(tcp), []string{"tcp"}, nil
	case tcpErr != nil && slices.Contains(protocols, "udp"):
		return uint32(udp), []string{"udp"}, nil
	}
	return 0, nil, fmt.Errorf("%s is no port of %s", word, strings.Join(protocols, " and "))
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
		return both(is, &condition{op: "chain", chain: &chain{n, six, g.at(0)}}), err
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
