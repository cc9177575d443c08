package report

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/host/internal/flowtable"
	"github.com/t2host/t2host/host/internal/outlet"
	"github.com/t2host/t2host/host/version"
)

var update = flag.Bool("update", false, "write the expected reports anew")

// full has every line.
func full() *Report {
	r := &Report{
		PID: 4711, Date: time.Date(2026, 11, 24, 1, 2, 3, 4, time.FixedZone("CET", 3600)),
		Files: []string{"a.pcap", "b.pcap"},
		Plugins: []Plugin{
			{Name: "tcpwin", Version: "1.0.0", Runtime: "inproc", RequiredBy: []string{"tcpwinsink"}, Lines: []string{"Aggregated tcpWinStat=0x01"}, Cost: 12345678, Bytes: 46136},
			{Name: "tcpwinsink", Version: "1.0.0", Runtime: "inproc"},
		},
		Outlets: []Outlet{{Name: "tcpwinsink.reports", Target: "tcp://127.0.0.1:5555", Stats: outlet.Stats{
			Frames: 12, Bytes: 974, Dropped: 1, Undelivered: 2, Reconnects: 3, Errors: 4,
		}}},
		Links: []string{"Ethernet [EN10MB/1]", "Raw IP [RAW/101]"}, Snaplen: 65535, Done: 4711, Size: 58720,
		Start: 1022171701e9, Stop: 1022171771e9 + 123, Elapsed: 554948, Flushed: 638013,
		Counts: decode.Counts{
			Packets: 785, WireBytes: 46136, CapBytes: 46000, PadBytes: 1500, BandwidthBytes: 46094,
			Layer2: 2, IPv4: 781, IPv6: 1, NoFlow: 1, WrongVersion: 1, MinHeaders: 2, MaxHeaders: 11, MeanHeaders: 3.004, MaxVLAN: 2, MaxMPLS: 3,
			TCP: 771, TCPBytes: 45002, TCPFragments: 1, TCPFragmentBytes: 1000, UDP: 2, UDPBytes: 92, SCTP: 1, SCTPBytes: 60, IGMP: 1, ICMP: 1, ICMPv6: 1, ARP: 1,
			RARP: 1, LLC: 1, GRE: 2, Teredo: 3, AYIYA: 4, DTLS: 5, FragmentsIPv4: 3, FragmentsIPv6: 2, Clipped: 5, Panics: 1,
		},
		SkippedLinks: 6, Back: Back{Packets: 2, First: 17, By: 1000, Most: 86_400_000_000_001},
		Flows: flowtable.Stats{
			Created: 16, Opposites: 6, LoneB: 1, Layer2: 1, IPv4: 14, IPv6: 1, MaxLive: 6, Evicted: 2, PacketsA: 400, PacketsB: 384,
			BytesA: 25346, BytesB: 20790, OrphanFragments: 2, Conversations: 10, Cuts: 1,
		},
		MaxFlows: 16, Memory: 1234567890, Physical: 24 << 30,
		Damage:   []string{"a.pcap: corrupt at packet 7, byte 880", "b.pcap: cut in packet 57 at byte 4711: 12 of 60 bytes are present"},
		Warnings: []string{"outlet tcpwinsink.reports: lost tcp://127.0.0.1:5555", "capture b.pcap: cut in packet 57 at byte 4711: 12 of 60 bytes are present"},
	}
	for _, e := range explained {
		r.Flows.FlowStat |= e.bits
	}
	return r
}

// empty is of a capture that has a header and nothing else.
func empty() *Report {
	return &Report{
		PID: 1, Date: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Files: []string{"empty.pcap"}, Links: []string{"Ethernet [EN10MB/1]"},
		Done: 24, Size: 24, Elapsed: 1e6, Flushed: 2e6, Counts: decode.Counts{MinHeaders: 65535}, MaxFlows: 4194304, Memory: 1e7, Physical: 1e10,
	}
}

func TestReports(t *testing.T) {
	for name, r := range map[string]*Report{"full": full(), "empty": empty()} {
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

// TestT2 holds a report against the real program's (testdata/t2.txt: 0.9.3, without colours), of the same
// figures. What differs: names and versions; T2's priority and sensor; the
// runtimes; what follows T2's end.
func TestT2(t *testing.T) {
	r := &Report{
		PID: 13259, Date: time.Unix(1795455251, 764813).UTC(), Files: []string{"d/a.pcap"},
		Plugins: []Plugin{
			{Name: "basicFlow", Version: "0.9.3", Runtime: "wasm"},
			{Name: "basicStats", Version: "0.9.3", Runtime: "wasm", Lines: []string{"Biggest L3 flow talker: 10.0.0.2: 104 [13.25%] packets"}},
			{Name: "tcpFlags", Version: "0.9.3", Runtime: "wasm", Lines: []string{"Number WinSz below 1: 36 [4.60%]"}},
			{Name: "tcpStates", Version: "0.9.3", Runtime: "wasm", Lines: []string{"Aggregated tcpStatesAFlags=0x43"}},
			{Name: "txtSink", Version: "0.9.3", Runtime: "wasm"},
		},
		Links: []string{"Ethernet [EN10MB/1]"}, Snaplen: 65535, Done: 58720, Size: 58720,
		Start: 1022171701e9, Stop: 1022171771e9, Elapsed: 554948, Flushed: 638013,
		Counts: decode.Counts{
			Packets: 785, WireBytes: 46136, CapBytes: 46136, BandwidthBytes: 46094, Layer2: 1, IPv4: 783, IPv6: 1,
			TCP: 782, TCPBytes: 46002, UDP: 2, UDPBytes: 92, ARP: 1, MinHeaders: 2, MaxHeaders: 3, MeanHeaders: (784*3 + 2) / 785.,
		},
		Flows: flowtable.Stats{
			Created: 16, Opposites: 6, Layer2: 1, IPv4: 14, IPv6: 1, MaxLive: 6, Conversations: 10,
			PacketsA: 400, PacketsB: 385, BytesA: 25346, BytesB: 20790, FlowStat: 0x0c0000000000c044,
		},
		MaxFlows: 262144, Memory: 12e6, Physical: 24e9,
	}
	b, err := os.ReadFile("testdata/t2.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(
		"Tranalyzer 0.9.3 (Anteater), Cobra. PID: 13259, Prio: 0, SID: 666", version.Product()+". PID: 13259",
		", 0.9.3\n", ", 0.9.3, wasm\n",
	).Replace(string(b))
	got, own, ok := strings.Cut(r.Head()+r.Body(), strings.Repeat("~", 80)+"\nCost of ")
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" || !ok {
		t.Errorf("-T2 +ours; then %q:\n%s", own, diff)
	}
}
