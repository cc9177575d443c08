package sdk

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// TestPerFlow: a slot that is used again begins with nothing, and states outlive the growth of
// their memory.
func TestPerFlow(t *testing.T) {
	var p PerFlow[int]
	*p.At(3) = 7
	*p.At(5000) = 8
	p.At(100_000)
	if *p.At(3) != 7 || *p.At(5000) != 8 {
		t.Errorf("states of slot 3 %d, of slot 5000 %d", *p.At(3), *p.At(5000))
	}
	if got := p.Take(3); got != 7 || *p.At(3) != 0 {
		t.Errorf("taken %d, want 7; left %d, want 0", got, *p.At(3))
	}
	if got := p.Take(200_000); got != 0 {
		t.Errorf("taken %d of a slot that was never used", got)
	}
}

// TestLoop: in which order a batch is walked, and which callbacks exclude each other.
func TestLoop(t *testing.T) {
	var got strings.Builder
	call := func(format string, args ...any) { fmt.Fprintf(&got, format+" ", args...) }
	packet := func(PacketRow) { call("packet") }
	columns := func(p *Packets) { call("%d packets", p.N) }
	endFlow := func(e EndRow) error { call("end"); return nil }
	ends := func(e EndRows) error { call("%d ends", e.N); return nil }
	report := func(r *Report) { call("report %d", r.Packets) }
	start := func(StartRow) { call("start") }
	tick := func(t TickRow) error { call("tick %d", t.Time()); return nil }
	for _, c := range []struct {
		name string
		loop Loop
		want string
	}{
		{"nothing", Loop{}, ""},
		{"packets and ends as they came", Loop{Packet: packet, EndFlow: endFlow, Report: report}, "packet end packet packet end packet report 9"},
		{"all as it came", Loop{StartFlow: start, Packet: packet, EndFlow: endFlow, Tick: tick}, "start packet tick 5 end start packet packet end tick 6 packet"},
		{"begins and columns first", Loop{StartFlow: start, Columns: columns, EndFlow: endFlow, Tick: tick}, "start start 1 packets tick 5 2 packets end end tick 6 1 packets"},
		{"columns between ticks", Loop{Columns: columns, Tick: tick}, "1 packets tick 5 2 packets tick 6 1 packets"},
		{"columns where no tick is read", Loop{Columns: columns}, "4 packets"},
		{"begins, and all else as columns", Loop{StartFlow: start, Columns: columns, Ends: ends}, "start start 4 packets 2 ends"},
		{"ticks beside ends as columns", Loop{Tick: tick, Ends: ends}, "error: loop has Ends, and EndFlow, Packet or Tick"},
		{"packets alone", Loop{Packet: packet}, "packet packet packet packet"},
		{"columns first", Loop{Columns: columns, EndFlow: endFlow, Report: report}, "4 packets end end report 9"},
		{"both as columns", Loop{Columns: columns, Ends: ends}, "4 packets 2 ends"},
		{"packets twice", Loop{Packet: packet, Columns: columns}, "error: loop has both Packet and Columns"},
		{"ends twice", Loop{EndFlow: endFlow, Ends: ends}, "error: loop has Ends, and EndFlow, Packet or Tick"},
		{"packets before ends as columns", Loop{Packet: packet, Ends: ends}, "error: loop has Ends, and EndFlow, Packet or Tick"},
	} {
		got.Reset()
		b := &Batch{Final: true, Totals: Totals{Packets: 9}}
		b.Events = 10
		b.Packets = Packets{N: 4}
		b.Starts = Starts{N: 2, Flow: []uint32{0, 1}, Before: []uint32{0, 1}, Order: []uint32{0, 4}}
		b.Ends = Ends{N: 2, Flow: []uint32{0, 1}, Before: []uint32{1, 3}, Order: []uint32{3, 7}}
		b.Ticks = Ticks{N: 2, Time: []int64{5, 6}, UTCOffset: []int32{0, 0}, Before: []uint32{1, 3}, Order: []uint32{2, 8}}
		b.env = newEnv(&Plugin{}, Opening{})
		if err := c.loop.Batch(b); err != nil {
			call("error: %v", err)
		}
		if text := strings.TrimSpace(got.String()); text != c.want {
			t.Errorf("%s: %s, want %s", c.name, text, c.want)
		}
	}
}

