package host

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/host/internal/flowtable"
	"github.com/t2host/t2host/sdk"
)

// TestReportOfCaptures: the report knows the captures, and the time and room that they took.
func TestReportOfCaptures(t *testing.T) {
	c := testConfig(t, "../testdata/rules/two_links.pcapng")
	c.Files = append(c.Files, windows) // the shorter snapshots
	r, err := Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	size := int64(0)
	for _, file := range c.Files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	if r.Done != size || r.Size != size {
		t.Errorf("done %d of %d, want %d", r.Done, r.Size, size)
	}
	if r.Snaplen != 65535 {
		t.Errorf("snapshot length %d, want the larger one, 65535", r.Snaplen)
	}
	if diff := cmp.Diff([]string{"Ethernet [EN10MB/1]", "Raw IP [RAW/101]"}, r.Links); diff != "" {
		t.Errorf("link types (-want +got):\n%s", diff)
	}
	if r.Elapsed <= 0 || r.Flushed < r.Elapsed {
		t.Errorf("last packet after %v, last flow's end after %v", r.Elapsed, r.Flushed)
	}
	if r.MaxFlows != 4194304 {
		t.Errorf("flow.max_flows is %d, want the default", r.MaxFlows)
	}
	if r.Memory < 1<<20 || r.Physical > 0 && r.Memory > r.Physical {
		t.Errorf("memory %d of %d", r.Memory, r.Physical)
	}
}

// TestReportAgreesWithT2 holds the report against the sums of T2's flow files; only one report of T2's
// own is there, of figures that are not (host/report).
func TestReportAgreesWithT2(t *testing.T) {
	slow(t)
	shared := sharedFolder(t)
	files, err := filepath.Glob(filepath.Join(shared, "expected/default/*.flows.txt"))
	if err != nil || len(files) == 0 {
		t.Fatal("no expected flows", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".flows.txt")
		if differs[name] != "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			c := testConfig(t, captureFile(t, shared, name))
			c.Settings = likeT2(settingsOf(t))
			r, err := Run(context.Background(), c)
			if err != nil {
				t.Logf("run: %v", err)
			}
			lines, status := sums(t, expectedFlows(t, file))
			got := strings.Split(r.Body(), "\n")
			for _, line := range lines {
				if !slices.Contains(got, line) {
					t.Errorf("no line %q", line)
				}
			}
			// A plugin sets this one in T2, on flows alone.
			ours := r.Flows.FlowStat | r.Counts.NoFlowStat
			if missing := status &^ ours &^ flowtable.ManyStacks; missing != 0 {
				t.Errorf("flowStat %#x: %#x is missing", ours, missing)
			}
			if more := ours &^ status &^ r.Counts.NoFlowStat; more != 0 {
				t.Errorf("flowStat %#x: %#x is on no flow", ours, more)
			}
		})
	}
}

// sums are lines of the report, and the bits of all flows, from a flow file.
func sums(t *testing.T, file []string) (lines []string, status decode.FlowStat) {
	t.Helper()
	column := map[string]int{}
	for i, name := range strings.Split(file[0], "\t") {
		column[name] = i
	}
	var a, b, pad, replies, flows uint64
	for _, line := range file[1:] {
		cells := strings.Split(line, "\t")
		number := func(name string) int64 {
			n, err := strconv.ParseInt(cells[column[name]], 0, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		bits, packets := decode.FlowStat(number("flowStat")), uint64(number("pktsSnt"))
		if flows++; bits&flowtable.Inverted == 0 {
			a += packets
		} else {
			replies++
			b += packets
		}
		pad += uint64(max(number("padBytesSnt"), 0))
		status |= bits &^ flowtable.Inverted
	}
	add := func(name string, n, total uint64) {
		if n > 0 {
			lines = append(lines, fmt.Sprintf("Number of %s: %s", name, sdk.Share(n, total)))
		}
	}
	add("A packets", a, a+b)
	add("B packets", b, a+b)
	add("request        flows", flows-replies, flows)
	add("reply          flows", replies, flows)
	if pad > 0 {
		lines = append(lines, "Number of pad bytes: "+sdk.Count(pad))
	}
	if flows > 0 {
		lines = append(lines, "Number of processed      flows: "+sdk.Count(flows))
	}
	return lines, status
}
