package host

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// TestACaptureThatChanges: a run whose last capture gets another size while it reads the first
// ones ends well, and tells so in one line.
func TestACaptureThatChanges(t *testing.T) {
	data, err := os.ReadFile(windows)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		change func(path string) error
		want   string // FILE is the capture
	}{
		{
			"grows", func(path string) error {
				return os.WriteFile(path, append(data[:len(data):len(data)], data[24:]...), 0o644)
			},
			"capture FILE: the file grew from 283036 to 566048 bytes during the run: 566048 bytes were read",
		},
		{
			"shrinks", func(path string) error { return os.Truncate(path, 24) },
			"capture FILE: cut in packet 1 at byte 24: the file shrank from 283036 to 24 bytes during the run",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			last := filepath.Join(t.TempDir(), "last.pcap")
			if err := os.WriteFile(last, data, 0o644); err != nil {
				t.Fatal(err)
			}
			var once sync.Once
			changing := sdk.Define(sdk.Spec[struct{}]{
				Name: "changing", Number: 904, Version: "1.0.0", Doc: "changes a capture", Packets: sdk.TCP(),
				Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
					return &sdk.Loop{Packet: func(sdk.PacketRow) { once.Do(func() { err = c.change(last) }) }}, nil
				},
			})
			var shown bytes.Buffer
			cfg := testConfig(t, "", "changing")
			cfg.Settings, cfg.Catalogue, cfg.Quiet = settingsOf(t, "batch.rows=16"), plugin.BuiltIn(changing), false
			cfg.Stdout, cfg.Stderr = &bytes.Buffer{}, &shown
			cfg.Files = nil
			for range 20 { // more than is read ahead
				cfg.Files = append(cfg.Files, windows)
			}
			cfg.Files = append(cfg.Files, last)
			r, runErr := Run(context.Background(), cfg)
			if err != nil || runErr != nil {
				t.Fatal(err, runErr)
			}
			if r.Done > r.Size {
				t.Errorf("%d bytes of %d were read", r.Done, r.Size)
			}
			if want := "t2host: warning: " + strings.ReplaceAll(c.want, "FILE", last) + "\n"; shown.String() != want {
				t.Errorf("got  %swant %s", &shown, want)
			}
		})
	}
}
