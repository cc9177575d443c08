package host

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/watch"
	"github.com/t2host/t2host/plugins/tcpwin"
)

// watchedRun runs tcpwin and returns its view, at which somebody looks all the time.
func watchedRun(t *testing.T, in plugin.Runtime, sets ...string) *watch.Watch {
	t.Helper()
	c := testConfig(t, windows, "tcpwin:"+string(in))
	c.Settings = settingsOf(t, append(sets, "tcpwin.every=1")...)
	c.Catalogue = plugin.BuiltIn(tcpwin.Plugin)
	c.Watch = &watch.Watch{}
	c.Watch.KeepHistory()
	stop := make(chan struct{})
	var looking sync.WaitGroup
	looking.Go(func() {
		var before watch.State
		for {
			s := c.Watch.State()
			if s.Phase < before.Phase || s.Report.Counts.Packets < before.Report.Counts.Packets || s.Report.Flows.Created < before.Report.Flows.Created {
				t.Errorf("from %s, %d packets, %d flows back to %s, %d, %d", before.Phase, before.Report.Counts.Packets, before.Report.Flows.Created, s.Phase, s.Report.Counts.Packets, s.Report.Flows.Created)
			}
			before = s
			c.Watch.Tables()
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Microsecond):
			}
		}
	})
	r, err := Run(context.Background(), c)
	close(stop)
	looking.Wait()
	if err != nil {
		t.Fatal(err)
	}
	s := c.Watch.State()
	if s.Phase != watch.Ended || s.Report.Counts != r.Counts || s.Report.Flows != r.Flows {
		t.Errorf("%s: figures at the end are not those of the end report", s.Phase)
	}
	if diff := cmp.Diff(r.Plugins, s.Report.Plugins); diff != "" {
		t.Errorf("plugins are not those of the end report (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(r.Outlets, s.Report.Outlets); diff != "" {
		t.Errorf("outlets are not those of the end report (-want +got):\n%s", diff)
	}
	return c.Watch
}

// TestWatch: who looks at a run sees figures that only grow, and at the end those of the end report; the history is the same in
// each runtime and with batches of any size: a point at each second of packet time.
func TestWatch(t *testing.T) {
	want := watchedRun(t, plugin.Inproc)
	points := want.Points(0)
	if len(points) < 30 {
		t.Fatalf("%d points of 37 seconds", len(points))
	}
	for i, p := range points[:len(points)-1] {
		if p.Time%1e9 != 0 || p.Time >= points[i+1].Time {
			t.Errorf("point %d is at %d, the next one at %d", i, p.Time, points[i+1].Time)
		}
	}
	last := points[len(points)-1]
	if last.Packets != 2580 || last.Flows != 108 || len(last.Tables) != 1 {
		t.Errorf("the last point has %d packets, %d flows, %d tables", last.Packets, last.Flows, len(last.Tables))
	}
	tables := want.Tables()
	if len(tables) != 1 || tables[0].Name != "tcpwin.lowWindows" || len(tables[0].Rows) == 0 {
		t.Fatalf("tables: %v", tables)
	}
	for _, other := range []*watch.Watch{watchedRun(t, plugin.Inproc, "batch.rows=1"), watchedRun(t, plugin.Process)} {
		if diff := cmp.Diff(points, other.Points(0)); diff != "" {
			t.Errorf("history differs (-inproc +other):\n%s", diff)
		}
		if diff := cmp.Diff(tables, other.Tables()); diff != "" {
			t.Errorf("tables differ (-inproc +other):\n%s", diff)
		}
	}
}

// TestWatchingCostsNoPacketAnything: a run of 300,000 packets within a second, which is watched, makes as little garbage as one that is
// not, but for what it publishes twenty times a second.
func TestWatchingCostsNoPacketAnything(t *testing.T) {
	le := binary.LittleEndian
	file := append([]byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0}, make([]byte, 8)...)
	file = le.AppendUint32(le.AppendUint32(file, 65535), 1)
	frame := make([]byte, 54)
	copy(frame[12:], []byte{8, 0, 0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 4, 0, 0, 80})
	frame[46], frame[47] = 0x50, 0x10
	for i := range uint32(300_000) {
		file = le.AppendUint32(le.AppendUint32(file, 1000), i)
		file = le.AppendUint32(le.AppendUint32(file, 54), 54)
		file = append(file, frame...)
	}
	path := filepath.Join(t.TempDir(), "second.pcap")
	if err := os.WriteFile(path, file, 0o644); err != nil {
		t.Fatal(err)
	}
	garbage := func(w *watch.Watch) uint64 {
		c := testConfig(t, path, "tcpwin:inproc")
		c.Catalogue, c.Watch = plugin.BuiltIn(tcpwin.Plugin), w
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Run(context.Background(), c); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.Mallocs - before.Mallocs
	}
	garbage(nil)
	w := &watch.Watch{}
	w.KeepHistory()
	if without, with := garbage(nil), garbage(w); with > without+3000 {
		t.Errorf("%d allocations, %d without anybody watching", with, without)
	} else {
		t.Logf("%d allocations, %d without anybody watching", with, without)
	}
}