// TestPut: each way of writing a column, in rows and as a whole, leaves the same bytes, and a
// value that is not the column's type is refused.
func TestPut(t *testing.T) {
	v4 := IPv4([16]byte{10, 0, 0, 1})
	list := value.Vec{Type: value.Uint16 | value.List}
	list.Append([]byte{1, 0, 2, 0})
	declared := []Column{
		Uint16Column("u", ""), Int64Column("i", ""), Float32Column("f", ""), Float64Column("d", ""), IPColumn("ip", ""),
		TextColumn("t", ""), MACColumn("m", ""), ColumnOf(value.Uint16|value.List, "l", ""),
	}
	write := func(e EndRow) {
		e.PutUint(0, 0x1_0203)
		e.PutInt(1, -2)
		e.PutFloat(2, 1.5)
		e.PutFloat(3, -1.5)
		e.PutIP(4, v4)
		e.PutText(5, "text")
		e.PutBytes(6, []byte{1, 2, 3, 4, 5, 6})
		e.PutBytes(7, []byte{1, 0, 2, 0})
	}
	run := func(loop Loop) ([]value.Vec, error) {
		stage, err := Define(Spec[struct{}]{
			Name: "p", Version: "1.0.0", Doc: "p", Ends: End(field.FlowInd), Columns: declared,
			Open: func(*Env, struct{}) (Stage, error) { return &loop, nil },
		}).Open(Opening{})
		if err != nil {
			t.Fatal(err)
		}
		b := ends(1)
		err = stage.Batch(b)
		return b.Out.Columns, err
	}
	rows, err := run(Loop{EndFlow: func(e EndRow) error { write(e); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"\x03\x02", "\xfe\xff\xff\xff\xff\xff\xff\xff", "\x00\x00\xc0\x3f", "\x00\x00\x00\x00\x00\x00\xf8\xbf", "\x04\x0a\x00\x00\x01" + strings.Repeat("\x00", 12), "text", "\x01\x02\x03\x04\x05\x06", "\x01\x00\x02\x00"}
	for i, w := range want {
		if got := string(rows[i].Bytes(0)); got != w {
			t.Errorf("column %s holds %q, want %q", declared[i].Name, got, w)
		}
	}
	whole, err := run(Loop{Ends: func(e EndRows) error {
		PutColumn(e, 0, []uint16{0x203})
		PutColumn(e, 1, []int64{-2})
		e.PutVec(2, &rows[2])
		e.PutVec(3, &rows[3])
		e.PutIPs(4, []IP{v4})
		e.PutVec(5, &rows[5])
		e.PutVec(6, &rows[6])
		e.PutVec(7, &list)
		return nil
	}})
	if diff := cmp.Diff(rows, whole); err != nil || diff != "" {
		t.Errorf("%v, as a whole other bytes (-rows +whole):\n%s", err, diff)
	}

	for _, c := range []struct {
		name  string
		write func(EndRow)
		want  string
	}{
		{"a text as a number", func(e EndRow) { e.PutText(0, "x") }, "column u is u16 and is written as another type"},
		{"a number as a text", func(e EndRow) { e.PutUint(5, 1) }, "column t is text and is written as another type"},
		{"an address as a number", func(e EndRow) { e.PutUint(4, 1) }, "column ip is ip and is written as another type"},
		{"five bytes of a MAC", func(e EndRow) { e.PutBytes(6, make([]byte, 5)) }, "column m is mac and is written with 5 bytes"},
		{"a list that is cut", func(e EndRow) { e.PutBytes(7, make([]byte, 3)) }, "column l is u16[] and is written with 3 bytes"},
	} {
		if _, err := run(Loop{EndFlow: func(e EndRow) error { c.write(e); return nil }}); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	for _, c := range []struct {
		name  string
		write func(EndRows)
		want  string
	}{
		{"wider values", func(e EndRows) { PutColumn(e, 0, []uint32{1}) }, "column u is u16 and is written as another type"},
		{"a value too many", func(e EndRows) { PutColumn(e, 0, []uint16{1, 2}) }, "column u has 2 values for 1 flow ends: it must be written once at each"},
		{"another type of the same width", func(e EndRows) { e.PutVec(3, &value.Vec{Type: value.Int64, Data: make([]byte, 8)}) }, "column d is f64 and is written as i64"},
		{"addresses as numbers", func(e EndRows) { e.PutIPs(1, []IP{v4}) }, "column i is i64 and is written as another type"},
	} {
		if _, err := run(Loop{Ends: func(e EndRows) error { c.write(e); return nil }}); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}
