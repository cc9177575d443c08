package main

import (
	"testing"
	"time"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/report"
	"github.com/t2host/t2host/host/watch"
)

// TestProgressLine: what a line says of a file, a stream and an interface, as much as fits into its width.
func TestProgressLine(t *testing.T) {
	begun := time.Unix(1_000_000, 0)
	state := func(seconds int, change func(*report.Report)) watch.State {
		s := watch.State{Phase: watch.Running, Begun: begun, At: begun.Add(time.Duration(seconds) * time.Second)}
		s.Report.Counts.Packets, s.Report.Counts.WireBytes = uint64(seconds)*1_500_000, uint64(seconds)*1e9/8
		s.Report.Done, s.Report.Flows.Live = int64(seconds)*250e6, 14557
		s.Report.Plugins = []report.Plugin{{Name: "basicflow", Cost: time.Duration(seconds) * 100 * time.Millisecond}, {Name: "tcpwin", Cost: time.Duration(seconds) * 800 * time.Millisecond}}
		change(&s.Report)
		return s
	}
	file := func(r *report.Report) { r.Size = 4e9 }
	for _, c := range []struct {
		state watch.State
		width int
		want  string
	}{
		{watch.State{}, 40, "loading plugins"},
		{state(2, file), 100, "12%  0:14 left  1.5M packets/s  of 4.0GB  14557 flows  slowest tcpwin 80%"},
		{state(2, file), 60, "12%  0:14 left  1.5M packets/s  of 4.0GB  14557 flows"},
		{state(2, file), 30, "12%  0:14 left  1.5M packets/s"},
		{state(2, func(*report.Report) {}), 80, "250MB  1.5M packets/s  14557 flows  slowest tcpwin 80%"},
		{state(2, func(r *report.Report) { r.Live = &report.Live{LiveStats: capture.LiveStats{Ring: 7, Interface: 1}} }), 80, "1.5M packets/s  1.0Gbit/s  8 lost  14557 flows  slowest tcpwin 80%"},
	} {
		p := &progress{}
		if got := p.line(c.state, c.width); got != c.want {
			t.Errorf("in %d:\n%s, want\n%s", c.width, got, c.want)
		}
	}
	ending := state(2, func(r *report.Report) { r.Outlets = []report.Outlet{{Target: "tcp://192.0.2.1:5555"}} })
	ending.Phase, ending.Report.Outlets[0].Waiting = watch.Ending, 3
	if got, want := (&progress{}).line(ending, 80), "the input has ended, flows end  3 wait for tcp://192.0.2.1:5555"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
