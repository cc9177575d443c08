package report

import "fmt"

// flows writes the number of flows and their packets. Of flows, T2's A and B tell which
// direction was opened first; of packets, requests and replies they tell which side is the
// server.
func (r *Report) flows(l *lines) {
	f := &r.Flows
	if f.Created == 0 {
		return
	}
	a, b := f.Created-f.Opposites, f.Opposites
	requests, replies := a-f.LoneB, b+f.LoneB
	l.count("Number of processed      flows", f.Created)
	l.share("Number of processed L2   flows", f.Layer2, f.Created)
	l.share("Number of processed IPv4 flows", f.IPv4, f.Created)
	l.share("Number of processed IPv6 flows", f.IPv6, f.Created)
	l.share("Number of processed A    flows", a, f.Created)
	l.share("Number of processed B    flows", b, f.Created)
	l.share("Number of request        flows", requests, f.Created)
	l.share("Number of reply          flows", replies, f.Created)
	all := float64(f.Created)
	l.ratio("Total   A/B    flow asymmetry", float64(a)-float64(b), all)
	l.ratio("Total req/rply flow asymmetry", float64(requests)-float64(replies), all)

	both := float64(f.PacketsA + f.PacketsB)
	if both > 0 {
		l.ratio("Number of processed A+B packets/A+B flows", both, all)
	}
	l.ratio("Number of processed A   packets/A   flows", float64(f.PacketsA), float64(a))
	l.ratio("Number of processed   B packets/  B flows", float64(f.PacketsB), float64(b))
	seconds := r.seconds()
	l.ratio("Number of processed total packets/s", float64(r.Counts.Packets), seconds)
	for _, p := range []struct {
		name    string
		packets float64
	}{{"A+B  ", both}, {"A    ", float64(f.PacketsA)}, {"  B  ", float64(f.PacketsB)}} {
		if p.packets > 0 {
			l.ratio("Number of processed "+p.name+" packets/s", p.packets, seconds)
		}
	}
}

// seconds returns how long the captures last; it is negative if they end before they begin.
func (r *Report) seconds() float64 { return float64(r.Stop-r.Start) / 1e9 }

// rates writes packets and bits per second, and the memory used.
func (r *Report) rates(l *lines) {
	c, f := &r.Counts, &r.Flows
	if seconds := r.seconds(); seconds > 0 {
		bandwidth := func(name string, bytes uint64) {
			fmt.Fprintf(l, "<%s>: %s\n", name, speed(8*float64(bytes)/seconds))
		}
		l.ratio("<Number of processed flows/s>", float64(f.Created), seconds)
		bandwidth("Bandwidth", c.BandwidthBytes)
		if r.flowStat()&snapped != 0 {
			bandwidth("Snapped bandwidth", c.CapBytes)
		}
		bandwidth("Raw bandwidth", c.WireBytes)
	}
	l.share("Max number of flows in memory", uint64(f.MaxLive), uint64(r.MaxFlows))
	l.share("Number of flows terminated by autopilot", f.Evicted, f.Created)
	l.share("[WRN] Number of flows terminated by force mode", f.EndedByRules, f.Created)
}

func (r *Report) memory(l *lines) {
	if r.Memory == 0 {
		return
	}
	fmt.Fprintf(l, "Memory usage: %.2f GB", float64(r.Memory)/1e9)
	if r.Physical > 0 {
		fmt.Fprintf(l, " [%.2f%%]", 100*float64(r.Memory)/float64(r.Physical))
	}
	fmt.Fprintln(l)
}
