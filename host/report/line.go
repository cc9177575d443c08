package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/t2host/t2host/sdk"
)

// figure is a column of the lines that report the state of a run.
type figure struct {
	name string
	of   func(r *Report) uint64
	now  bool // it is of the moment: lines of differences have it as it is
	hex  bool
}

// figures are T2's, in its order (its MACHINE_REPORT), after type, sensor, time and duration, and what a live run has beside.
var figures = []figure{
	{name: "memUsageKB", of: func(r *Report) uint64 { return r.Memory >> 10 }, now: true},
	{name: "fillSzHashMap", of: func(r *Report) uint64 { return uint64(r.Flows.Live) }, now: true},
	{name: "numFlows", of: func(r *Report) uint64 { return r.Flows.Created }},
	{name: "numAFlows", of: func(r *Report) uint64 { return r.Flows.Created - r.Flows.Opposites }},
	{name: "numBFlows", of: func(r *Report) uint64 { return r.Flows.Opposites }},
	{name: "numPkts", of: func(r *Report) uint64 { return r.Counts.Packets }},
	{name: "numAPkts", of: func(r *Report) uint64 { return r.Flows.PacketsA }},
	{name: "numBPkts", of: func(r *Report) uint64 { return r.Flows.PacketsB }},
	{name: "numL2Pkts", of: func(r *Report) uint64 { return r.Counts.Layer2 }},
	{name: "numV4Pkts", of: func(r *Report) uint64 { return r.Counts.IPv4 }},
	{name: "numV6Pkts", of: func(r *Report) uint64 { return r.Counts.IPv6 }},
	{name: "numVxPkts", of: func(r *Report) uint64 { return r.Counts.WrongVersion }},
	{name: "numBytes", of: func(r *Report) uint64 { return r.Counts.CapBytes }},
	{name: "numABytes", of: func(r *Report) uint64 { return r.Flows.BytesA }},
	{name: "numBBytes", of: func(r *Report) uint64 { return r.Flows.BytesB }},
	{name: "numFrgV4Pkts", of: func(r *Report) uint64 { return r.Counts.FragmentsIPv4 }},
	{name: "numFrgV6Pkts", of: func(r *Report) uint64 { return r.Counts.FragmentsIPv6 }},
	{name: "numAlarms", of: func(r *Report) uint64 { return r.Alarms.Alarms }},
	{name: "rawBandwidth"}, // see Line
	{name: "globalWarn", of: func(r *Report) uint64 { return uint64(r.flowStat()) }, now: true, hex: true},
	{name: "0x0806Pkts", of: func(r *Report) uint64 { return r.Counts.ARP }},
	{name: "0x0806Bytes", of: func(r *Report) uint64 { return r.Counts.ARPBytes }},
	{name: "0x8035Pkts", of: func(r *Report) uint64 { return r.Counts.RARP }},
	{name: "0x8035Bytes", of: func(r *Report) uint64 { return r.Counts.RARPBytes }},
	{name: "TCPPkts", of: func(r *Report) uint64 { return r.Counts.TCP + r.Counts.TCPFragments }},
	{name: "TCPBytes", of: func(r *Report) uint64 { return r.Counts.TCPBytes + r.Counts.TCPFragmentBytes }},
	{name: "UDPPkts", of: func(r *Report) uint64 { return r.Counts.UDP }},
	{name: "UDPBytes", of: func(r *Report) uint64 { return r.Counts.UDPBytes }},
	{name: "ICMPPkts", of: func(r *Report) uint64 { return r.Counts.ICMP }},
	{name: "ICMPBytes", of: func(r *Report) uint64 { return r.Counts.ICMPBytes }},
	{name: "ICMPv6Pkts", of: func(r *Report) uint64 { return r.Counts.ICMPv6 }},
	{name: "ICMPv6Bytes", of: func(r *Report) uint64 { return r.Counts.ICMPv6Bytes }},
	{name: "SCTPPkts", of: func(r *Report) uint64 { return r.Counts.SCTP }},
	{name: "SCTPBytes", of: func(r *Report) uint64 { return r.Counts.SCTPBytes }},
}

// liveFigures are those of an interface, which come first.
var liveFigures = []figure{
	{name: "pktsRec", of: func(r *Report) uint64 { return r.Live.Received }},
	{name: "pktsDrp", of: func(r *Report) uint64 { return r.Live.Ring }},
	{name: "ifDrp", of: func(r *Report) uint64 { return r.Live.Interface }},
}

// figures returns the figures of a run's lines.
func (r *Report) figures() []figure {
	if r.Live == nil {
		return figures
	}
	return append(liveFigures[:len(liveFigures):len(liveFigures)], figures...)
}

// LineHead returns the names of the columns of Line: T2's, then "plugin.metric" of each metric of the plugins.
func (r *Report) LineHead() string {
	names := []string{"%repType", "sensorID", "time", "duration"}
	for _, f := range r.figures() {
		names = append(names, f.name)
	}
	for _, p := range r.Plugins {
		for _, m := range p.Metrics {
			names = append(names, p.Name+"."+m.Name)
		}
	}
	return strings.Join(names, "\t") + "\n"
}

// Line returns the state of a run as a line: its figures since the start, or with differences those since before, the report of the line before, nil
// for the first one. What is of the moment, such as the gauges of plugins, is as it is.
func (r *Report) Line(before *Report, differences bool) string {
	kind, since := "USR1MR_A", r.Start
	if differences {
		kind = "USR1MR_D"
	}
	if before == nil {
		before = &Report{Live: r.Live}
		if r.Live != nil {
			before.Live = &Live{}
		}
	} else {
		since = before.Now
	}
	b := fmt.Appendf(nil, "%s\t%d\t%s\t%s", kind, r.Sensor, sdk.Seconds(r.Now, 9), sdk.Seconds(r.Now-since, 9))
	for _, f := range r.figures() {
		b = append(b, '\t')
		if f.of == nil {
			bits := 0.
			if ns := r.Now - since; ns > 0 {
				bits = 8 * float64(r.Counts.WireBytes-before.Counts.WireBytes) / (float64(ns) / 1e9)
			}
			b = strconv.AppendFloat(b, bits, 'f', 0, 64)
			continue
		}
		n := f.of(r)
		switch {
		case f.hex:
			b = fmt.Appendf(b, "0x%016x", n)
			continue
		case !f.now:
			n -= f.of(before)
		}
		b = strconv.AppendUint(b, n, 10)
	}
	for i, p := range r.Plugins {
		for k, m := range p.Metrics {
			switch {
			case m.Gauge:
				b = strconv.AppendInt(append(b, '\t'), int64(m.Value), 10)
			case i < len(before.Plugins):
				b = strconv.AppendUint(append(b, '\t'), m.Value-before.Plugins[i].Metrics[k].Value, 10)
			default:
				b = strconv.AppendUint(append(b, '\t'), m.Value, 10)
			}
		}
	}
	return string(append(b, '\n'))
}
