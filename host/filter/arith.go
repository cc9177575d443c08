package filter

import (
	"errors"

	"github.com/t2host/t2host/host/capture"
)

// relation returns the test of a comparison. What must be so for the sides to be there comes first.
func (g *generator) relation(r *relation) (*condition, error) {
	left, leftIs, err := g.value(r.a)
	if err != nil {
		return nil, err
	}
	right, rightIs, err := g.value(r.b)
	if err != nil {
		return nil, err
	}
	c := &condition{op: "compare", left: left}
	if right.op == "number" {
		c.k = right.n
	} else {
		c.right = right
	}
	not := false
	switch r.op {
	case "=", "!=":
		c.jump, not = jumpEQ, r.op == "!="
	case ">", "<=":
		c.jump, not = jumpGT, r.op == "<="
	default:
		c.jump, not = jumpGE, r.op == "<"
	}
	if not {
		c = inverse(c)
	}
	return both(leftIs, rightIs, c), nil
}

// value returns a number, and the test of what its bytes are in; nil if there is none. Of an operation it is that of the
// left side alone, as in libpcap.
func (g *generator) value(a *arith) (*value, *condition, error) {
	switch a.op {
	case "number":
		return constant(a.n), nil, nil
	case "len":
		return &value{op: "len"}, nil, nil
	case "load":
		return g.load(a)
	}
	left, is, err := g.value(a.a)
	if err != nil {
		return nil, nil, err
	}
	right, _, err := g.value(a.b)
	return &value{op: a.op, a: left, b: right}, is, err
}

// load returns bytes of a header, and the test of that header.
func (g *generator) load(a *arith) (*value, *condition, error) {
	index, indexIs, err := g.value(a.a)
	if err != nil {
		return nil, nil, err
	}
	v := &value{op: "load", size: a.size}
	wrap := func(err error) error { return fail(a.at, "%s[…]: %v", a.proto, err) }
	abbreviation, transport := abbreviations[a.proto]
	var is *condition
	switch {
	case a.proto == "ether":
		v.place, is = g.header, indexIs
	case a.proto == "radio" && g.family == wireless && g.header.cell > 0 && g.link != capture.LinkTypePPI:
		is = indexIs
	case a.proto == "icmp6":
		const header6, icmp6 = 40, 58
		if is, err = g.is(typeIP6); err != nil {
			return nil, nil, wrap(err)
		}
		v.place, is = g.at(header6), both(is, indexIs, equal(load(g.at(6), 1), icmp6))
	case a.proto == "ah" || a.proto == "esp":
		return nil, nil, wrap(errors.New("its bytes are not read"))
	case transport:
		ip, err := g.is(typeIP)
		if err != nil {
			return nil, nil, wrap(err)
		}
		protocol, err := g.ipProtocol(abbreviation.number, abbreviation.over)
		if err != nil {
			return nil, nil, wrap(err)
		}
		v.place, v.ip, is = g.at(0), 1+g.at(0).at, both(ip, indexIs, protocol, g.first())
	case a.proto == "ip" || a.proto == "ip6" || a.proto == "arp" || a.proto == "rarp" || a.proto == "atalk" || a.proto == "decnet" || a.proto == "lat" || a.proto == "sca" ||
		a.proto == "moprc" || a.proto == "mopdl":
		kind, err := g.protocol(a.proto)
		if err != nil {
			return nil, nil, wrap(err)
		}
		v.place, is = g.at(0), both(indexIs, kind)
	default:
		return nil, nil, wrap(errors.New("its bytes are not read"))
	}
	if index.op != "number" {
		v.a = index
		return v, is, nil
	}
	v.at += index.n // modulo 2^32: tcp[-1] is the byte before
	return v, is, nil
}
