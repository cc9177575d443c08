package host

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk"
)

// flowColumns are the columns of T2's flow file that this host has so far.
var flowColumns = []string{"dir", "flowInd", "timeFirst", "timeLast", "srcIP", "srcPort", "dstIP", "dstPort", "l4Proto", "tcpStatesAFlags", "tcpWinStat", "tcpWinThCnt"}

// recorder is a plugin that writes each flow's columns as a line.
func recorder(out *[]string) *sdk.Plugin {
	return sdk.Define(sdk.Spec[struct{}]{
		Name: "recorder", Number: 900, Version: "1.0.0", Doc: "records flow ends for a test",
		Requires: []sdk.Requirement{{Name: "tcpwin"}},
		Ends: sdk.End(sdk.FirstSeen, sdk.LastSeen, sdk.FlowInd, sdk.Dir, sdk.SrcIP, sdk.DstIP, sdk.SrcPort, sdk.DstPort, sdk.Proto, sdk.TCPStates).
			With(sdk.H8("tcpwin.tcpWinStat", ""), sdk.U32("tcpwin.tcpWinThCnt", "")),
		Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
			return &sdk.Loop{EndFlow: func(e sdk.EndRow) error {
				*out = append(*out, fmt.Sprintf("%c\t%d\t%s\t%s\t%s\t%d\t%s\t%d\t%d\t%s\t%s\t%d", "AB"[e.Dir()], e.FlowInd(),
					nanos(e.FirstSeen()), nanos(e.LastSeen()), e.SrcIP(), e.SrcPort(), e.DstIP(), e.DstPort(), e.Proto(),
					sdk.Hex8(e.TCPStates()), sdk.Hex8(uint8(e.Uint(0))), e.Uint(1)))
				return nil
			}}, nil
		},
	})
}

func nanos(t int64) string { return fmt.Sprintf("%d.%09d", t/1e9, t%1e9) }

// differs are the captures whose flows are not T2's, and why.
var differs = map[string]string{
	"arkime_gre-erspan-vxlan.pcap":     "tunnel",
	"arkime_ipv6-in-ipv4.pcap":         "tunnel",
	"arkime_pppoe.pcap":                "tunnel",
	"tcpdump_geneve.pcap":              "tunnel",
	"pcapngtest_be_test202.pcapng":     "libpcap, and so T2, reads the interfaces of the first link type only",
	"ppp_many_interfaces-1.pcapng":     "the same",
	"ppp_multi_if_linktypes.pcapng":    "the same",
	"tcpdump_mpls-traceroute_ppp.pcap": "T2 misparses MPLS in PPP (t2-decode.md 10.4)",
	"zeek_ip4-trunc.pcap":              "T2 reads what stood in memory behind the captured bytes (t2-decode.md 0)",
}

func TestFlowsAgreeWithT2(t *testing.T) {
	shared := sharedFolder(t)
	files, err := filepath.Glob(filepath.Join(shared, "expected/default/*.flows.txt*"))
	if err != nil || len(files) == 0 {
		t.Fatal("no expected flows", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(file), ".xz"), ".flows.txt")
		t.Run(name, func(t *testing.T) {
			want := expectedFlows(t, file)
			var got []string
			c := testConfig(t, captureFile(t, shared, name), "recorder")
			c.Catalogue = plugin.BuiltIn(tcpwin.Plugin, recorder(&got))
			if _, err := Run(context.Background(), c); err != nil {
				t.Logf("run: %v", err)
			}
			same := 0
			for i := range min(len(got), len(want)) {
				if got[i] == want[i] {
					same++
				} else if same+10 > i {
					t.Logf("flow record %d:\n got %s\nwant %s", i, got[i], want[i])
				}
			}
			why, agree := differs[name], len(got) == len(want) && same == len(want)
			switch {
			case !agree && why == "":
				t.Errorf("%d of %d flow records agree (got %d)", same, len(want), len(got))
			case agree && why != "":
				t.Errorf("all flow records agree: take it off the list of those that differ")
			}
		})
	}
}

func expectedFlows(t *testing.T, file string) []string {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(file, ".xz") {
		data = unxz(t, file)
	}
	s := bufio.NewScanner(bytes.NewReader(data))
	s.Buffer(nil, 1<<20)
	s.Scan()
	header := strings.Split(strings.TrimPrefix(s.Text(), "%"), "\t")
	var lines []string
	for s.Scan() {
		cells := strings.Split(s.Text(), "\t")
		var line []string
		for _, c := range flowColumns {
			line = append(line, cells[slices.Index(header, c)])
		}
		lines = append(lines, strings.Join(line, "\t"))
	}
	return lines
}
