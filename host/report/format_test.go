package report

import (
	"math"
	"testing"

	"github.com/t2host/t2host/sdk"
)

// TestNumbers: see docs/reference/records.md#numbers-in-reports.
func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{sdk.Count(0), "0"},
		{sdk.Count(1023), "1023"},
		{sdk.Count(1024), "1024 (1.02 K)"},
		{sdk.Count(1<<20 - 1), "1048575 (1048.58 K)"},
		{sdk.Count(1 << 20), "1048576 (1.05 M)"},
		{sdk.Count(1<<30 - 1), "1073741823 (1073.74 M)"},
		{sdk.Count(math.MaxUint64), "18446744073709551615 (18.45 E)"},
		{sdk.Share(1477, 11970), "1477 (1.48 K) [12.34%]"},
		{sdk.Share(5, 0), "5 [0.00%]"},
		{sdk.Share(3, 2), "3 [150.00%]"},

		{real(0), "0.00"},
		{real(-0.25), "-0.25"},
		{real(63.365), "63.37"},
		{real(1023.999), "1024.00"}, // it is below 1024
		{real(1024), "1024.00 (1.02 K)"},
		{real(1477), "1477.00 (1.48 K)"},
		{real(1<<20 - 0.5), "1048575.50 (1048.58 K)"},
		{real(1 << 20), "1048576.00 (1.05 M)"},
		{real(1e30), "1000000000000000019884624838656.00 (1000000.00 Y)"},

		{speed(0), "0 b/s"},
		{speed(1023.4), "1023 b/s"},
		{speed(1024), "1024 b/s (1.02 Kb/s)"},
		{speed(5272.6857), "5273 b/s (5.27 Kb/s)"},
		{speed(36533848), "36533848 b/s (36.53 Mb/s)"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

func TestSpan(t *testing.T) {
	for ns, want := range map[int64]string{
		59999999999:         "59.999999999 sec",
		70e9:                "70.000000000 sec (1m 10s)",
		(3*86400 + 2) * 1e9: "259202.000000000 sec (3d 2s)",
		-70e9:               "-70.000000000 sec (1m 10s)",
		400 * 86400 * 1e9:   "34560000.000000000 sec (1y 35d)",
		1_000_000_007:       "1.000000007 sec",
	} {
		if got := span(ns); got != want {
			t.Errorf("%d: %s, want %s", ns, got, want)
		}
	}
}
