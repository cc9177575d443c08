package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/t2host/t2host/sdk"
)

// stamp formats a time as T2 does: seconds, and the date in its zone.
func stamp(ns int64, zone *time.Location) string {
	t := time.Unix(0, ns).In(zone)
	name := t.Format("MST")
	return fmt.Sprintf("%d.%09d sec (%s %s)", t.Unix(), t.Nanosecond(), t.Format("Mon 02 Jan 2006 15:04:05"), name)
}

// span formats a duration as T2 does; from one minute up also in larger units.
func span(ns int64) string {
	sign := ""
	if ns < 0 {
		sign, ns = "-", -ns
	}
	s := ns / 1e9
	text := fmt.Sprintf("%s%d.%09d sec", sign, s, ns%1e9)
	if s < 60 {
		return text
	}
	var parts []string
	for _, u := range []struct {
		name    string
		seconds int64
	}{{"y", 365 * 86400}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}} {
		if n := s / u.seconds; n > 0 {
			parts = append(parts, fmt.Sprintf("%d%s", n, u.name))
			s %= u.seconds
		}
	}
	return text + " (" + strings.Join(parts, " ") + ")"
}

// real formats a number with two decimals, and from 1024 up in short form as sdk.Count does:
// "1477.00 (1.48 K)".
func real(v float64) string {
	text := fmt.Sprintf("%.2f", v)
	if x, unit := scaled(v); unit != "" {
		text += fmt.Sprintf(" (%.2f %s)", x, unit)
	}
	return text
}

// speed formats bits per second: "5268 b/s (5.27 Kb/s)".
func speed(bits float64) string {
	text := fmt.Sprintf("%.0f b/s", bits)
	if x, unit := scaled(bits); unit != "" {
		text += fmt.Sprintf(" (%.2f %sb/s)", x, unit)
	}
	return text
}

// scaled returns v in T2's unit, which is found by powers of 1024 and divided by powers of
// 1000 (docs/reference/records.md#numbers-in-reports).
func scaled(v float64) (x float64, unit string) {
	const units = "KMGTPEZY"
	x = v
	n := 0
	for u := v; u >= 1024 && n < len(units); u /= 1024 {
		x /= 1000
		n++
	}
	if n == 0 {
		return v, ""
	}
	return x, units[n-1 : n]
}

// lines collects report lines; a line whose number is 0 is left out.
type lines struct{ strings.Builder }

func (l *lines) count(name string, n uint64) {
	if n > 0 {
		fmt.Fprintf(l, "%s: %s\n", name, sdk.Count(n))
	}
}

func (l *lines) share(name string, n, total uint64) {
	if n > 0 {
		fmt.Fprintf(l, "%s: %s\n", name, sdk.Share(n, total))
	}
}

// ratio writes n/d with two decimals, and no line if d is 0.
func (l *lines) ratio(name string, n, d float64) {
	if d > 0 {
		fmt.Fprintf(l, "%s: %s\n", name, real(n/d))
	}
}

const width = 80

func (l *lines) rule(c string) { l.WriteString(strings.Repeat(c, width) + "\n") }
