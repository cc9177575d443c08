package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/host/internal/flowtable"
)

// TestLines shows for one figure each what changes in a report of three packets in a flow and its opposite.
func TestLines(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Report, *decode.Counts, *flowtable.Stats)
		want   string // lines that go and come
	}{
		{"nothing", func(r *Report, c *decode.Counts, f *flowtable.Stats) {}, ``},
		{"a stream", func(r *Report, c *decode.Counts, f *flowtable.Stats) { r.Done, r.Size = 0, 0 }, `
-Percentage completed: 100.00%
-Number of pcap bytes: 252`},
		{"stopped", func(r *Report, c *decode.Counts, f *flowtable.Stats) { r.Done = 63 }, `
-Percentage completed: 100.00%
+Percentage completed: 25.00%`},
		{"no file header", func(r *Report, c *decode.Counts, f *flowtable.Stats) { r.Links, r.Snaplen = nil, 0 }, `
-Link layer type: Ethernet [EN10MB/1]
-Snapshot length: 65535 (65.53 K)`},
		{"no snapshot length", func(r *Report, c *decode.Counts, f *flowtable.Stats) { r.Snaplen = 0 }, `
-Snapshot length: 65535 (65.53 K)
+Snapshot length: 262144 (262.14 K)`},
		{"an endless snapshot length", func(r *Report, c *decode.Counts, f *flowtable.Stats) { r.Snaplen = 1<<32 - 1 }, `
-Snapshot length: 65535 (65.53 K)
+Snapshot length: 262144 (262.14 K)`},
		{"no time passes", func(r *Report, c *decode.Counts, f *flowtable.Stats) { r.Stop = r.Start }, `
-Dump stop : 5.000000000 sec (Thu 01 Jan 1970 00:00:05 GMT)
-Total dump duration: 4.000000000 sec
-Number of processed total packets/s: 0.75
-Number of processed A+B   packets/s: 0.75
-Number of processed A     packets/s: 0.50
-Number of processed   B   packets/s: 0.25
-<Number of processed flows/s>: 0.50
-<Bandwidth>: 336 b/s
-<Raw bandwidth>: 360 b/s
+Dump stop : 1.000000000 sec (Thu 01 Jan 1970 00:00:01 GMT)
+Total dump duration: 0.000000000 sec`},
		{"time goes back", func(r *Report, c *decode.Counts, f *flowtable.Stats) { r.Stop = 0 }, `
-Dump stop : 5.000000000 sec (Thu 01 Jan 1970 00:00:05 GMT)
-Total dump duration: 4.000000000 sec
-Number of processed total packets/s: 0.75
-Number of processed A+B   packets/s: 0.75
-Number of processed A     packets/s: 0.50
-Number of processed   B   packets/s: 0.25
-<Number of processed flows/s>: 0.50
-<Bandwidth>: 336 b/s
-<Raw bandwidth>: 360 b/s
+Dump stop : 0.000000000 sec (Thu 01 Jan 1970 00:00:00 GMT)
+Total dump duration: -1.000000000 sec`},
		{"one direction", func(r *Report, c *decode.Counts, f *flowtable.Stats) {
			f.Created, f.IPv4, f.Opposites = 1, 1, 0
			f.PacketsA, f.PacketsB, f.BytesA, f.BytesB = 3, 0, 180, 0
		}, `
-Number of A packets: 2 [66.67%]
-Number of B packets: 1 [33.33%]
-Number of A bytes: 120 [66.67%]
-Number of B bytes: 60 [33.33%]
-<B packet load>: 60.00
-Number of processed      flows: 2
-Number of processed IPv4 flows: 2 [100.00%]
-Number of processed A    flows: 1 [50.00%]
-Number of processed B    flows: 1 [50.00%]
-Number of request        flows: 1 [50.00%]
-Number of reply          flows: 1 [50.00%]
-Total   A/B    flow asymmetry: 0.00
-Total req/rply flow asymmetry: 0.00
-Number of processed A+B packets/A+B flows: 1.50
-Number of processed A   packets/A   flows: 2.00
-Number of processed   B packets/  B flows: 1.00
-Number of processed A     packets/s: 0.50
-Number of processed   B   packets/s: 0.25
-<Number of processed flows/s>: 0.50
+Number of A packets: 3 [100.00%]
+Number of A bytes: 180 [100.00%]
+<B packet load>: 0.00
+Number of processed      flows: 1
+Number of processed IPv4 flows: 1 [100.00%]
+Number of processed A    flows: 1 [100.00%]
+Number of request        flows: 1 [100.00%]
+Total   A/B    flow asymmetry: 1.00
+Total req/rply flow asymmetry: 1.00
+Number of processed A+B packets/A+B flows: 3.00
+Number of processed A   packets/A   flows: 3.00
+Number of processed A     packets/s: 0.75
+<Number of processed flows/s>: 0.25`},
		{"the server's side alone", func(r *Report, c *decode.Counts, f *flowtable.Stats) {
			f.Created, f.IPv4, f.Opposites, f.LoneB = 1, 1, 0, 1
			f.PacketsA, f.PacketsB, f.BytesA, f.BytesB = 0, 3, 0, 180
		}, `
-Number of A packets: 2 [66.67%]
-Number of B packets: 1 [33.33%]
-Number of A bytes: 120 [66.67%]
-Number of B bytes: 60 [33.33%]
-<A packet load>: 60.00
-Number of processed      flows: 2
-Number of processed IPv4 flows: 2 [100.00%]
-Number of processed A    flows: 1 [50.00%]
-Number of processed B    flows: 1 [50.00%]
-Number of request        flows: 1 [50.00%]
-Number of reply          flows: 1 [50.00%]
-Total   A/B    flow asymmetry: 0.00
-Total req/rply flow asymmetry: 0.00
-Number of processed A+B packets/A+B flows: 1.50
-Number of processed A   packets/A   flows: 2.00
-Number of processed   B packets/  B flows: 1.00
-Number of processed A     packets/s: 0.50
-Number of processed   B   packets/s: 0.25
-<Number of processed flows/s>: 0.50
+Number of B packets: 3 [100.00%]
+Number of B bytes: 180 [100.00%]
+<A packet load>: 0.00
+Number of processed      flows: 1
+Number of processed IPv4 flows: 1 [100.00%]
+Number of processed A    flows: 1 [100.00%]
+Number of reply          flows: 1 [100.00%]
+Total   A/B    flow asymmetry: 1.00
+Total req/rply flow asymmetry: -1.00
+Number of processed A+B packets/A+B flows: 3.00
+Number of processed A   packets/A   flows: 0.00
+Number of processed   B   packets/s: 0.75
+<Number of processed flows/s>: 0.25`},
		{"no packet has a flow", func(r *Report, c *decode.Counts, f *flowtable.Stats) {
			*c = decode.Counts{Packets: 3, WireBytes: 180, CapBytes: 180, NoFlow: 3, MinHeaders: 3, MaxHeaders: 3, MeanHeaders: 3, NoFlowStat: decode.HasIPv4 | decode.ShortHeader}
			*f = flowtable.Stats{}
		}, `
-Number of IPv4 packets: 3 [100.00%]
-Number of A packets: 2 [66.67%]
-Number of B packets: 1 [33.33%]
-Number of A bytes: 120 [66.67%]
-Number of B bytes: 60 [33.33%]
-<A packet load>: 60.00
-<B packet load>: 60.00
-Number of TCP packets: 3 [100.00%]
-Number of TCP bytes: 180 [100.00%]
-Number of processed      flows: 2
-Number of processed IPv4 flows: 2 [100.00%]
-Number of processed A    flows: 1 [50.00%]
-Number of processed B    flows: 1 [50.00%]
-Number of request        flows: 1 [50.00%]
-Number of reply          flows: 1 [50.00%]
-Total   A/B    flow asymmetry: 0.00
-Total req/rply flow asymmetry: 0.00
-Number of processed A+B packets/A+B flows: 1.50
-Number of processed A   packets/A   flows: 2.00
-Number of processed   B packets/  B flows: 1.00
-Number of processed total packets/s: 0.75
-Number of processed A+B   packets/s: 0.75
-Number of processed A     packets/s: 0.50
-Number of processed   B   packets/s: 0.25
-<Number of processed flows/s>: 0.50
-<Bandwidth>: 336 b/s
-Max number of flows in memory: 2 [0.05%]
-Aggregated flowStat=0x0400000000004000
+Number of packets without flow: 3 [100.00%]
+<A packet load>: 0.00
+<B packet load>: 0.00
+<Number of processed flows/s>: 0.00
+<Bandwidth>: 0 b/s
+Aggregated flowStat=0x0400400000000000
+[WRN] IPv4 header length < 20 bytes`},
		{"later fragments are packets of their protocol", func(r *Report, c *decode.Counts, f *flowtable.Stats) {
			c.TCP, c.TCPBytes, c.TCPFragments, c.TCPFragmentBytes, c.FragmentsIPv4 = 2, 120, 1, 60, 2
		}, `
+Number of IPv4 fragmented packets: 2 [66.67%]`},
		{"later fragments of SCTP alone", func(r *Report, c *decode.Counts, f *flowtable.Stats) { c.SCTP, c.SCTPBytes = 1, 60 }, ``},
		{"SCTP", func(r *Report, c *decode.Counts, f *flowtable.Stats) {
			c.SCTP, c.SCTPBytes, f.FlowStat = 1, 60, f.FlowStat|decode.SCTP
		}, `
-Aggregated flowStat=0x0400000000004000
+Number of SCTP packets: 1 [33.33%]
+Number of SCTP bytes: 60 [33.33%]
+Aggregated flowStat=0x0400000001004000
+[INF] SCTP`},
		{"snapped without a flow", func(r *Report, c *decode.Counts, f *flowtable.Stats) { c.NoFlowStat = decode.L2Cut }, `
-Aggregated flowStat=0x0400000000004000
+<Snapped bandwidth>: 360 b/s
+Aggregated flowStat=0x0400000100004000
+[WRN] L2 header snapped`},
		{"snapped", func(r *Report, c *decode.Counts, f *flowtable.Stats) {
			c.WireBytes, f.FlowStat = 4500, f.FlowStat|decode.L3Cut
		}, `
-Number of raw bytes: 180
-<Raw bandwidth>: 360 b/s
-Aggregated flowStat=0x0400000000004000
+Number of raw bytes: 4500 (4.50 K)
+<Snapped bandwidth>: 360 b/s
+<Raw bandwidth>: 9000 b/s (9.00 Kb/s)
+Aggregated flowStat=0x0400000200004000
+[WRN] L3 SnapLength < Length in IP header`},
		{"IPv6 in IPv4", func(r *Report, c *decode.Counts, f *flowtable.Stats) {
			f.FlowStat |= decode.HasIPv6 | decode.IPInIP
		}, `
-Aggregated flowStat=0x0400000000004000
+Aggregated flowStat=0x0c00000000024000
+[INF] IPv6 flows
+[INF] IPv4/6 in IPv4/6`},
		{"one of MPLS's bits", func(r *Report, c *decode.Counts, f *flowtable.Stats) {
			c.MaxMPLS, f.FlowStat = 2, f.FlowStat|decode.MPLSMulticast
		}, `
-Aggregated flowStat=0x0400000000004000
+Max MPLS header count: 2
+Aggregated flowStat=0x0400000000004400
+[INF] MPLS encapsulation`},
		{"a bit for which T2 has no line", func(r *Report, c *decode.Counts, f *flowtable.Stats) { f.FlowStat |= decode.PPPoESession }, `
-Aggregated flowStat=0x0400000000004000
+Aggregated flowStat=0x0400000000004010`},
		{"evicted", func(r *Report, c *decode.Counts, f *flowtable.Stats) { f.Evicted = 1 }, `
+Number of flows terminated by autopilot: 1 [50.00%]
+[WRN] Conversations ended early: flow.max_flows reached: 1`},
		{"a machine whose memory is unknown", func(r *Report, c *decode.Counts, f *flowtable.Stats) { r.Physical = 0 }, `
-Memory usage: 0.03 GB [0.10%]
+Memory usage: 0.03 GB`},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := small()
			c.change(changed, &changed.Counts, &changed.Flows)
			got := changes(small().Body(), changed.Body())
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// small is of three packets of 60 bytes, a request in two and a reply.
func small() *Report {
	return &Report{
		Links: []string{"Ethernet [EN10MB/1]"}, Snaplen: 65535, Done: 252, Size: 252, Start: 1e9, Stop: 5e9, Elapsed: 1, Flushed: 2,
		Counts: decode.Counts{
			Packets: 3, WireBytes: 180, CapBytes: 180, BandwidthBytes: 168, IPv4: 3, TCP: 3, TCPBytes: 180, MinHeaders: 3, MaxHeaders: 3, MeanHeaders: 3,
		},
		Flows: flowtable.Stats{
			Created: 2, Opposites: 1, IPv4: 2, MaxLive: 2, PacketsA: 2, PacketsB: 1, BytesA: 120, BytesB: 60, Conversations: 1,
			FlowStat: decode.FlowIPv4 | decode.HasIPv4,
		},
		MaxFlows: 4096, Memory: 3e7, Physical: 3e10,
	}
}

// changes are the lines of a that b has not, and those of b that a has not.
func changes(a, b string) string {
	var list []string
	missing := func(sign, from, in string) {
		for line := range strings.Lines(from) {
			if !strings.Contains("\n"+in, "\n"+line) {
				list = append(list, sign+strings.TrimSuffix(line, "\n"))
			}
		}
	}
	missing("-", a, b)
	missing("+", b, a)
	return strings.Join(list, "\n")
}
