package report

import (
	"flag"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/decode"
	"github.com/t2host/t2host/host/flowtable"
	"github.com/t2host/t2host/host/outlet"
)

var update = flag.Bool("update", false, "write the expected reports anew")

// full has every line.
func full() *Report {
	return &Report{
		PID: 4711, Date: time.Date(2026, 11, 24, 1, 2, 3, 4, time.FixedZone("CET", 3600)),
		Files: []string{"a.pcap", "b.pcap"},
		Plugins: []Plugin{
			{Name: "tcpwin", Version: "1.0.0", Runtime: "inproc", RequiredBy: []string{"tcpwinsink"}, Lines: []string{"Aggregated tcpWinStat=0x01"}, Cost: 12345678, Bytes: 46136},
			{Name: "tcpwinsink", Version: "1.0.0", Runtime: "inproc"},
		},
		Outlets: []Outlet{{Name: "tcpwinsink.reports", Target: "tcp://127.0.0.1:5555", Stats: outlet.Stats{
			Frames: 12, Bytes: 974, Dropped: 1, Undelivered: 2, Reconnects: 3, Errors: 4,
		}}},
		Start: 1022171701e9, Stop: 1022171771e9 + 123, Elapsed: 554948,
		Counts: decode.Counts{
			Packets: 785, WireBytes: 46136, CapBytes: 46000, Layer2: 1, IPv4: 782, IPv6: 1, NoFlow: 1, TCP: 782, TCPBytes: 46002,
			UDP: 2, UDPBytes: 92, SCTP: 1, ICMP: 1, ICMPv6: 1, ARP: 1, FragmentsIPv4: 3, FragmentsIPv6: 1, Clipped: 5, Panics: 1,
		},
		SkippedLinks: 6,
		Flows: flowtable.Stats{
			Created: 16, Opposites: 6, LoneB: 1, Layer2: 1, IPv4: 14, IPv6: 1, MaxLive: 6, Evicted: 2, PacketsA: 400, PacketsB: 385,
			BytesA: 25346, BytesB: 20790, OrphanFragments: 2, TCPAnomalies: 0x43, Conversations: 10, Cuts: 1,
		},
		Damage:   []string{"a.pcap: corrupt at packet 7, byte 880", "b.pcap: cut in packet 57 at byte 4711: 12 of 60 bytes are there"},
		Warnings: []string{"outlet tcpwinsink.reports: lost tcp://127.0.0.1:5555", "capture b.pcap: cut in packet 57 at byte 4711: 12 of 60 bytes are there"},
	}
}

func TestReports(t *testing.T) {
	for name, r := range map[string]*Report{
		"full":  full(),
		"empty": {PID: 1, Date: time.Unix(0, 0).UTC(), Files: []string{"empty.pcap"}},
	} {
		file := "testdata/" + name + ".txt"
		got := r.Head() + r.Body()
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s is stale (-update writes it anew):\n%s", file, diff)
		}
	}
}

func TestSpan(t *testing.T) {
	for ns, want := range map[int64]string{
		59999999999:         "59.999999999 sec",
		70e9:                "70.000000000 sec (1m 10s)",
		(3*86400 + 2) * 1e9: "259202.000000000 sec (3d 2s)",
		-70e9:               "-70.000000000 sec (1m 10s)",
		400 * 86400 * 1e9:   "34560000.000000000 sec (1y 35d)",
		1_000_000_007:       "1.000000007 sec",
	} {
		if got := span(ns); got != want {
			t.Errorf("%d: %s, want %s", ns, got, want)
		}
	}
}
