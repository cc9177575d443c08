//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSensorRows: records of sensors are kept by a hub, each once, with the sensor's name and sequence: also those of a run that ends while the
// hub is away, which wait on the disk for the next run.
func TestSensorRows(t *testing.T) {
	slowTest(t)
	h := newHub(t)
	capture, err := filepath.Abs("../../testdata/windows.pcap")
	if err != nil {
		t.Fatal(err)
	}
	run := func(to string) {
		t.Helper()
		_, errs, code := h.say("-q", "-r", capture, "-p", "basicflow", "--to", to)
		if waits := strings.Contains(errs, "batches wait in "); (code == 0) == (h.hub.ProcessState != nil) || code != 0 && !waits {
			t.Fatalf("%s: %d %s", to, code, errs)
		}
	}
	run("flows=json:alone.json")
	alone, err := os.ReadFile(filepath.Join(h.dir, "alone.json"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(h.dir, "state/t2host/hub/hub")
	to := func(sensor string) string {
		return fmt.Sprintf("flows=hub://%s?sensor=%s&rows=50&spool=10M&spool_dir=%s&stall=1s", file, sensor, h.dir)
	}
	run(to("north"))
	h.mu.Lock()
	_ = h.hub.Process.Kill()
	_ = h.hub.Wait()
	h.mu.Unlock()
	run(to("south"))
	h.start()
	run(to("south"))

	out, errs, code := h.say("collect", "--live", "flows")
	if code != 0 {
		t.Fatalf("%d %s", code, errs)
	}
	got := map[string]string{} // by sensor, its rows
	prefix := regexp.MustCompile(`^\{"sensorName":"(\w+)","sensorRun":"(\w+)","sensorSequence":(\d+),`)
	seen := map[string]int{}
	for line := range strings.Lines(out) {
		m := prefix.FindStringSubmatch(line)
		if m == nil || !json.Valid([]byte(line)) {
			t.Fatalf("row %q", line)
		}
		got[m[1]] += "{" + strings.TrimPrefix(line, m[0])
		seen[m[0]]++
	}
	if got["north"] != string(alone) || got["south"] != string(alone)+string(alone) || len(got) != 2 {
		t.Errorf("%d bytes of north, %d of south; alone %d", len(got["north"]), len(got["south"]), len(alone))
	}
	for batch, n := range seen {
		if n > 50 {
			t.Errorf("%d rows of %s", n, batch)
		}
	}
	if _, errs, code := h.say("collect", "--live", "other"); code != 1 || !strings.Contains(errs, "no sensor has sent a table") {
		t.Errorf("%d %s", code, errs)
	}
	if _, errs, code := h.say("-r", capture, "-p", "basicflow", "--to", "flows=csv+hub://"+file); code != 2 || !strings.Contains(errs, "a hub keeps rows as json, not as csv") {
		t.Errorf("%d %s", code, errs)
	}
}
