package host

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/plugins/tcpwin"
)

// TestAListIsOneStream: a capture cut into files has the results of the whole one:
// flows go on across files, times are right to the nanosecond.
func TestAListIsOneStream(t *testing.T) {
	whole, err := os.ReadFile(windows)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var files []string
	for at := 24; at < len(whole); {
		file := append([]byte(nil), whole[:24]...)
		for n := 0; n < 700 && at < len(whole); n++ {
			next := at + 16 + int(binary.LittleEndian.Uint32(whole[at+8:]))
			file = append(file, whole[at:next]...)
			at = next
		}
		path := filepath.Join(dir, string(rune('a'+len(files)))+".pcap")
		if err := os.WriteFile(path, file, 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	records := func(files []string) []string {
		var list []string
		c := testConfig(t, "", "recorder")
		c.Files, c.Catalogue = files, plugin.BuiltIn(tcpwin.Plugin, recorder(&list))
		if _, err := Run(context.Background(), c); err != nil {
			t.Fatal(err)
		}
		return list
	}
	if diff := cmp.Diff(records([]string{windows}), records(files)); diff != "" || len(files) != 4 {
		t.Errorf("%d files (-whole +list):\n%s", len(files), diff)
	}
}
