package batch

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

// Trail returns what plugin i read of the packet in a row of its view, and of the packets of the same flow before it in
// the batch: a line for each, at most that many, the oldest first. It is for errors.
func (b *Batch) Trail(i, row, most int) []string {
	v := &b.views[i].Packets
	if row < 0 || row >= v.N {
		return nil
	}
	var rows []int
	for r := row; r >= 0 && len(rows) < most; r-- {
		if v.Flow[r] == v.Flow[row] {
			rows = append(rows, r)
		}
	}
	lines := make([]string, 0, len(rows))
	for k := len(rows) - 1; k >= 0; k-- {
		lines = append(lines, b.frame(i, rows[k])+described(v, rows[k]))
	}
	return lines
}

// Frame returns the frame number of the packet in a row of plugin i's view, or 0 if there is no such row.
func (b *Batch) Frame(i, row int) uint64 {
	p := &b.packets[b.layout.plugins[i].Packets.Rows]
	if row < 0 || row >= len(p.FrameNum) {
		return 0
	}
	return p.FrameNum[row]
}

func (b *Batch) frame(i, row int) string {
	return "packet " + strconv.FormatUint(b.Frame(i, row), 10) + ":"
}

// described returns the fields of a row as " Window=0 TCPFlags=16".
func described(p *sdk.Packets, row int) string {
	var text strings.Builder
	columns := reflect.ValueOf(p).Elem()
	for k := range columns.NumField() {
		name, column := columns.Type().Field(k).Name, columns.Field(k)
		if name == "Order" || name == "FrameNum" || !columns.Type().Field(k).IsExported() {
			continue
		}
		switch {
		case name == "Time" && len(p.Time) > row:
			fmt.Fprintf(&text, " Time=%s", sdk.Seconds(p.Time[row], 6))
		case column.Kind() == reflect.Slice && column.Len() > row:
			fmt.Fprintf(&text, " %s=%v", name, column.Index(row).Interface())
		case column.Type() == reflect.TypeFor[value.Vec]():
			if vec := column.Addr().Interface().(*value.Vec); vec.Len() > row {
				fmt.Fprintf(&text, " %s=%d bytes", name, len(vec.Bytes(row)))
			}
		}
	}
	return text.String()
}
