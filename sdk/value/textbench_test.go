package value

import (
	"math"
	"strconv"
	"testing"
)

// BenchmarkText measures the text forms, a value at a time, and strconv beside
// them. In a guest: see plugins/txtsink.
func BenchmarkText(b *testing.B) {
	floats, numbers := make([]float32, 1024), make([]uint64, 1024)
	for i := range floats {
		floats[i] = float32(math.Exp(float64(i%29-9))) * (1 + float32(i)/1024)
		numbers[i] = uint64(i) * uint64(i) * uint64(i%7)
	}
	var buf []byte
	text := []byte("eth:ipv4:tcp")
	texts, ip := list(Text|List, string(text)), ip(4, [16]byte{192, 168, 0, 13})
	for _, c := range []struct {
		name string
		f    func(i int)
	}{
		{"float", func(i int) { buf = appendFloat32(buf[:0], floats[i]) }},
		{"float/strconv", func(i int) { buf = strconv.AppendFloat(buf[:0], float64(floats[i]), 'g', 7, 64) }},
		{"double", func(i int) { buf = appendFloat64(buf[:0], float64(floats[i])) }},
		{"double/strconv", func(i int) { buf = strconv.AppendFloat(buf[:0], float64(floats[i]), 'f', 6, 64) }},
		{"decimal", func(i int) { buf = AppendDecimal(buf[:0], numbers[i]) }},
		{"decimal/strconv", func(i int) { buf = strconv.AppendUint(buf[:0], numbers[i], 10) }},
		{"text", func(int) { buf = appendEscaped(buf[:0], text) }},
		{"text list", func(int) { buf = (Text | List).AppendText(buf[:0], texts) }},
		{"mac list", func(int) { buf = (MAC | List).AppendText(buf[:0], ip[:6]) }},
		{"ip", func(int) { buf = AppendIP(buf[:0], ip) }},
		{"nothing", func(i int) { buf = append(buf[:0], '0'+byte(numbers[i])) }},
		{"time", func(i int) { buf = AppendSeconds(buf[:0], 1581109488041083000+int64(i)) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				for i := range 1024 {
					c.f(i)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/value")
		})
	}
}
