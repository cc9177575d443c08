package host

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/t2host/t2host/testdata/built"

	"github.com/t2host/t2host/host/launch"
	"github.com/t2host/t2host/host/plugin"
	"github.com/t2host/t2host/sdk"
)

// TestAGuestsMemoryStaysFlat sends packets to a guest that makes garbage at each:
// a million in make test, 50 million in make soak. Its memory is bounded to
// 12 MiB, and a fresh guest in Go has 6.
func TestAGuestsMemoryStaysFlat(t *testing.T) {
	slow(t)
	packets := 1_000_000
	if n, err := strconv.Atoi(os.Getenv("T2HOST_PACKETS")); err == nil {
		packets = n
	}
	path := filepath.Join(t.TempDir(), "allocates.wasm")
	if err := built.Guest(path, "testdata/guests/allocates"); err != nil {
		t.Fatal(err)
	}
	log := func(line string) { t.Log(line) }
	k := launch.Config{CacheDir: moduleCache(t)}.Carrier(plugin.CarrierConfig{MaxMemory: 12 << 20, Consent: plugin.Consent{Trust: []string{"allocates"}}, Note: log, Warn: log})
	defer k.Close()
	found, err := k.Describe(path)
	if err != nil {
		t.Fatal(err)
	}
	stage, err := k.Carry(plugin.Loaded{Artefact: found[0], Runtime: plugin.Wasm}, log).Open(sdk.Opening{})
	if err != nil {
		t.Fatal(err)
	}
	const rows = 4096
	b := &sdk.Batch{Packets: sdk.Packets{N: rows, Flow: make([]uint32, rows), Window: make([]uint32, rows)}}
	for i := range rows {
		b.Packets.Window[i] = uint32(i)
	}
	for n := 0; n < packets; n += rows {
		b.Number++
		if err := stage.Batch(b); err != nil {
			t.Fatalf("after %d packets: %v", n, err)
		}
	}
	b.Final = true
	if err := stage.Batch(b); err != nil || len(b.Out.Report) != 1 {
		t.Errorf("report %v, %v", b.Out.Report, err)
	}
	if err := stage.Close(); err != nil {
		t.Error(err)
	}
}
