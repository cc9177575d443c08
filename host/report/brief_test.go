package report

import (
	"strings"
	"testing"

	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/host/internal/outlet"
)

// TestBriefIsShort: of tcpwin and tcpwinsink it has at most twelve lines, whatever happens,
// and no text in it makes a line of its own.
func TestBriefIsShort(t *testing.T) {
	r := full()
	r.Plugins[0].Summary = []string{"host\x1b[2J", "two\nlines", "3", "4", "5", "6", "7"}
	r.Outlets = []Outlet{
		{Name: "tcpwin.summary", Target: "file:a_tcpwin.txt"},
		{Name: "tcpwinsink.reports", Target: "tcp://127.0.0.1:5555", Stats: outlet.Stats{Frames: 12, Bytes: 974, Dropped: 1, DroppedBytes: 5, Undelivered: 2, UndeliveredBytes: 7, Errors: 4}},
	}
	r.Counts.Unopened, r.Counts.UnopenedHeaders[0] = 7, decode.HeaderCount{Kind: decode.EtherTypeNumber, Number: 0x8926, Packets: 7}
	brief := r.Brief(0)
	if n := strings.Count(brief, "\n"); n > 12 || strings.ContainsAny(brief, "\x1b") {
		t.Errorf("%d lines:\n%s", n, brief)
	}
	for _, want := range []string{
		"input     2 files, a.pcap to b.pcap, Ethernet [EN10MB/1], Raw IP [RAW/101]\n",
		"tcpwin    host\\x1b[2J\n          two\\nlines\n          3\n          … 4 more lines with -v\n",
		"files     a_tcpwin.txt\nsent      12 reports (974 bytes) to tcp://127.0.0.1:5555; 3 reports (12 bytes) not delivered; 4 errors\n",
		"unopened  packets with a header that is not read: 7 (EtherType 0x8926: 7)\n",
		"warning   Packets with a header that was cut off: 5 (and ",
	} {
		if !strings.Contains(brief, want) {
			t.Errorf("no %q in:\n%s", want, brief)
		}
	}
}
