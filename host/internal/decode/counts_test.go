package decode_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/internal/decode"
)

// What the end report shows of packets.
func TestCounts(t *testing.T) {
	frames := map[string]*capture.Frame{"empty": {Link: capture.LinkTypeEthernet}}
	for _, file := range []string{"ethernet", "ipv4", "ipv6", "gre", "udp", "mpls", "ipinip"} {
		cases, _ := readCases(t, "testdata/"+file+".txt")
		for _, p := range cases {
			frames[file+"/"+p.name] = p.frame()
		}
	}
	for _, c := range []struct {
		name   string
		frames []string
		want   decode.Counts
	}{
		{"nothing", nil, decode.Counts{MinHeaders: math.MaxUint16}},
		{"an empty record is not a minimum, but part of the mean", []string{"ethernet/tcp", "empty"}, decode.Counts{
			Packets: 2, WireBytes: 60, CapBytes: 60, PadBytes: 6, BandwidthBytes: 54, IPv4: 1, NoFlow: 1, NoFlowStat: decode.L2Cut,
			TCP: 1, TCPBytes: 60, MinHeaders: 3, MaxHeaders: 3, MeanHeaders: 1.5, Clipped: 1,
		}},
		{"later fragments of TCP are counted apart", []string{"ipv4/fragment-first", "ipv4/fragment-last"}, decode.Counts{
			Packets: 2, WireBytes: 128, CapBytes: 128, BandwidthBytes: 128, IPv4: 2, TCP: 1, TCPBytes: 74, TCPFragments: 1, TCPFragmentBytes: 54,
			FragmentsIPv4: 2, MinHeaders: 3, MaxHeaders: 3, MeanHeaders: 3,
		}},
		{"an IPv6 fragment counts twice, an atomic one once", []string{"ipv6/fragment-first", "ipv6/fragment-atomic"}, decode.Counts{
			Packets: 2, WireBytes: 164, CapBytes: 164, BandwidthBytes: 164, IPv6: 2, TCP: 2, TCPBytes: 164,
			FragmentsIPv6: 3, MinHeaders: 4, MaxHeaders: 4, MeanHeaders: 4,
		}},
		{"tags and labels", []string{"ethernet/vlan-stack", "mpls/ipv6-two-labels"}, decode.Counts{
			Packets: 2, WireBytes: 144, CapBytes: 144, BandwidthBytes: 144, IPv4: 1, IPv6: 1, TCP: 2, TCPBytes: 144,
			MinHeaders: 5, MaxHeaders: 5, MeanHeaders: 5, MaxVLAN: 2, MaxMPLS: 2,
		}},
		{"tunnels, also without a flow", []string{"gre/version-wrong", "gre/teb", "udp/teredo", "udp/ayiya", "udp/dtls-1.2"}, decode.Counts{
			Packets: 5, WireBytes: 473, CapBytes: 473, BandwidthBytes: 54 + 102 + 130 + 71, IPv4: 2, IPv6: 2, NoFlow: 1,
			NoFlowStat: decode.GRE | decode.WrongVersion | decode.HasIPv4, WrongVersion: 1, TCP: 3, TCPBytes: 324, UDP: 1, UDPBytes: 71,
			GRE: 2, Teredo: 1, AYIYA: 1, DTLS: 1, MinHeaders: 4, MaxHeaders: 6, MeanHeaders: 5.4,
		}},
		{"protocols", []string{"ipv4/sctp", "ipv4/icmp", "ipv4/igmp", "ethernet/arp", "ethernet/llc-stp"}, decode.Counts{
			Packets: 5, WireBytes: 266, CapBytes: 266, PadBytes: 26, BandwidthBytes: 62 + 42 + 42, Layer2: 2, IPv4: 3,
			SCTP: 1, SCTPBytes: 62, ICMP: 1, ICMPBytes: 42, IGMP: 1, ARP: 1, ARPBytes: 60, LLC: 1, MinHeaders: 2, MaxHeaders: 3, MeanHeaders: 2.8000002,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := decode.New()
			var h decode.Headers
			for _, name := range c.frames {
				f := frames[name]
				if f == nil {
					t.Fatalf("no case %s", name)
				}
				d.Decode(f, &h)
			}
			if diff := cmp.Diff(c.want, d.Counts); diff != "" {
				t.Errorf("counts (-want +got):\n%s", diff)
			}
		})
	}
}
