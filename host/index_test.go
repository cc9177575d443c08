package host

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/plugins/all"
)

// tcpDiffers are the captures in which tshark, which made INDEX.tsv, counts TCP
// packets that are not read here as TCP, or the other way round.
var tcpDiffers = map[string]string{
	"zeek_gre-aruba.pcap":      "GRE with Aruba's 802.11: not opened, as in T2",
	"sv_fuzz_corrupt.pcap":     "TCP header length 0: T2 counts it too, tshark does not",
	"tcpdump_bigtcp-ipv6.pcap": "payload length 0 and no jumbo option: tshark stops there",
}

// TestIndex runs every shared capture to its end: packets, TCP packets and
// damage are those of the index.
func TestIndex(t *testing.T) {
	slow(t)
	shared := sharedFolder(t)
	data, err := os.ReadFile(filepath.Join(shared, "captures/INDEX.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	columns := map[string]int{}
	for i, name := range strings.Split(lines[0], "\t") {
		columns[name] = i
	}
	for _, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		cell := func(name string) string { return cells[columns[name]] }
		t.Run(cell("file"), func(t *testing.T) {
			c := testConfig(t, captureFile(t, shared, cell("file")), "tcpwin")
			c.Catalogue = plugin.BuiltIn(all.Plugins()...)
			r, err := Run(context.Background(), c)
			if r == nil {
				t.Fatal(err)
			}
			if n, nerr := strconv.ParseUint(cell("packets"), 10, 64); nerr == nil && r.Counts.Packets != n {
				t.Errorf("%d packets, want %d", r.Counts.Packets, n)
			}
			n, nerr := strconv.ParseUint(cell("tcp_packets"), 10, 64)
			switch why, agree := tcpDiffers[cell("file")], r.Counts.TCP == n; {
			case nerr != nil: // the index has no number
			case !agree && why == "":
				t.Errorf("%d TCP packets, want %d", r.Counts.TCP, n)
			case agree && why != "":
				t.Errorf("TCP packets agree: take it off the list of those that differ")
			}
			damage := strings.Join(r.Damage, "; ")
			switch want := cell("damage"); {
			case want == "" && (strings.Contains(damage, ": cut") || strings.Contains(damage, ": corrupt")),
				want == "CUT" && (!strings.Contains(damage, ": cut") || err != nil),
				want == "CORRUPT" && (!strings.Contains(damage, ": corrupt") || err == nil):
				t.Errorf("damage %q, error %v; want %q", damage, err, want)
			}
			if r.Counts.Panics > 0 {
				t.Errorf("the decoder broke on %d packets", r.Counts.Panics)
			}
		})
	}
}
