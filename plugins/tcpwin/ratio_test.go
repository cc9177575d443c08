package tcpwin_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/t2host/t2host/plugins/tcpwin"
)

// TestRatio compares with strconv: all ratios of up to 300 packets, those at the bounds,
// and random floats.
func TestRatio(t *testing.T) {
	same := func(x float32) {
		want := strconv.FormatFloat(float64(x), 'f', 6, 64)
		if got := string(tcpwin.AppendRatio(nil, x)); got != want {
			t.Fatalf("%g: %s, want %s", x, got, want)
		}
	}
	for packets := range uint32(300) {
		for below := range packets + 1 {
			same(float32(below) / float32(packets))
		}
	}
	for _, x := range []float32{0, 1, math.Nextafter32(1, 0), math.SmallestNonzeroFloat32, 5e-7, 0.5, 0.0000005, 0.0000015, 1. / 128 / 1024, 2, -1, float32(math.NaN())} {
		same(x)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 1_000_000 {
		same(math.Float32frombits(rnd.Uint32N(math.Float32bits(1) + 1)))
	}
}
