package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/printable"
	"github.com/t2host/t2host/sdk"
)

// Bounds of the brief: the lines that all plugins share, and those that each one may have at
// least.
const (
	briefLines = 5
	leastLines = 2
)

// Brief returns the report for a terminal: what was read, what the plugins found, where the
// results went, and what went wrong. For tcpwin and tcpwinsink it has at most twelve lines. Lines have at
// most width characters, see [printable.Fit].
func (r *Report) Brief(width int) string {
	b := &brief{}
	r.input(b)
	plugins := r.answering()
	all, closed := briefLines, unopened(&r.Counts)
	if closed != "" {
		all--
	}
	for _, p := range plugins {
		lines := p.Summary
		if most := max(leastLines, all/len(plugins)); len(lines) > most {
			more := fmt.Sprintf("… %d more lines with -v", len(lines)-most+1)
			lines = append(lines[:most-1:most-1], more)
		}
		b.add(p.Name, lines...)
	}
	r.places(b)
	if closed != "" {
		b.add("unopened", "packets with a header that is not read: "+closed)
	}
	if warnings := r.warnings(); len(warnings) > 0 {
		text := warnings[0]
		if n := len(warnings) - 1; n > 0 {
			text += fmt.Sprintf(" (and %d more with -v)", n)
		}
		b.add("warning", text)
	}
	return printable.Fit(b.String(), width)
}

// Input returns the part of the brief that tells what was read.
func (r *Report) Input() string {
	b := &brief{}
	r.input(b)
	return b.String()
}

func (r *Report) input(b *brief) {
	n, f := &r.Counts, &r.Flows
	files := strings.Join(r.Files, ", ")
	if len(r.Files) > 1 {
		files = fmt.Sprintf("%d files, %s to %s", len(r.Files), r.Files[0], r.Files[len(r.Files)-1])
	}
	b.add("input", strings.Join(append([]string{files}, r.Links...), ", "))
	if n.Packets > 0 {
		const layout = "2006-01-02 15:04:05.000"
		b.add("time", fmt.Sprintf("%s to %s UTC: %s s", time.Unix(0, r.Start).UTC().Format(layout),
			time.Unix(0, r.Stop).UTC().Format(layout), sdk.Seconds(r.Stop-r.Start, 3)))
	}
	left := ""
	if r.LeftOut > 0 {
		left = "; " + sdk.Count(r.LeftOut) + " more do not pass the filter"
	}
	b.add("packets", fmt.Sprintf("%s, %s bytes on the wire%s", sdk.Count(n.Packets), sdk.Count(n.WireBytes), left))
	if l := r.Live; l != nil {
		b.add("capture", l.brief())
	}
	if k := r.Kept; k != nil {
		b.add("kept", k.text())
	}
	b.add("flows", fmt.Sprintf("%d in %d conversations: %d IPv4, %d IPv6, %d layer 2", f.Created, f.Conversations, f.IPv4, f.IPv6, f.Layer2))
}

// answering returns the plugins that answer the user's question.
func (r *Report) answering() []*Plugin {
	var list []*Plugin
	for i := range r.Plugins {
		if len(r.Plugins[i].Summary) > 0 {
			list = append(list, &r.Plugins[i])
		}
	}
	return list
}

// places lists the files that were written, in one line, and each other place with what was
// delivered to it.
func (r *Report) places(b *brief) {
	var files []string
	for _, o := range r.Outlets {
		if path, ok := strings.CutPrefix(o.Target, "file:"); ok {
			files = append(files, path)
		}
	}
	if len(files) > 0 {
		b.add("files", strings.Join(files, ", "))
	}
	for _, o := range r.Outlets {
		if !strings.HasPrefix(o.Target, "file:") {
			b.add("sent", delivery(&o))
		}
	}
}

// delivery returns what was delivered to an outlet's place, and what was not.
func delivery(o *Outlet) string {
	s := &o.Stats
	place := o.Target
	if place == "-" {
		place = "standard output"
	}
	count := outlet.Reports
	if o.HasRows {
		count = outlet.Rows
	}
	text := fmt.Sprintf("%s to %s", count(o.Delivered(), s.Bytes), place)
	if lost := s.Dropped + s.Undelivered; lost > 0 {
		text += fmt.Sprintf("; %s not delivered", count(lost, s.DroppedBytes+s.UndeliveredBytes))
	}
	if s.Refused > 0 {
		text += fmt.Sprintf("; %s refused", count(s.Refused, s.RefusedBytes))
	}
	if s.Errors > 0 {
		text += fmt.Sprintf("; %d errors", s.Errors)
	}
	return text
}

// brief collects lines that begin with a name.
type brief struct{ names, lines []string }

// add adds lines, the first one with the name.
func (b *brief) add(name string, lines ...string) {
	for _, line := range lines {
		b.names, b.lines = append(b.names, name), append(b.lines, printable.Tabbed(line))
		name = ""
	}
}

func (b *brief) String() string {
	width := 8
	for _, name := range b.names {
		width = max(width, len(name))
	}
	var text strings.Builder
	for i, line := range b.lines {
		fmt.Fprintf(&text, "%-*s  %s\n", width, b.names[i], line)
	}
	return text.String()
}
