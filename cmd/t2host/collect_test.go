//go:build unix

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCollectIsTheRuns: what collect writes is what t2host writes, run on each capture alone, or on all as a series: files of plugins byte
// for byte, and the lines of the report that are sums.
func TestCollectIsTheRuns(t *testing.T) {
	slowTest(t)
	h := newHub(t)
	h.work()
	dir := someCaptures(t, 2)
	paths := []string{filepath.Join(dir, "0000.pcap"), filepath.Join(dir, "0001.pcap")}
	list := filepath.Join(h.dir, "list.txt")
	if err := os.WriteFile(list, []byte(strings.Join(paths, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		t.Helper()
		out, errs, code := h.say(args...)
		if code != 0 {
			t.Fatalf("%v: %d %s", args, code, errs)
		}
		return out
	}
	const plugins = "tcpwin,tcpstates,txtsink"
	series := run("-R", list, "-p", plugins, "-w", "whole")
	run("-r", paths[0], "-p", plugins, "-w", "a")
	run("-r", paths[1], "-p", plugins, "-w", "b")
	gotSeries := run("collect", h.submit("-p", plugins, "--series", list), "-w", "series")
	gotEach := run("collect", h.submit("-p", plugins, dir), "-w", "each")

	same := func(want, got string) {
		t.Helper()
		a, err := os.ReadFile(filepath.Join(h.dir, want))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(h.dir, got))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(a), string(b)); diff != "" {
			t.Errorf("%s (-alone +fleet):\n%s", got, diff)
		}
	}
	for _, name := range []string{"flows.txt", "tcpwin.txt"} {
		same("whole_"+name, "series_"+name)
		same("a_"+name, "each_1_"+name)
		same("b_"+name, "each_2_"+name)
	}
	// The report of a series is that of the run, but for the names of captures and files.
	named := regexp.MustCompile(`(?m)^(tasks|input|files) .*\n`)
	if diff := cmp.Diff(named.ReplaceAllString(series, ""), named.ReplaceAllString(gotSeries, "")); diff != "" {
		t.Errorf("report of the series (-alone +fleet):\n%s", diff)
	}
	if want := "tasks     2, 0 failed\ninput     2 files, 0000.pcap to 0001.pcap, Ethernet [EN10MB/1]\n"; !strings.HasPrefix(gotEach, want) || !strings.Contains(gotEach, "packets   3870 (3.87 K), ") {
		t.Errorf("report of each:\n%s", gotEach)
	}
	if !strings.HasSuffix(gotEach, "files     each_flows.txt, each_1_flows.txt, each_1_headers.txt, each_1_tcpwin.txt, each_2_flows.txt, each_2_headers.txt, and 2 more\n") {
		t.Errorf("files of each:\n%s", gotEach)
	}
	long := run("collect", h.submit("-p", plugins, dir), "-w", "long", "-v")
	if !strings.Contains(long, "Number of processed packets: 3870 (3.87 K)\n") || !strings.Contains(long, "Number of processed      flows: ") {
		t.Errorf("long report:\n%s", long)
	}
}
