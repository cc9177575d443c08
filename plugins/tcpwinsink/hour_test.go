package tcpwinsink_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/t2host/t2host/sdk/sdktest"
)

// TestShutForAnHour: one connection whose receiver answers probes with a window of 0 for an hour is
// reported within ten seconds, and then every five.
func TestShutForAnHour(t *testing.T) {
	var b strings.Builder
	b.WriteString("0 10.0.0.1:1000 > 10.0.0.2:80 S\n0.1 10.0.0.2:80 > 10.0.0.1:1000 SA ack=1\n0.2 10.0.0.1:1000 > 10.0.0.2:80 . repeat=60 step=0.001\n")
	for at := 1; at < 3600; at += 2 {
		fmt.Fprintf(&b, "%d 10.0.0.1:1000 > 10.0.0.2:80 . win=0\n%d.5 10.0.0.2:80 > 10.0.0.1:1000 .\n", at, at)
	}
	data, err := sdktest.Packets(b.String() + "3601 10.0.0.1:1000 > 10.0.0.2:80 .\n")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	capture, reports := filepath.Join(dir, "in.pcap"), filepath.Join(dir, "reports")
	if err := os.WriteFile(capture, data, 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, capture, "tcpwinsink.format=jsonl", "tcpwinsink.time=utc", "tcpwinsink.to=file:"+reports)
	text, err := os.ReadFile(reports)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if n := len(lines); n < 719 || n > 722 {
		t.Errorf("%d reports", n)
	}
	const first, since = `{"time":"2023-11-14T22:13:25Z"`, `"waiting":"10.0.0.2","since":"2023-11-14T22:13:21Z"`
	if !strings.HasPrefix(lines[0], first) || !strings.Contains(lines[0], since) || !strings.Contains(lines[700], since) {
		t.Errorf("the first report is %s, the 701st %s", lines[0], lines[700])
	}
}
