package tcpwinsink

import (
	"strconv"
	"time"

	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk"
)

// send sends the whole table as one report; over UDP in parts, split between
// rows, that are datagrams.
func (k *sink) send(at sdk.Moment) {
	k.sent++
	k.rows, k.rowEnds = k.tableRows(at, k.rows[:0], k.rowEnds[:0])
	k.begin()
	empty, start := true, 0
	for _, end := range k.rowEnds {
		row := k.rows[start:end]
		if k.Datagrams() && len(k.buf)+len(row)+k.tail() > int(k.MaxDatagram) && !empty {
			k.end()
			k.begin()
			empty = true
		}
		k.row(row, empty)
		empty, start = false, end
	}
	k.end()
}

// tableRows appends the rows of a report, and where each row ends.
func (k *sink) tableRows(at sdk.Moment, b []byte, ends []int) ([]byte, []int) {
	for src, row := range k.table.All(at) {
		b = k.appendRow(b, src, row)
		ends = append(ends, len(b))
	}
	return b, ends
}

func (k *sink) appendRow(b []byte, src sdk.IP, r tcpwin.Row) []byte {
	if k.Format == "t2" {
		return tcpwin.AppendRow(b, src, r)
	}
	b = append(src.Append(append(b, `{"ip":"`...)), `","pktTcpCnt":`...)
	b = append(strconv.AppendUint(b, uint64(r.Packets), 10), `,"winRelThCnt":`...)
	b = append(tcpwin.AppendRatio(b, r.Ratio), `,"tcpWinShutTime":`...)
	b = append(strconv.AppendFloat(b, float64(r.ShutTime)/1e9, 'f', 6, 64), `,"tcpWinShutMax":`...)
	b = strconv.AppendFloat(b, float64(r.ShutMax)/1e9, 'f', 6, 64)
	if r.ShutMax > 0 {
		b = append(r.Peer.Append(append(b, `,"peer":"`...)), `","when":"`...)
		b = append(time.Unix(0, r.When).UTC().AppendFormat(b, time.RFC3339Nano), '"')
	}
	if r.Since != 0 {
		b = append(r.Waiting.Append(append(b, `,"waiting":"`...)), `","since":"`...)
		b = append(time.Unix(0, r.Since).UTC().AppendFormat(b, time.RFC3339Nano), '"')
	}
	return append(b, '}')
}

// begin starts a report or a part of one: T2's two lines
// (docs/reference/tcpwin.md#reports), or the opening of an object.
func (k *sink) begin() {
	t := time.Unix(0, k.now).In(k.zone())
	if k.Format == "t2" {
		k.buf = t.AppendFormat(append(k.buf[:0], "# "...), "Mon 02 Jan 2006 15:04:05")
		k.buf = append(append(k.buf, '\n'), tcpwin.Header...)
		return
	}
	k.buf = t.AppendFormat(append(k.buf[:0], `{"time":"`...), time.RFC3339Nano)
	k.buf = append(k.buf, `","rows":[`...)
}

func (k *sink) zone() *time.Location {
	if k.Time == "utc" || k.offset == 0 {
		return time.UTC
	}
	return time.FixedZone("", int(k.offset))
}

func (k *sink) row(row []byte, first bool) {
	if k.Format != "t2" && !first {
		k.buf = append(k.buf, ',')
	}
	k.buf = append(k.buf, row...)
}

// tail returns the most bytes of a row's separator and a report's end.
func (k *sink) tail() int { return len(",]}\n") }

// end completes the report and sends it.
func (k *sink) end() {
	if k.Format == "t2" {
		k.buf = append(k.buf, '\n')
		if k.Terminator == "nul" {
			k.buf = append(k.buf, 0)
		}
	} else {
		k.buf = append(k.buf, "]}\n"...)
	}
	k.reports.Send(k.buf)
}
