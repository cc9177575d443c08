package filter

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/t2host/t2host/host/capture"
)

func (g *generator) etherAddress(q *qualified) (*condition, error) {
	if q.proto != "ether" || q.what == "net" {
		return nil, errors.New("an Ethernet address comes after ether host, ether src or ether dst")
	}
	addr, _ := parseMAC(q.id.text)
	return g.macAddress(q.dir, func(at place) *condition { return bytesEqual(at, addr[:]) })
}

// macAddress returns the test of addresses of Ethernet's kind.
func (g *generator) macAddress(dir string, test func(at place) *condition) (*condition, error) {
	switch {
	case g.family == wireless:
		return g.station(dir, test)
	case stationAddress[dir]:
		return nil, errors.New("is for 802.11")
	case g.family != ethernet && (g.family != llc || g.link != capture.LinkTypeFDDI):
		return nil, errors.New("is for Ethernet, FDDI and 802.11")
	}
	const source = 6
	addresses := g.header.plus(g.mac)
	return both(g.hasMAC, directed(dir, test(addresses.plus(source)), test(addresses))), nil
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
			if mask == 0 && g.payload.cell == 0 { // libpcap does not see it elsewhere
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

// decnet returns the test of a DECnet address, AREA.NODE, in routing headers of both formats, with and without padding before them
// (DNA Phase IV routing layer; the addresses are little-endian).
func (g *generator) decnet(q *qualified) (*condition, error) {
	var address uint32
	if q.id.kind == number {
		address = q.id.number & 0xffff
	} else {
		n := strings.Split(q.id.text, ".")
		area, err := strconv.ParseUint(n[0], 10, 6)
		if err != nil || len(n) != 2 {
			return nil, fmt.Errorf("%s is no DECnet address, AREA.NODE", q.id.text)
		}
		node, err := strconv.ParseUint(n[1], 10, 10)
		if err != nil {
			return nil, fmt.Errorf("%s is no DECnet address, AREA.NODE", q.id.text)
		}
		address = uint32(area<<10 | node)
	}
	address = address&0xff<<8 | address>>8
	is, err := g.is(etherTypes["decnet"])
	if err != nil {
		return nil, err
	}
	const flags = 2 // after the length
	one := func(short, long uint32) *condition {
		format := func(n, at uint32) *condition {
			const padding = 0x81
			return either(
				both(masked(load(g.at(flags), 1), n, 7), equal(load(g.at(at), 2), address)),
				both(masked(load(g.at(flags), 2), padding<<8|n, 0xff07), equal(load(g.at(at+1), 2), address)))
		}
		return both(is, either(format(2, short), format(6, long)))
	}
	return directed(q.dir, one(5, 17), one(3, 9)), nil
}
