package tcpwinsink

import (
	"strconv"
	"time"

	"github.com/t2host/t2host/plugins/tcpwin"
	"github.com/t2host/t2host/sdk"
)

// send sends the whole table as one report; over UDP in parts, split between
// rows, that are datagrams.
func (k *sink) send() {
	k.sent++
	k.rows = k.tableRows(k.rows[:0])
	k.begin()
	empty := true
	for src, row := range k.table.All() {
		before := len(k.buf)
		k.row(src, row, empty)
		if k.Datagrams() && len(k.buf)+k.tail() > int(k.MaxDatagram) && !empty {
			k.buf = k.buf[:before]
			k.end()
			k.begin()
			k.row(src, row, true)
		}
		empty = false
	}
	k.end()
}

// tableRows appends what a report shows of the table.
func (k *sink) tableRows(b []byte) []byte {
	for src, row := range k.table.All() {
		b = k.appendRow(b, src, row)
	}
	return b
}

func (k *sink) appendRow(b []byte, src sdk.IP, r tcpwin.Row) []byte {
	if k.Format == "t2" {
		return tcpwin.AppendRow(b, src, r)
	}
	b = append(src.Append(append(b, `{"ip":"`...)), `","pktTcpCnt":`...)
	b = append(strconv.AppendUint(b, uint64(r.Packets), 10), `,"winRelThCnt":`...)
	b = append(strconv.AppendFloat(b, float64(r.Ratio), 'f', 6, 64), `,"shut":`...)
	b = append(strconv.AppendFloat(b, float64(r.Shut)/1e9, 'f', 6, 64), `,"shutMax":`...)
	return append(strconv.AppendFloat(b, float64(r.Longest)/1e9, 'f', 6, 64), '}')
}

// begin starts a report or a part of one: T2's two lines (t2.md 8, in the C
// locale), or the opening of an object.
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

func (k *sink) row(src sdk.IP, r tcpwin.Row, first bool) {
	if k.Format != "t2" && !first {
		k.buf = append(k.buf, ',')
	}
	k.buf = k.appendRow(k.buf, src, r)
}

// tail is at least how many bytes end appends.
func (k *sink) tail() int { return len("]}\n") }

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
