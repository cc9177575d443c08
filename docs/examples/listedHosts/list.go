package listedhosts

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
)

// list is a set of networks, each of one address or more.
type list struct {
	networks map[netip.Prefix]struct{}
	bits     []int // the lengths of prefixes that there are, the longest first
}

// parseList reads a list: an address or a network a line, # begins a comment. Without a file it is empty.
func parseList(file []byte) (list, error) {
	l := list{networks: map[netip.Prefix]struct{}{}}
	for n := 1; len(file) > 0; n++ {
		line, rest, _ := bytes.Cut(file, []byte("\n"))
		file = rest
		line, _, _ = bytes.Cut(line, []byte("#"))
		text := string(bytes.TrimSpace(line))
		if text == "" {
			continue
		}
		network, err := netip.ParsePrefix(text)
		if err != nil {
			addr, err := netip.ParseAddr(text)
			if err != nil || addr.Zone() != "" {
				return list{}, fmt.Errorf("setting list: line %d: %.64q is neither an address nor a network such as 192.0.2.0/24", n, text)
			}
			network = netip.PrefixFrom(addr, addr.BitLen())
		}
		l.networks[network.Masked()] = struct{}{}
		if !slices.Contains(l.bits, network.Bits()) {
			l.bits = append(l.bits, network.Bits())
		}
	}
	slices.Sort(l.bits)
	slices.Reverse(l.bits)
	return l, nil
}

// has reports whether an address is in a network of the list.
func (l *list) has(addr netip.Addr) bool {
	for _, bits := range l.bits {
		if network, err := addr.Prefix(bits); err == nil { // else it has fewer bits
			if _, ok := l.networks[network]; ok {
				return true
			}
		}
	}
	return false
}
