package tcpwinsink_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/plugins/all"
)

const windows = "../../testdata/windows.pcap"

// run runs both plugins over a capture.
func run(t *testing.T, capture string, sets ...string) {
	t.Helper()
	values, err := settings.Load(os.DevNull, nil, sets)
	if err != nil {
		t.Fatal(err)
	}
	_, err = host.Run(context.Background(), host.Config{
		Files: []string{capture}, Prefix: filepath.Join(t.TempDir(), "out"),
		Plugins: []plugin.Request{{Name: "tcpwinsink"}}, Catalogue: plugin.BuiltIn(all.Plugins()...), Runtime: plugin.Inproc, Settings: values, Quiet: true,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestDatagrams: over UDP a report that is longer than max_datagram comes in
// parts, split between rows, each with the header.
func TestDatagrams(t *testing.T) {
	for _, format := range []string{"t2", "jsonl"} {
		conn, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		whole := filepath.Join(t.TempDir(), "whole")
		// Every source enters the table; two reports, the first and the final one.
		sets := []string{"tcpwin.threshold=65536", "tcpwin.min_packets=1", "tcpwinsink.when=flow_end", "tcpwinsink.interval=3600", "tcpwinsink.format=" + format}
		run(t, windows, append(sets, "tcpwinsink.to=file:"+whole)...)
		run(t, windows, append(sets, "tcpwinsink.max_datagram=512", "tcpwinsink.to=udp://"+conn.LocalAddr().String())...)

		var rows []string
		parts := 0
		buf := make([]byte, 1<<16)
		for {
			if err := conn.SetReadDeadline(time.Now().Add(500 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			n, _, err := conn.ReadFrom(buf)
			if err != nil {
				break
			}
			parts++
			if n > 512 {
				t.Errorf("%s: datagram of %d bytes", format, n)
			}
			rows = append(rows, rowsOf(string(buf[:n]))...)
		}
		data, err := os.ReadFile(whole)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rowsOf(string(data)), rows); diff != "" || parts < 3 {
			t.Errorf("%s: %d parts, rows (-whole +parts):\n%s", format, parts, diff)
		}
	}
}

// rowsOf returns the rows of reports: lines that begin with an address, or the
// objects with one.
func rowsOf(text string) []string {
	var rows []string
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == 0 }) {
		if _, list, ok := strings.Cut(line, `"rows":[`); ok {
			for _, object := range strings.Split(strings.TrimSuffix(list, "]}"), "},") {
				rows = append(rows, strings.TrimSuffix(object, "}"))
			}
		} else if !strings.HasPrefix(line, "#") {
			rows = append(rows, line)
		}
	}
	return rows
}
