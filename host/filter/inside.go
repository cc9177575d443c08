package filter

import (
	"errors"
	"fmt"

	"github.com/t2host/t2host/host/capture"
)

func (g *generator) vlan(number *uint32) (*condition, error) {
	if g.labels > 0 {
		return nil, errors.New("cannot come after mpls")
	}
	if g.family != ethernet && (g.family != wireless || g.link == capture.LinkTypePPI) {
		return nil, errors.New("is for Ethernet and 802.11")
	}
	if number != nil && *number > 0xfff {
		return nil, fmt.Errorf("a VLAN has a number up to %d", 0xfff)
	}
	var kinds []*condition
	for _, kind := range []uint32{typeVLAN, typeServiceVLAN, typeOldVLAN} {
		is, err := g.is(kind)
		if err != nil {
			return nil, err
		}
		kinds = append(kinds, is)
	}
	c := either(kinds...)
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
		c = g.lastLabel(0)
	case g.family == ethernet || g.family == hdlc:
		c = equal(load(g.kind, 2), typeMPLS)
	case g.family == ppp && g.link != capture.LinkTypePPPEther:
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
	g.family, g.kind, g.payload, g.network, g.iso = ppp, g.header, g.header.plus(2), 0, 0
	return c, nil
}

// geneve returns the test of Geneve in UDP (RFC 8926), and moves what comes after to the frame in it, or to what is in it without
// one. Its options have a length of their own, so places are in cells from here on.
func (g *generator) geneve(number *uint32) (*condition, error) {
	const port, udp, udpHeader, header6, header = 6081, 17, 8, 40, 8
	if number != nil && *number > 0xffffff {
		return nil, fmt.Errorf("a network's identifier is a number up to %d", 0xffffff)
	}
	start := g.cell()
	is := func(kind, protocol uint32, first *condition, at func(offset, size uint32) *value, where *value) (*condition, error) {
		is, err := g.is(kind)
		var network *condition
		if number != nil {
			network = masked(at(udpHeader+4, 4), *number<<8, 0xffffff00)
		}
		version := masked(at(udpHeader, 1), 0, 0xc0)
		return both(is, equal(load(g.at(protocol), 1), udp), first, equal(at(2, 2), port), version, network, assign(start, where)), err
	}
	length4 := &value{op: "<<", a: &value{op: "&", a: load(g.at(0), 1), b: constant(15)}, b: constant(2)}
	where4 := add(length4, g.at(udpHeader).at)
	if g.payload.cell > 0 {
		where4 = &value{op: "+", a: where4, b: offset(place{cell: g.payload.cell})}
	}
	four, err := is(typeIP, 9, g.first(), g.transport, where4)
	if err != nil {
		return nil, err
	}
	six, err := is(typeIP6, 6, nil, func(offset, size uint32) *value { return load(g.at(header6+offset), size) }, offset(g.at(header6+udpHeader)))
	if err != nil {
		return nil, err
	}
	const etherType, ethernetInside, ethernetKind, ethernetHeader = 2, 0x6558, 12, 14
	kind, payload := g.cell(), g.cell()
	options := &value{op: "*", a: &value{op: "&", a: load(place{cell: start}, 1), b: constant(0x3f)}, b: constant(4)}
	in := func(offset uint32) *value { return add(&value{op: "cell", place: place{cell: payload}}, offset) }
	c := both(either(four, six),
		assign(kind, offset(place{start, etherType})),
		assign(payload, &value{op: "+", a: add(options, header), b: offset(place{cell: start})}),
		either(
			both(equal(load(place{start, etherType}, 2), ethernetInside), assign(kind, in(ethernetKind)), assign(start, in(0)), assign(payload, in(ethernetHeader))),
			assign(start, in(0))))
	g.family, g.header, g.mac, g.kind, g.payload = ethernet, place{cell: start}, 0, place{cell: kind}, place{cell: payload}
	g.network, g.iso = 0, 3
	g.hasMAC = inverse(&condition{op: "compare", jump: jumpEQ, left: offset(g.header), right: offset(g.payload)})
	return c, nil
}
