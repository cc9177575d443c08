package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/t2host/t2host/host/watch"
)

const (
	progressAfter = 500 * time.Millisecond // what is done sooner needs no line
	progressEvery = 100 * time.Millisecond
)

// show shows a line, which text returns for a width, in half a second, until done is called: then it is gone. It shows nothing
// unless the screen is a terminal.
func (s *screen) show(text func(width int) string) (done func()) {
	if s.terminal == nil {
		return func() {}
	}
	var bar *mpb.Bar
	ended := false
	begin := time.AfterFunc(progressAfter, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if ended || s.on != nil {
			return
		}
		s.on = mpb.New(mpb.WithOutput(s.terminal), mpb.WithRefreshRate(progressEvery))
		bar, _ = s.on.Add(0, mpb.BarFillerFunc(func(w io.Writer, stat decor.Statistics) error {
			line := ""
			if stat.AvailableWidth > 1 {
				line = text(stat.AvailableWidth - 1) // a full line would wrap at some terminals
			}
			_, err := io.WriteString(w, line)
			return err
		}), mpb.BarFillerTrim()) // it fails after Wait only
	})
	return sync.OnceFunc(func() {
		begin.Stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		if ended = true; bar != nil {
			bar.Abort(true)
			s.on.Wait()
			s.on = nil
		}
	})
}

// busy shows what is being done and for how long, until done is called.
func (s *screen) busy(what string) (done func()) {
	began := time.Now()
	return s.show(func(width int) string { return fitted(width, []string{what, span(time.Since(began))}) })
}

// progress shows how far a run is, until done is called.
func (s *screen) progress(w *watch.Watch) (done func()) {
	p := &progress{}
	return s.show(func(width int) string { return p.line(w.State(), width) })
}

// progress makes the lines of a run from what it was before.
type progress struct {
	before watch.State
	rate   rates
}

// rates are those of the last while: each line has a tenth part in them.
type rates struct{ packets, bytes, wire float64 }

// line returns the line of a state, in a width.
func (p *progress) line(s watch.State, width int) string {
	switch {
	case s.Phase == watch.Starting:
		return fitted(width, []string{"loading plugins"})
	case s.Phase >= watch.Ending:
		return fitted(width, append([]string{"the input has ended, flows end"}, waiting(&s)...))
	}
	r, b := &s.Report, &p.before.Report
	seconds := s.At.Sub(cmp.Or(p.before.At, s.Begun)).Seconds()
	now := rates{float64(r.Counts.Packets - b.Counts.Packets), float64(r.Done - b.Done), float64(r.Counts.WireBytes - b.Counts.WireBytes)}
	share := 0.1
	if p.before.Begun.IsZero() {
		share = 1
	}
	p.rate.packets += share * (now.packets/seconds - p.rate.packets)
	p.rate.bytes += share * (now.bytes/seconds - p.rate.bytes)
	p.rate.wire += share * (now.wire/seconds - p.rate.wire)
	slowest := p.slowest(&s, seconds)
	p.before = s

	var parts []string
	switch {
	case r.Live != nil:
		parts = append(parts, scaled(p.rate.packets)+" packets/s", scaled(8*p.rate.wire)+"bit/s", fmt.Sprintf("%d lost", r.Live.Lost()))
	case r.Size > 0:
		parts = append(parts, fmt.Sprintf("%.0f%%", math.Floor(100*float64(r.Done)/float64(r.Size))))
		if p.rate.bytes > 0 {
			parts = append(parts, span(time.Duration(float64(r.Size-r.Done)/p.rate.bytes*1e9))+" left")
		}
		parts = append(parts, scaled(p.rate.packets)+" packets/s", "of "+scaled(float64(r.Size))+"B")
	default:
		parts = append(parts, scaled(float64(r.Counts.WireBytes))+"B", scaled(p.rate.packets)+" packets/s")
	}
	parts = append(parts, fmt.Sprintf("%d flows", r.Flows.Live))
	return fitted(width, append(parts, slowest...))
}

// slowest returns the plugin that has worked most since the line before.
func (p *progress) slowest(s *watch.State, seconds float64) []string {
	name, most := "", 0.
	for i := range s.Report.Plugins {
		spent := s.Report.Plugins[i].Cost
		if i < len(p.before.Report.Plugins) {
			spent -= p.before.Report.Plugins[i].Cost
		}
		if share := spent.Seconds() / seconds; share > most {
			name, most = s.Report.Plugins[i].Name, share
		}
	}
	if name == "" {
		return nil
	}
	return []string{fmt.Sprintf("slowest %s %.0f%%", name, min(100, 100*most))}
}

// waiting returns what places have not received yet.
func waiting(s *watch.State) (list []string) {
	for _, o := range s.Report.Outlets {
		if o.Waiting > 0 {
			list = append(list, fmt.Sprintf("%d wait for %s", o.Waiting, o.Target))
		}
	}
	return list
}

// scaled returns a number with K, M, G or T and three digits.
func scaled(x float64) string {
	units := " KMGT"
	i := 0
	for ; x >= 999.5 && i < len(units)-1; i++ {
		x /= 1000
	}
	digits := 0
	if i > 0 && x < 99.95 {
		digits = 1
	}
	return strings.TrimSpace(fmt.Sprintf("%.*f%c", digits, x, units[i]))
}

// span returns a duration as 0:07 or 1:02:03.
func span(d time.Duration) string {
	s := int(min(d, 1000*time.Hour).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// fitted returns as many of the parts, from the first one on, as fit into a width.
func fitted(width int, parts []string) string {
	line := ""
	for i, part := range parts {
		if i > 0 {
			part = "  " + part
		}
		if len(line)+len(part) > width {
			break
		}
		line += part
	}
	if line == "" && len(parts) > 0 {
		line = parts[0][:max(0, min(width, len(parts[0])))]
	}
	return line
}
