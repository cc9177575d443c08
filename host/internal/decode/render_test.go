package decode_test

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/t2host/t2host/host/internal/decode"
)

// statusNames are the bits of FlowStat by their number.
var statusNames = map[int]string{
	1: "noeth", 2: "l2", 3: "pppoed", 4: "pppoe", 5: "lldp", 6: "arp", 7: "rarp", 8: "vlan", 9: "mpls", 10: "mplsmany",
	11: "l2tp", 12: "gre", 13: "ppp", 14: "v4", 15: "v6", 16: "ipvx", 17: "ipip", 18: "etherip", 19: "teredo", 20: "ayiya",
	21: "gtp", 22: "vxlan", 23: "capwap", 24: "sctp", 25: "upnp", 26: "erspan", 27: "wccp", 29: "geneve", 30: "ah", 31: "esp",
	32: "l2cut", 33: "l3cut", 34: "shortip", 35: "shortl4", 43: "stopped", 45: "comp", 46: "shorthdr", 47: "nolength",
	48: "long", 57: "vlan0", 58: "has4", 59: "has6", 61: "dtls",
}

func renderStatus(s decode.FlowStat) string {
	var names []string
	for bit := range 64 {
		if s>>bit&1 == 1 {
			name, ok := statusNames[bit]
			if !ok {
				name = fmt.Sprintf("bit%d?", bit)
			}
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// render is one line that shows all that Decode wrote.
func render(h *decode.Headers, s *decode.Stacks) string {
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
	if h.IPID != 0 && h.IPID != 0x1234 { // what most cases have
		fmt.Fprintf(&b, " id=%#x", h.IPID)
	}
	if k.Kind != decode.NoFlow {
		stack := s.Stack(h.Stack)
		fmt.Fprintf(&b, " %s/%d len=%d", stack.HdrDesc, stack.NumHdrs, h.L7Len)
	}
	if h.PadLen != 0 {
		fmt.Fprintf(&b, " pad=%d", h.PadLen)
	}
	for i, tag := range h.VLANID {
		if i < int(h.NVLANID) {
			fmt.Fprintf(&b, " tag=%04x", tag)
		} else if tag != 0 {
			fmt.Fprintf(&b, " tag-that-is-not=%04x", tag)
		}
	}
	if k.Kind > decode.Layer2 && h.MACs != [12]byte{} && h.MACs != [12]byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1} { // what most cases have
		fmt.Fprintf(&b, " mac=%x>%x", h.MACs[6:], h.MACs[:6])
	}
	if h.FlowStat != 0 {
		b.WriteString(" " + renderStatus(h.FlowStat))
	}
	return b.String()
}

// renderCounts adds the counts of a decoder that saw one packet.
func renderCounts(c *decode.Counts) string {
	var b strings.Builder
	for _, f := range []struct {
		name  string
		count uint64
	}{
		{"clipped", c.Clipped},
		{"llc", c.LLC},
		{"arp", c.ARP},
		{"rarp", c.RARP},
		{"gre", c.GRE},
		{"teredo", c.Teredo},
		{"ayiya", c.AYIYA},
		{"igmp", c.IGMP},
		{"dtls", c.DTLS},
		{"ipvx", c.WrongVersion},
		{"udp", c.UDP},
		{"sctp", c.SCTP},
		{"icmp", c.ICMP},
		{"icmpv6", c.ICMPv6},
		{"frag4", c.FragmentsIPv4},
		{"frag6", c.FragmentsIPv6},
		{"unknownlink", c.UnknownLink},
		{"panic", c.Panics},
		{"unopened", c.Unopened},
	} {
		if f.count > 0 {
			b.WriteString(" +" + f.name)
			if f.count > 1 {
				fmt.Fprintf(&b, "*%d", f.count)
			}
		}
	}
	for _, u := range c.UnopenedHeaders {
		if u.Packets > 0 {
			fmt.Fprintf(&b, ":%s%#x", map[decode.NumberKind]string{decode.EtherTypeNumber: "type", decode.ProtocolNumber: "proto", decode.UDPPortNumber: "port"}[u.Kind], u.Number)
		}
	}
	if c.BandwidthBytes != 0 && c.BandwidthBytes != c.WireBytes {
		fmt.Fprintf(&b, " bandwidth=%d", c.BandwidthBytes)
	}
	if c.NoFlow > 0 {
		if s := renderStatus(c.NoFlowStat); s != "" {
			b.WriteString(" " + s)
		}
		fmt.Fprintf(&b, " /%d", c.MaxHeaders)
	}
	return b.String()
}
