package encode

import (
	"math"
	"strconv"
	"testing"

	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/sdk/value"
)

// BenchmarkCells measures each format on rows of 20 columns of one kind: a cell's cost.
func BenchmarkCells(b *testing.B) {
	const rows, columns = 64, 20
	values := map[string]func(i int) []byte{
		"u16":      func(i int) []byte { return num(2, uint64(i)) },
		"u64":      func(i int) []byte { return num(8, uint64(i)*uint64(i)*uint64(i%7)) },
		"h64":      func(i int) []byte { return num(8, uint64(i)<<40) },
		"f32":      func(i int) []byte { return num(4, uint64(math.Float32bits(float32(math.Exp(float64(i%29-9)))))) },
		"f64":      func(i int) []byte { return num(8, math.Float64bits(math.Exp(float64(i%29-9)))) },
		"time":     func(i int) []byte { return num(8, 1581109488_041083000+uint64(i)*1e6) },
		"duration": func(i int) []byte { return num(8, uint64(i)*1e6) },
		"ip":       func(i int) []byte { return ip4(10, 0, byte(i>>8), byte(i)) },
		"mac[]":    func(i int) []byte { return num(6, uint64(i)) },
		"text[]":   func(int) []byte { return (value.Text | value.List).AppendTo(nil, []byte("eth:ipv4:tcp")) },
	}
	for _, format := range []string{"text", "csv", "json"} {
		for _, name := range []string{"u16", "u64", "h64", "f32", "f64", "time", "duration", "ip", "mac[]", "text[]"} {
			b.Run(format+"/"+name, func(b *testing.B) {
				r := &stream.Rows{N: rows, At: make([]int64, rows)}
				c := Config{Frame: 64 << 10, Emit: func([]byte, int) error { return nil }}
				for n := range columns {
					v := &value.Vec{Type: value.TypeNamed(name)}
					for i := range rows {
						v.Append(values[name](i))
					}
					c.Columns, r.Columns = append(c.Columns, value.Column{Name: "c" + strconv.Itoa(n), Type: v.Type}), append(r.Columns, v)
				}
				e, err := Named(format).New(c)
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					for i := range rows {
						if err := e.Put(r, i); err != nil {
							b.Fatal(err)
						}
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows/columns, "ns/cell")
			})
		}
	}
}

// TestRowsTakeNoMemory: lines and messages are made in memory that is used again.
func TestRowsTakeNoMemory(t *testing.T) {
	columns, r := exported(200)
	for _, format := range []string{"text", "csv", "json", "ipfix"} {
		e, err := Named(format).New(Config{Columns: columns, Frame: 4096, Emit: func([]byte, int) error { return nil }})
		if err != nil {
			t.Fatal(err)
		}
		all := func() {
			for i := range r.N {
				if err := e.Put(r, i); err != nil {
					t.Fatal(err)
				}
			}
		}
		all()
		if n := testing.AllocsPerRun(10, all); n > 0 {
			t.Errorf("%s: %v allocations for %d rows", format, n, r.N)
		}
	}
}
