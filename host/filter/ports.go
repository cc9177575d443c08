package filter

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

// transports are the protocols that have ports.
var transports = map[string]uint32{"tcp": 6, "udp": 17, "sctp": 132}

func (g *generator) ports(q *qualified) (*condition, error) {
	if stationAddress[q.dir] {
		return nil, fmt.Errorf("%s is of 802.11's addresses only", q.dir)
	}
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
			return g.transport(offset, 2)
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

// transport returns bytes of what comes after an IPv4 header.
func (g *generator) transport(offset, size uint32) *value {
	return &value{op: "load", size: size, place: g.at(offset), ip: 1 + g.at(0).at}
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
