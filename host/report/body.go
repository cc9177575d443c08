package report

import (
	"fmt"
	"math"
	"time"

	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/sdk"
)

// Body returns the report after the head.
func (r *Report) Body() string {
	l := &lines{}
	r.captures(l)
	r.times(l)
	r.packets(l)
	l.rule("-")
	for _, p := range r.Plugins {
		for _, line := range p.Lines {
			fmt.Fprintf(l, "%s: %s\n", p.Name, printable.Tabbed(line))
		}
	}
	l.rule("-")
	r.traffic(l, 0)
	r.memory(l)
	r.status(l)
	if own := r.own(); own != "" {
		l.rule("~")
		l.WriteString(own)
	}
	return l.String()
}

// traffic writes protocols, flows and rates, with how full the flow table is, unless live is 0.
func (r *Report) traffic(l *lines, live int) {
	if r.Counts.Packets == 0 {
		return
	}
	r.protocols(l)
	l.rule("~")
	r.flows(l)
	l.rule("~")
	l.share("Fill size of main hash map", uint64(live), uint64(r.MaxFlows))
	r.rates(l)
}

// captures writes what T2 has in its head, which a stream tells only with its first bytes.
func (r *Report) captures(l *lines) {
	for _, link := range r.Links {
		fmt.Fprintf(l, "Link layer type: %s\n", printable.Line(link))
	}
	if len(r.Links) == 0 {
		return // no file header was read
	}
	snaplen := uint64(r.Snaplen)
	if snaplen == 0 || snaplen > math.MaxInt32 {
		snaplen = 256 << 10 // no limit: libpcap's own
	}
	l.count("Snapshot length", snaplen)
}

func (r *Report) times(l *lines) {
	if r.Counts.Packets > 0 {
		gmt := time.FixedZone("GMT", 0) // T2's name for it
		fmt.Fprintf(l, "Dump start: %s\n", stamp(r.Start, gmt))
		fmt.Fprintf(l, "Dump stop : %s\n", stamp(r.Stop, gmt))
		fmt.Fprintf(l, "Total dump duration: %s\n", span(r.Stop-r.Start))
	}
	if r.Elapsed > 0 { // the sum of a fleet's runs has no time of its own
		fmt.Fprintf(l, "Finished processing. Elapsed time: %s\n", span(int64(r.Elapsed)))
		fmt.Fprintf(l, "Finished unloading flow memory. Time: %s\n", span(int64(r.Flushed)))
	}
	if r.Size > 0 {
		fmt.Fprintf(l, "Percentage completed: %.2f%%\n", 100*float64(r.Done)/float64(r.Size))
	}
}

func (r *Report) packets(l *lines) {
	c, f := &r.Counts, &r.Flows
	fmt.Fprintf(l, "Number of processed packets: %s\n", sdk.Count(c.Packets))
	l.count("Number of processed bytes", c.CapBytes)
	l.count("Number of raw bytes", c.WireBytes)
	l.count("Number of pad bytes", c.PadBytes)
	l.count("Number of pcap bytes", uint64(r.Size))
	if c.Packets == 0 {
		return
	}
	l.share("Number of L2 packets", c.Layer2, c.Packets)
	l.share("Number of IPv4 packets", c.IPv4, c.Packets)
	l.share("Number of IPv6 packets", c.IPv6, c.Packets)
	l.share("Number of IPvX packets", c.WrongVersion, c.Packets)
	l.share("Number of packets without flow", c.NoFlow, c.Packets) // T2: unless it is all of them
	l.share("Number of A packets", f.PacketsA, f.PacketsA+f.PacketsB)
	l.share("Number of B packets", f.PacketsB, f.PacketsA+f.PacketsB)
	l.share("Number of A bytes", f.BytesA, f.BytesA+f.BytesB)
	l.share("Number of B bytes", f.BytesB, f.BytesA+f.BytesB)
	l.ratio("<A packet load>", float64(f.BytesA), float64(max(f.PacketsA, 1)))
	l.ratio("<B packet load>", float64(f.BytesB), float64(max(f.PacketsB, 1)))
}

func (r *Report) protocols(l *lines) {
	c := &r.Counts
	fmt.Fprintf(l, "Headers count: min: %d, max: %d, avg: %.2f\n", c.MinHeaders, c.MaxHeaders, c.MeanHeaders)
	if c.MaxVLAN > 0 {
		fmt.Fprintf(l, "Max VLAN header count: %d\n", c.MaxVLAN)
	}
	if c.MaxMPLS > 0 {
		fmt.Fprintf(l, "Max MPLS header count: %d\n", c.MaxMPLS)
	}
	l.share("Number of LLC packets", c.LLC, c.Packets)
	l.share("Number of ARP packets", c.ARP, c.Packets)
	l.share("Number of RARP packets", c.RARP, c.Packets)
	l.share("Number of GRE packets", c.GRE, c.Packets)
	l.share("Number of Teredo packets", c.Teredo, c.Packets)
	l.share("Number of AYIYA packets", c.AYIYA, c.Packets)
	l.share("Number of IGMP packets", c.IGMP, c.Packets)
	l.share("Number of ICMP packets", c.ICMP, c.Packets)
	l.share("Number of ICMPv6 packets", c.ICMPv6, c.Packets)
	l.share("Number of TCP packets", c.TCP+c.TCPFragments, c.Packets)
	l.share("Number of TCP bytes", c.TCPBytes+c.TCPFragmentBytes, c.CapBytes)
	l.share("Number of UDP packets", c.UDP, c.Packets)
	l.share("Number of UDP bytes", c.UDPBytes, c.CapBytes)
	if r.flowStat()&decode.SCTP != 0 { // later fragments alone do not count
		l.share("Number of SCTP packets", c.SCTP, c.Packets)
		l.share("Number of SCTP bytes", c.SCTPBytes, c.CapBytes)
	}
	l.share("Number of DTLS packets", c.DTLS, c.Packets)
	l.share("Number of IPv4 fragmented packets", c.FragmentsIPv4, c.IPv4)
	l.share("Number of IPv6 fragmented packets", c.FragmentsIPv6, c.IPv6)
}
