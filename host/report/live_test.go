package report

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/capture"
)

// TestLive: what was lost has its place, its share and its cure.
func TestLive(t *testing.T) {
	r := &Report{
		Files:   []string{"eth0"},
		Plugins: []Plugin{{Name: "basicflow", Cost: time.Second}, {Name: "tcpwin", Cost: 3 * time.Second}},
		Live:    &Live{How: "ring of 64 MiB", LiveStats: capture.LiveStats{Received: 6_000_000, Ring: 2_000_000, Freezes: 7, Interface: 5, Oversized: 30, MTU: 1500, Unsummed: 300}},
	}
	want := []string{
		"Frames lost because plugins are slower than the interface: 2000000 (2.00 M) [25.00%], the slowest is tcpwin (500 ns a packet): a larger ring (-B) helps with bursts, a filter or fewer plugins with more",
		"Frames that the interface lost before t2host saw them: 5",
		"Frames above the MTU of 1500, which the card or the kernel joined or cuts later: 30 [0.00%]: for the packets of the wire: ethtool -K eth0 gro off lro off tso off gso off",
		"Frames whose checksum the card computes later: 300 [0.01%]: to see it: ethtool -K eth0 tx off",
	}
	if diff := cmp.Diff(want, r.warnings()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if brief := r.Brief(0); !strings.Contains(brief, "capture   ring of 64 MiB: 6000000 (6.00 M) frames, lost: 2000000 (2.00 M) in the ring (full 7 times), 5 in the interface\n") {
		t.Error(brief)
	}
	r.Live.LiveStats = capture.LiveStats{Received: 1}
	if list := r.warnings(); len(list) > 0 {
		t.Errorf("%q", list)
	}
}
