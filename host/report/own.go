package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/sdk"
)

// own returns the section that T2 does not have.
func (r *Report) own() string {
	l := &lines{}
	r.costs(l)
	r.trouble(l)
	return l.String()
}

func (r *Report) costs(l *lines) {
	if r.Live != nil {
		fmt.Fprintf(l, "Captured by a %s\n", r.Live.brief())
	}
	if r.LeftOut > 0 {
		fmt.Fprintf(l, "Frames that do not pass the filter: %s\n", sdk.Count(r.LeftOut))
	}
	if r.Kept != nil {
		fmt.Fprintf(l, "Kept: %s\n", printable.Line(r.Kept.text()))
	}
	for _, p := range r.Plugins {
		if r.Counts.Packets > 0 && r.Elapsed > 0 {
			text := fmt.Sprintf("Cost of %s (%s): %.1f ns a packet, %s bytes crossed", p.Name, p.Runtime,
				float64(p.Cost.Nanoseconds())/float64(r.Counts.Packets), sdk.Count(p.Bytes))
			if p.Memory > 0 {
				text += fmt.Sprintf(", %.1f MB of memory", float64(p.Memory)/1e6)
			}
			fmt.Fprintln(l, text)
		}
	}
	for _, p := range r.Plugins {
		if list := p.metrics(); list != "" {
			fmt.Fprintf(l, "Metrics of %s: %s\n", p.Name, list)
		}
		if p.Ends > 0 {
			fmt.Fprintf(l, "Flow records of %s: those with an alarm, %s\n", p.Name, sdk.Share(p.Alarms, p.Ends))
		}
	}
	for _, o := range r.Outlets {
		fmt.Fprintf(l, "Outlet %s to %s: %s\n", o.Name, printable.Line(o.Target), sent(&o))
	}
}

func sent(o *Outlet) string {
	s := &o.Stats
	what, n := "frames", s.Frames
	if o.HasRows {
		what, n = "rows", s.Rows
	}
	text := fmt.Sprintf("%s sent: %s, bytes: %s; waiting: %d, dropped: %d", what, sdk.Count(n), sdk.Count(s.Bytes), s.Waiting, s.Dropped)
	if s.Undelivered > 0 {
		text += fmt.Sprintf(", not delivered: %d", s.Undelivered)
		if s.UndeliveredTo != "" {
			text += " (in " + s.UndeliveredTo + ")"
		}
	}
	if s.Reconnects > 0 {
		text += fmt.Sprintf(", reconnects: %d", s.Reconnects)
	}
	if s.Refused > 0 {
		text += fmt.Sprintf(", refused: %d", s.Refused)
	}
	if s.Errors > 0 {
		text += fmt.Sprintf(", errors: %d", s.Errors)
	}
	return text
}

func (r *Report) trouble(l *lines) {
	if text := unopened(&r.Counts); text != "" {
		fmt.Fprintf(l, "[WRN] Packets with a header that is not opened: %s\n", text)
	}
	for _, w := range r.warnings() {
		fmt.Fprintf(l, "[WRN] %s\n", printable.Tabbed(w))
	}
}

// slowest returns the plugin that cost the most, nil if there is none.
func (r *Report) slowest() (slowest *Plugin) {
	for i := range r.Plugins {
		if p := &r.Plugins[i]; slowest == nil || p.Cost > slowest.Cost {
			slowest = p
		}
	}
	return slowest
}

// warnings returns what the user should know about packets, the run and the captures.
func (r *Report) warnings() []string {
	var list []string
	c, f := &r.Counts, &r.Flows
	warn := func(n uint64, text string) {
		if n > 0 {
			list = append(list, text+": "+sdk.Count(n))
		}
	}
	warn(c.Clipped, "Packets with a header that was cut off")
	warn(f.OrphanFragments, "Fragments whose first one was not seen")
	warn(f.EndedByRules, "Conversations ended by plugins' rules")
	warn(f.Evicted, "Conversations ended early: flow.max_flows reached")
	warn(f.EvictedHalfOpen, "Half-open conversations among them")
	warn(f.Cuts, "Conversations cut by flow.max_duration")
	if b := &r.Back; b.Packets > 0 {
		text := fmt.Sprintf("Packets that are older than the one before: %s, the first is packet %d, by %s s; at most by %s s",
			sdk.Count(b.Packets), b.First, sdk.Seconds(b.By, 9), sdk.Seconds(b.Most, 9))
		if len(r.Files) > 1 {
			text += ": the files may be in a wrong order in -R"
		}
		list = append(list, text)
	}
	for _, p := range r.Plugins {
		if p.Failed {
			list = append(list, fmt.Sprintf("Plugin %s failed, or one that it requires, and was taken out; flow ends that it did not see since: %s", p.Name, sdk.Count(p.Lost)))
		}
	}
	if r.Live != nil {
		list = append(list, r.Live.warnings(strings.Join(r.Files, ", "), r.slowest())...)
	}
	warn(r.Late, "Packets from before a time that had passed without packets, which their flows and reports came too early for")
	warn(r.SkippedLinks, "Packets of other link types skipped: capture.link_types is first")
	warn(c.Panics, "Packets on which the decoder broke: please report them")
	list = append(list, r.Warnings...)
	for _, d := range r.Damage {
		if !slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(printable.Tabbed(w), printable.Tabbed(d)) }) {
			list = append(list, d)
		}
	}
	return list
}
