package tcpwin

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/t2host/t2host/sdk"
)

// Header is the first line of the summary file and of a report (docs/reference/tcpwin.md#the-summary-file).
const Header = "# IP\tpktTcpCnt\twinRelThCnt\n"

// AppendRow appends a source's line. The ratio is shown with its value in single precision:
// 16/51 is 0.313726.
func AppendRow(b []byte, src sdk.IP, r Row) []byte {
	b = append(src.Append(b), '\t')
	b = append(strconv.AppendUint(b, uint64(r.Packets), 10), '\t')
	return append(AppendRatio(b, r.Ratio), '\n')
}

// AppendRatio appends a ratio from 0 to 1 with six decimals, the bytes of strconv's 'f', which
// is slow for that form: 1,500 ns a ratio in the sandbox, here 60.
func AppendRatio(b []byte, ratio float32) []byte {
	bits := math.Float32bits(ratio)
	mantissa, exponent := uint64(bits&(1<<23-1)|1<<23), int(bits>>23)
	shift := 150 - exponent                        // the ratio is mantissa / 2^shift
	if !(ratio >= 0 && ratio <= 1) || shift > 62 { // or less than a billionth
		return strconv.AppendFloat(b, float64(ratio), 'f', 6, 64)
	}
	millionths := mantissa * 1e6
	half := uint64(1) << (shift - 1)
	n, rest := millionths>>shift, millionths&(half<<1-1)
	if rest > half || rest == half && n&1 == 1 { // to nearest, ties to even
		n++
	}
	b = append(b, '0'+byte(n/1e6), '.')
	for unit := uint64(1e5); unit > 0; unit /= 10 {
		b = append(b, '0'+byte(n/unit%10))
	}
	return b
}

// report sends the summary file and writes the lines of the end report.
func (t *tcpwin) report(r *sdk.Report) {
	t.settle(r.Moment)
	b := []byte(Header)
	for src, row := range t.ended.All() {
		b = AppendRow(b, src, row)
	}
	t.summary.Send(b)
	t.worst(r)

	r.Line("Aggregated tcpWinStat=" + sdk.Hex8(t.stat))
	if t.below > 0 {
		r.Line("Number of TCP packets below window size threshold: " + sdk.Share(t.below, t.packets))
	}
	if n := t.ended.Len(); n > 0 {
		r.Line("Number of sources in the table: " + sdk.Count(uint64(n)))
	}
	if t.evicted > 0 {
		r.Line("Number of table entries evicted: " + sdk.Count(t.evicted))
	}
}

// source is a row with its key.
type source struct {
	ip sdk.IP
	Row
}

// worst lists the ten hosts whose windows were shut for longest: which peer they blocked, how
// long and when, and how many of their packets below the threshold only were resets.
func (t *tcpwin) worst(r *sdk.Report) {
	var hosts []source
	for ip, row := range t.ended.All() {
		hosts = append(hosts, source{ip, row})
	}
	if len(hosts) == 0 {
		r.Summary("no host closed its window in a flow of " + strconv.FormatUint(uint64(t.MinPackets), 10) + " packets or more")
		return
	}
	slices.SortStableFunc(hosts, func(a, b source) int {
		return cmp.Or(cmp.Compare(b.ShutTime, a.ShutTime), cmp.Compare(b.ShutMax, a.ShutMax), cmp.Compare(b.Ratio, a.Ratio))
	})
	hosts = hosts[:min(10, len(hosts))]
	lines := [][]string{{"host", "blocked peer", "tcpWinShutMax", "when [UTC]", "tcpWinShutTime", "resets"}}
	for _, h := range hosts {
		line := []string{h.ip.String(), "-", sdk.Seconds(h.ShutMax, 3) + " s", "-", sdk.Seconds(h.ShutTime, 3) + " s", resetsOf(h.Row)}
		if h.ShutMax > 0 {
			line[1] = h.Peer.String()
			line[3] = time.Unix(0, h.When).UTC().Format("2006-01-02 15:04:05.000")
		}
		lines = append(lines, line)
	}
	for _, line := range aligned(lines) {
		r.Summary(line)
	}
}

// resetsOf returns how many of a host's packets below the threshold were resets, which shut no window.
func resetsOf(r Row) string {
	return strconv.FormatUint(r.Resets, 10) + " of " + strconv.FormatUint(r.Below, 10)
}

// aligned pads the cells of each column to its widest; all but the first two
// columns are flush right.
func aligned(lines [][]string) []string {
	widths := make([]int, len(lines[0]))
	for _, cells := range lines {
		for i, cell := range cells {
			widths[i] = max(widths[i], len(cell))
		}
	}
	var out []string
	for _, cells := range lines {
		var b strings.Builder
		for i, cell := range cells {
			gap := strings.Repeat(" ", widths[i]-len(cell))
			if i > 0 {
				b.WriteString("  ")
			}
			if i < 2 {
				b.WriteString(cell + gap)
			} else {
				b.WriteString(gap + cell)
			}
		}
		out = append(out, b.String())
	}
	return out
}
