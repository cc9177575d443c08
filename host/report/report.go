// Package report takes the figures of a run and gives the end report: T2's
// lines (t2.md 5.1), and what each plugin cost and each outlet sent.
package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/t2host/t2host/host/decode"
	"github.com/t2host/t2host/host/flowtable"
	"github.com/t2host/t2host/host/outlet"
	"github.com/t2host/t2host/sdk"
)

// Version is t2host's.
const Version = "0.1.0"

// Product is what names itself in reports and files.
const Product = "t2host " + Version

// Report is the figures of a run.
type Report struct {
	PID     int
	Date    time.Time // of the run
	Files   []string
	Plugins []Plugin
	Outlets []Outlet

	Start, Stop  int64 // packet time, nanoseconds since 1970 UTC
	Elapsed      time.Duration
	Counts       decode.Counts
	SkippedLinks uint64 // packets of other link types than the first, where the user wants those only
	Flows        flowtable.Stats
	Damage       []string // of the captures
	Warnings     []string // what the user was told during the run
}

// Plugin is one plugin's part.
type Plugin struct {
	Name, Version, Runtime string
	RequiredBy             []string
	Lines                  []string
	Cost                   time.Duration
	Bytes                  uint64 // of rows that it was given
}

// Outlet is one outlet's part.
type Outlet struct {
	Name, Target string
	outlet.Stats
}

const width = 80

// Head is what is known before the first packet.
func (r *Report) Head() string {
	var b strings.Builder
	rule := strings.Repeat("=", width)
	fmt.Fprintf(&b, "%s\n%s. PID: %d\n%s\n", rule, Product, r.PID, rule)
	fmt.Fprintf(&b, "Date: %s\n", stamp(r.Date.UnixNano(), r.Date.Location()))
	if len(r.Plugins) > 0 {
		b.WriteString("Active plugins:\n")
	}
	for i, p := range r.Plugins {
		by := ""
		if len(p.RequiredBy) > 0 {
			by = " (required by " + strings.Join(p.RequiredBy, ", ") + ")"
		}
		fmt.Fprintf(&b, "    %02d: %s, %s, %s%s\n", i+1, p.Name, p.Version, p.Runtime, by)
	}
	for _, f := range r.Files {
		fmt.Fprintf(&b, "Processing file: %s\n", f)
	}
	return b.String()
}

// stamp is a time as T2 shows it: seconds, and the date in its zone.
func stamp(ns int64, zone *time.Location) string {
	t := time.Unix(0, ns).In(zone)
	name := t.Format("MST")
	return fmt.Sprintf("%d.%09d sec (%s %s)", t.Unix(), t.Nanosecond(), t.Format("Mon 02 Jan 2006 15:04:05"), name)
}

// span is a duration as T2 shows it; from one minute up also in larger units.
func span(ns int64) string {
	sign := ""
	if ns < 0 {
		sign, ns = "-", -ns
	}
	s := ns / 1e9
	text := fmt.Sprintf("%s%d.%09d sec", sign, s, ns%1e9)
	if s < 60 {
		return text
	}
	var parts []string
	for _, u := range []struct {
		name    string
		seconds int64
	}{{"y", 365 * 86400}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}} {
		if n := s / u.seconds; n > 0 {
			parts = append(parts, fmt.Sprintf("%d%s", n, u.name))
			s %= u.seconds
		}
	}
	return text + " (" + strings.Join(parts, " ") + ")"
}

// lines collects report lines; those of zero things are left out.
type lines struct{ strings.Builder }

func (l *lines) count(name string, n uint64) {
	if n > 0 {
		fmt.Fprintf(l, "%s: %s\n", name, sdk.Count(n))
	}
}

func (l *lines) share(name string, n, total uint64) {
	if n > 0 {
		fmt.Fprintf(l, "%s: %s\n", name, sdk.Share(n, total))
	}
}

func (l *lines) rule(c string) { l.WriteString(strings.Repeat(c, width) + "\n") }
