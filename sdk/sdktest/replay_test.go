package sdktest_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/t2host/t2host/host"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/host/settings"
	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk/sdktest"
)

// TestReplay: a plugin does in a test what it did in the run that was recorded.
func TestReplay(t *testing.T) {
	dir := t.TempDir()
	values, err := settings.Load(os.DevNull, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "tcpwin.rec")
	c := host.Config{
		Files: []string{"../../testdata/windows.pcap"}, Prefix: filepath.Join(dir, "out"), Settings: values, Zone: time.UTC, Quiet: true,
		Plugins: []plugin.Request{{Name: "tcpwin"}}, Catalogue: plugin.BuiltIn(tcpwin.Plugin), Runtime: plugin.Inproc, Record: map[string]string{"tcpwin": path},
	}
	if _, err := host.Run(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	sdktest.Replay(t, path, tcpwin.Plugin)
}
