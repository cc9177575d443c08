package host

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/plugins/all"
	"github.com/t2host/t2host/testdata/pairs"
)

// TestPairs: a plugin has the same columns, whether it is written in the plainest way or by columns.
func TestPairs(t *testing.T) {
	var words []string
	for _, name := range pairs.Names {
		words = append(words, name, name+pairs.Columns)
	}
	c := testConfig(t, "../testdata/windows.pcap", append(words, "txtsink")...)
	c.Catalogue = plugin.BuiltIn(append(all.Plugins(), pairs.Plugins()...)...)
	if _, err := Run(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(c.Prefix + "_flows.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	head := strings.Split(strings.TrimPrefix(lines[0], "%"), "\t")
	compared, set := 0, 0
	for _, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		for i, name := range head {
			other := slices.Index(head, name+pairs.Columns)
			if other < 0 {
				continue
			}
			if compared++; cells[i] != cells[other] {
				t.Fatalf("%s: %s plain, %s by columns", name, cells[i], cells[other])
			}
			if cells[i] != "0" {
				set++
			}
		}
	}
	if want := 16 * (len(lines) - 1); compared != want || set < want/3 {
		t.Errorf("%d cells compared, want %d; %d are not 0", compared, want, set)
	}
}
