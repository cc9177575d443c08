package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/host/version"
)

// SoFar returns the report of a run that goes on, as T2 prints it at SIGUSR1.
func (r *Report) SoFar() string {
	l := &lines{}
	l.rule("=")
	fmt.Fprintf(l, "USR1 A type report: %s. PID: %d\n", version.Product(), r.PID)
	if r.Counts.Packets > 0 {
		fmt.Fprintf(l, "PCAP time: %s\n", stamp(r.Now, time.FixedZone("GMT", 0)))
		fmt.Fprintf(l, "PCAP duration: %s\n", span(r.Now-r.Start))
	}
	now := r.Date
	fmt.Fprintf(l, "Time: %s\n", stamp(now.UnixNano(), now.Location()))
	fmt.Fprintf(l, "Elapsed time: %s\n", span(int64(r.Elapsed)))
	for _, f := range r.Files {
		fmt.Fprintf(l, "Processing file: %s\n", printable.Line(f))
	}
	r.captures(l)
	r.progress(l, now)
	if r.Live != nil {
		fmt.Fprintf(l, "Captured by a %s\n", r.Live.brief())
	}
	r.packets(l)
	l.rule("-")
	for i := range r.Plugins {
		if list := r.Plugins[i].metrics(); list != "" {
			fmt.Fprintf(l, "%s: %s\n", r.Plugins[i].Name, list)
		}
	}
	l.rule("-")
	r.traffic(l, r.Flows.Live)
	r.memory(l)
	r.status(l)
	l.rule("=")
	return l.String() + "\n"
}

// progress writes how much of a file was read, and when its end will be reached.
func (r *Report) progress(l *lines, now time.Time) {
	if r.Size == 0 {
		return
	}
	l.count("Total bytes to process", uint64(r.Size))
	done := float64(r.Done) / float64(r.Size)
	fmt.Fprintf(l, "Percentage completed: %.2f%%\n", 100*done)
	l.count("Total bytes processed so far", uint64(r.Done))
	if done > 0 {
		left := time.Duration(float64(r.Elapsed) * (1 - done) / done)
		fmt.Fprintf(l, "Remaining time: %s\n", span(int64(left)))
		fmt.Fprintf(l, "ETF: %s\n", stamp(now.Add(left).UnixNano(), now.Location()))
	}
}

// metrics lists the plugin's metrics with their values; empty if it has none.
func (p *Plugin) metrics() string {
	var list []string
	for i := range p.Metrics {
		list = append(list, p.Metrics[i].text())
	}
	return strings.Join(list, ", ")
}
