package txtsink_test

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/t2host/t2host/host/plugin/remote"
	"github.com/t2host/t2host/host/plugin/wasm"
	"github.com/t2host/t2host/plugins/txtsink"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
	"github.com/t2host/t2host/testdata/built"
)

// sandboxed is the plugin in wasm, of a module built from the code as it is.
func sandboxed(b *testing.B) *sdk.Plugin {
	b.Helper()
	path := filepath.Join(b.TempDir(), "all.wasm")
	if err := built.Guest(path, "plugins/all/cmd/all"); err != nil {
		b.Fatal(err)
	}
	code, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	log := func(line string) { b.Log(line) }
	engine := wasm.New(wasm.Config{Note: log, Warn: log})
	b.Cleanup(func() { engine.Close() })
	module, err := engine.Module(context.Background(), "all", code)
	if err != nil {
		b.Fatal(err)
	}
	return remote.Carry(txtsink.Plugin, func() (remote.Peer, error) { return module.Connect(64<<20, log) })
}

// BenchmarkRecords measures the whole sink on records of 20 columns of one kind,
// compiled in and in the sandbox: a cell's cost, the crossing included. A record of
// no columns is the part of it that all have.
func BenchmarkRecords(b *testing.B) {
	const rows, columns = 64, 20
	values := map[string]func(i int) []byte{
		"u16":      func(i int) []byte { return number(2, uint64(i)) },
		"u64":      func(i int) []byte { return number(8, uint64(i)*uint64(i)*uint64(i%7)) },
		"h64":      func(i int) []byte { return number(8, uint64(i)<<40) },
		"f32":      func(i int) []byte { return number(4, uint64(math.Float32bits(float32(math.Exp(float64(i%29-9)))))) },
		"f64":      func(i int) []byte { return number(8, math.Float64bits(math.Exp(float64(i%29-9)))) },
		"time":     func(i int) []byte { return number(8, 1581109488_041083000+uint64(i)*1e6) },
		"duration": func(i int) []byte { return number(8, uint64(i)*1e6) },
		"ip":       func(i int) []byte { return sdk.IPv4([16]byte{10, 0, byte(i >> 8), byte(i)}).AppendWire(nil) },
		"mac[]":    func(i int) []byte { return number(6, uint64(i)) },
		"text[]":   func(int) []byte { return (value.Text | value.List).AppendTo(nil, []byte("eth:ipv4:tcp")) },
	}
	for _, runtime := range []string{"inproc", "wasm"} {
		p := txtsink.Plugin
		if runtime == "wasm" {
			p = sandboxed(b)
		}
		for _, name := range []string{"nothing", "u16", "u64", "h64", "f32", "f64", "time", "duration", "ip", "mac[]", "text[]"} {
			b.Run(runtime+"/"+name, func(b *testing.B) {
				var o sdk.Opening
				batch := records(rows, o)
				for n := 0; n < columns && name != "nothing"; n++ {
					of := value.TypeNamed(name)
					o.Columns = append(o.Columns, sdk.ColumnInfo{Name: "bench.c" + strconv.Itoa(n), Type: of})
					v := value.Vec{Type: of}
					for i := range rows {
						v.Append(values[name](i))
					}
					batch.Ends.Columns = append(batch.Ends.Columns, v)
				}
				stage, err := p.Open(o)
				if err != nil {
					b.Fatal(err)
				}
				least := math.Inf(1) // the fastest round: others work on the machine
				for b.Loop() {
					start := b.Elapsed()
					batch.Number++
					if err := stage.Batch(batch); err != nil {
						b.Fatal(err)
					}
					least = min(least, float64((b.Elapsed() - start).Nanoseconds()))
				}
				if lines := bytes.Count(batch.Out.Frames[0].Data, []byte("\n")); lines == 0 {
					b.Error("no line was written")
				}
				b.ReportMetric(least/rows, "ns/record")
				b.ReportMetric(least/rows/columns, "ns/cell")
				if err := stage.Close(); err != nil {
					b.Error(err)
				}
			})
		}
	}
}

func number(size int, u uint64) []byte {
	var b []byte
	for range size {
		b = append(b, byte(u))
		u >>= 8
	}
	return b
}
