package host

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/plugins/all"
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// recorder is a plugin that writes each flow's columns as a line.
func recorder(out *[]string) *sdk.Plugin {
	return sdk.Define(sdk.Spec[struct{}]{
		Name: "recorder", Number: 900, Version: "1.0.0", Doc: "records flow ends for a test",
		Requires: []sdk.Requirement{{Name: "tcpwin"}},
		Ends: sdk.End(field.FirstSeen, field.LastSeen, field.FlowInd, field.Dir, field.SrcIP, field.DstIP, field.SrcPort, field.DstPort, field.Proto, field.TCPStates).
			With(tcpwin.Stat, tcpwin.Count),
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			stat, count := tcpwin.Stat.Reader(env), tcpwin.Count.Reader(env)
			return &sdk.Loop{EndFlow: func(e sdk.EndRow) error {
				*out = append(*out, fmt.Sprintf("%c\t%d\t%s\t%s\t%s\t%d\t%s\t%d\t%d\t%s\t%s\t%d", "AB"[e.Dir()], e.FlowInd(),
					nanos(e.FirstSeen()), nanos(e.LastSeen()), e.SrcIP(), e.SrcPort(), e.DstIP(), e.DstPort(), e.Proto(),
					sdk.Hex8(e.TCPStates()), sdk.Hex8(stat.Get(e)), count.Get(e)))
				return nil
			}}, nil
		},
	})
}

func nanos(t int64) string { return fmt.Sprintf("%d.%09d", t/1e9, t%1e9) }

// differs are the captures whose records are not T2's, and why (RATIONALE.md).
var differs = map[string]string{
	"arkime_gre-erspan-vxlan.pcap":     "T2 looks for no VXLAN after GRE (docs/reference/decoding.md#tunnels-by-port)",
	"pcapngtest_be_test202.pcapng":     "libpcap, and so T2, reads the packets of the first interface only",
	"tcpdump_mpls-traceroute_ppp.pcap": "T2 misparses MPLS in PPP (docs/reference/decoding.md#mpls-over-ppp)",
	"zeek_ip4-trunc.pcap":              "T2 reads what was in memory after the captured bytes (docs/reference/decoding.md#bytes-that-were-not-captured)",
}

// TestFlowsAgreeWithT2 compares flow files with T2's, byte for byte: the same
// records in the same order, with the same text in every column.
func TestFlowsAgreeWithT2(t *testing.T) {
	slow(t)
	flowsAgree(t, sharedFolder(t), differs)
}

// TestFreshFlowsAgreeWithT2 does the same with captures that were new to the program.
func TestFreshFlowsAgreeWithT2(t *testing.T) {
	slow(t)
	flowsAgree(t, freshFolder(t), nil)
}

// flowsAgree compares the flow files of a folder; differs are those that are known to differ.
func flowsAgree(t *testing.T, shared string, differs map[string]string) {
	files, err := filepath.Glob(filepath.Join(shared, "expected/default/*.flows.txt*"))
	if err != nil || len(files) == 0 {
		t.Fatal("no expected flows", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(file), ".xz"), ".flows.txt")
		t.Run(name, func(t *testing.T) {
			want := expectedFlows(t, file)
			columns := strings.ReplaceAll(strings.TrimPrefix(want[0], "%"), "\t", ",")
			c := testConfig(t, captureFile(t, shared, name), "basicflow", "basicstats", "tcpstates", "tcpwin", "txtsink")
			c.Catalogue = plugin.BuiltIn(all.Plugins()...)
			c.Settings = likeT2(settingsOf(t, "txtsink.columns="+columns))
			if _, err := Run(context.Background(), c); err != nil {
				t.Logf("run: %v", err)
			}
			data, err := os.ReadFile(c.Prefix + "_flows.txt")
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
			same := 0
			for i := range min(len(got), len(want)) {
				if got[i] == want[i] {
					same++
				} else if same+10 > i {
					t.Logf("line %d:\n got %s\nwant %s", i+1, got[i], want[i])
				}
			}
			why, agree := differs[name], len(got) == len(want) && same == len(want)
			switch {
			case !agree && why == "":
				t.Errorf("%d of %d lines agree (got %d)", same, len(want), len(got))
			case agree && why != "":
				t.Errorf("all lines agree: take it off the list of those that differ")
			}
		})
	}
}

// expectedFlows are the lines of a flow file of T2's.
func expectedFlows(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(file, ".xz") {
		data = unxz(t, file)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}
