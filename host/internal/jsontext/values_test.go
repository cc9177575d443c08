package jsontext

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestAppendTime(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	times := []int64{0, -1, 1, 951782400e9, 951868799999999999, math.MinInt64, math.MaxInt64, 68169600e9 - 1, 4107542400e9}
	for range 20_000 {
		times = append(times, int64(r.Uint64()))
	}
	for _, ns := range times {
		want := time.Unix(0, ns).UTC().Format("2006-01-02T15:04:05.000000000Z")
		if got := string(AppendTime(nil, ns)); got != want {
			t.Fatalf("%d: got %s, want %s", ns, got, want)
		}
	}
}
