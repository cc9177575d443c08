package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/t2host/t2host/host/outlet"
	"github.com/t2host/t2host/sdk"
)

// Body is the report behind the head.
func (r *Report) Body() string {
	l := &lines{}
	r.times(l)
	r.packets(l)
	l.rule("-")
	for _, p := range r.Plugins {
		for _, line := range p.Lines {
			fmt.Fprintf(l, "%s: %s\n", p.Name, line)
		}
	}
	l.rule("-")
	r.protocols(l)
	l.rule("~")
	r.flows(l)
	l.rule("~")
	r.costs(l)
	r.trouble(l)
	return l.String()
}

func (r *Report) times(l *lines) {
	if r.Counts.Packets > 0 {
		gmt := time.FixedZone("GMT", 0) // T2's name for it
		fmt.Fprintf(l, "Dump start: %s\n", stamp(r.Start, gmt))
		fmt.Fprintf(l, "Dump stop : %s\n", stamp(r.Stop, gmt))
		fmt.Fprintf(l, "Total dump duration: %s\n", span(r.Stop-r.Start))
	}
	fmt.Fprintf(l, "Finished processing. Elapsed time: %s\n", span(int64(r.Elapsed)))
}

func (r *Report) packets(l *lines) {
	c, f := &r.Counts, &r.Flows
	fmt.Fprintf(l, "Number of processed packets: %s\n", sdk.Count(c.Packets))
	fmt.Fprintf(l, "Number of processed bytes: %s\n", sdk.Count(c.CapBytes))
	fmt.Fprintf(l, "Number of raw bytes: %s\n", sdk.Count(c.WireBytes))
	l.share("Number of L2 packets", c.Layer2, c.Packets)
	l.share("Number of IPv4 packets", c.IPv4, c.Packets)
	l.share("Number of IPv6 packets", c.IPv6, c.Packets)
	l.share("Number of packets without flow", c.NoFlow, c.Packets)
	l.share("Number of A packets", f.PacketsA, f.PacketsA+f.PacketsB)
	l.share("Number of B packets", f.PacketsB, f.PacketsA+f.PacketsB)
	l.share("Number of A bytes", f.BytesA, f.BytesA+f.BytesB)
	l.share("Number of B bytes", f.BytesB, f.BytesA+f.BytesB)
}

func (r *Report) protocols(l *lines) {
	c := &r.Counts
	l.share("Number of ARP packets", c.ARP, c.Packets)
	l.share("Number of ICMP packets", c.ICMP, c.Packets)
	l.share("Number of ICMPv6 packets", c.ICMPv6, c.Packets)
	l.share("Number of TCP packets", c.TCP, c.Packets)
	l.share("Number of TCP bytes", c.TCPBytes, c.CapBytes)
	l.share("Number of UDP packets", c.UDP, c.Packets)
	l.share("Number of UDP bytes", c.UDPBytes, c.CapBytes)
	l.share("Number of SCTP packets", c.SCTP, c.Packets)
	l.share("Number of IPv4 fragmented packets", c.FragmentsIPv4, c.IPv4)
	l.share("Number of IPv6 fragmented packets", c.FragmentsIPv6, c.IPv6)
}

func (r *Report) flows(l *lines) {
	f := &r.Flows
	l.count("Number of processed      flows", f.Created)
	l.share("Number of processed L2   flows", f.Layer2, f.Created)
	l.share("Number of processed IPv4 flows", f.IPv4, f.Created)
	l.share("Number of processed IPv6 flows", f.IPv6, f.Created)
	l.share("Number of processed A    flows", f.Created-f.Opposites, f.Created)
	l.share("Number of processed B    flows", f.Opposites, f.Created)
	l.share("Number of request        flows", f.Created-f.Opposites-f.LoneB, f.Created)
	l.share("Number of reply          flows", f.Opposites+f.LoneB, f.Created)
	l.count("Max number of flows in memory", uint64(f.MaxLive))
	if f.TCPAnomalies != 0 {
		fmt.Fprintf(l, "Aggregated tcpStatesAFlags=%s\n", sdk.Hex8(f.TCPAnomalies))
	}
}

func (r *Report) costs(l *lines) {
	for _, p := range r.Plugins {
		if r.Counts.Packets > 0 {
			fmt.Fprintf(l, "Cost of %s (%s): %.1f ns a packet, %s bytes crossed\n", p.Name, p.Runtime,
				float64(p.Cost.Nanoseconds())/float64(r.Counts.Packets), sdk.Count(p.Bytes))
		}
	}
	for _, o := range r.Outlets {
		fmt.Fprintf(l, "Outlet %s to %s: %s\n", o.Name, o.Target, sent(&o.Stats))
	}
}

func sent(s *outlet.Stats) string {
	text := fmt.Sprintf("frames sent: %s, bytes: %s; waiting: %d, dropped: %d", sdk.Count(s.Frames), sdk.Count(s.Bytes), s.Waiting, s.Dropped)
	if s.Undelivered > 0 {
		text += fmt.Sprintf(", not delivered: %d", s.Undelivered)
	}
	if s.Reconnects > 0 {
		text += fmt.Sprintf(", reconnects: %d", s.Reconnects)
	}
	if s.Errors > 0 {
		text += fmt.Sprintf(", errors: %d", s.Errors)
	}
	return text
}

func (r *Report) trouble(l *lines) {
	c, f := &r.Counts, &r.Flows
	warn := func(n uint64, text string) {
		if n > 0 {
			fmt.Fprintf(l, "[WRN] %s: %s\n", text, sdk.Count(n))
		}
	}
	warn(c.Clipped, "Packets with a header that was cut off")
	warn(f.OrphanFragments, "Fragments whose first one was not seen")
	warn(f.Evicted, "Conversations ended early: flow.max_flows reached")
	warn(f.Cuts, "Conversations cut by flow.max_duration")
	warn(r.SkippedLinks, "Packets of other link types skipped: capture.link_types is first")
	warn(c.Panics, "Packets on which the decoder broke: please report them")
	for _, w := range r.Warnings {
		fmt.Fprintf(l, "[WRN] %s\n", w)
	}
	for _, d := range r.Damage {
		if !slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, d) }) {
			fmt.Fprintf(l, "[WRN] %s\n", d)
		}
	}
}
