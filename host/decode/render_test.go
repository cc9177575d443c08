package decode_test

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/t2host/t2host/host/decode"
)

// render is one line that shows all that Decode wrote.
func render(h *decode.Headers) string {
	var b strings.Builder
	k := &h.Key
	switch k.Kind {
	case decode.NoFlow:
		b.WriteString("none")
	case decode.Layer2:
		fmt.Fprintf(&b, "layer2 %x>%x type=%04x", k.Src[:6], k.Dst[:6], k.EtherType)
	case decode.IPv4:
		fmt.Fprintf(&b, "ipv4 %s:%d>%s:%d proto=%d", netip.AddrFrom4([4]byte(k.Src[:4])), k.SrcPort, netip.AddrFrom4([4]byte(k.Dst[:4])), k.DstPort, k.Proto)
	case decode.IPv6:
		fmt.Fprintf(&b, "ipv6 [%s]:%d>[%s]:%d proto=%d", netip.AddrFrom16(k.Src), k.SrcPort, netip.AddrFrom16(k.Dst), k.DstPort, k.Proto)
	}
	if k.VLAN != 0 {
		fmt.Fprintf(&b, " vlan=%d", k.VLAN)
	}
	if h.MoreFragments || h.FragOffset || h.FragID != 0 {
		fmt.Fprintf(&b, " frag=%#x", h.FragID)
		if h.MoreFragments {
			b.WriteString(",more")
		}
		if h.FragOffset {
			b.WriteString(",later")
		}
	}
	if h.TCP {
		fmt.Fprintf(&b, " tcp flags=%02x seq=%d ack=%d", h.TCPFlags, h.Seq, h.Ack)
	}
	switch {
	case h.Window == decode.NoWindow:
		b.WriteString(" win=none")
	case h.TCP || h.Window != 0:
		fmt.Fprintf(&b, " win=%d", h.Window)
	}
	if k.Proto == 6 || h.Byte13 != 0 {
		fmt.Fprintf(&b, " byte13=%02x", h.Byte13)
	}
	return b.String()
}

// renderCounts adds what the counts say of a decoder that saw one packet.
func renderCounts(c *decode.Counts) string {
	var b strings.Builder
	for _, f := range []struct {
		name  string
		count uint64
	}{
		{"clipped", c.Clipped},
		{"arp", c.ARP},
		{"udp", c.UDP},
		{"sctp", c.SCTP},
		{"icmp", c.ICMP},
		{"icmpv6", c.ICMPv6},
		{"frag4", c.FragmentsIPv4},
		{"frag6", c.FragmentsIPv6},
		{"unknownlink", c.UnknownLink},
		{"panic", c.Panics},
	} {
		if f.count > 0 {
			b.WriteString(" +" + f.name)
		}
	}
	return b.String()
}
