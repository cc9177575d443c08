package sdk

import (
	"fmt"
	"slices"
	"strings"
	"testing"

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
		{"ticks beside ends as columns", Loop{Tick: tick, Ends: ends}, "tick 5 2 ends tick 6"},
		{"packets alone", Loop{Packet: packet}, "packet packet packet packet"},
		{"columns first", Loop{Columns: columns, EndFlow: endFlow, Report: report}, "4 packets end end report 9"},
		{"both as columns", Loop{Columns: columns, Ends: ends}, "4 packets 2 ends"},
		{"packets twice", Loop{Packet: packet, Columns: columns}, "error: loop has both Packet and Columns"},
		{"ends twice", Loop{EndFlow: endFlow, Ends: ends}, "error: loop has Ends, and EndFlow or Packet"},
		{"packets before ends as columns", Loop{Packet: packet, Ends: ends}, "error: loop has Ends, and EndFlow or Packet"},
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

// TestEndsBetweenTicks: flow ends come up to each tick, with their values, columns of others and moments.
func TestEndsBetweenTicks(t *testing.T) {
	out, in := NewColumn[uint32]("out", ""), NewColumn[uint32]("other.in", "")
	var got []string
	p := Define(Spec[struct{}]{
		Name: "p", Version: "1.0.0", Doc: "p", Requires: []Requirement{{Name: "other"}}, Ends: End().With(in), Ticks: Every(1e9), Columns: []AnyColumn{out},
		Open: func(env *Env, _ struct{}) (Stage, error) {
			w, r := out.Writer(env), in.Reader(env)
			return &Loop{
				Tick: func(TickRow) error { got = append(got, "tick"); return nil },
				Ends: func(e EndRows) error {
					values := w.All(e)
					for i, v := range r.All(e) {
						values[i] = 2 * v
						got = append(got, fmt.Sprint(e.Flow[i], " at ", e.Moment(i).order))
					}
					return nil
				},
			}, nil
		},
	})
	stage, err := p.Open(Opening{})
	if err != nil {
		t.Fatal(err)
	}
	b := &Batch{Events: 9, Ends: Ends{
		N: 3, Flow: []uint32{7, 8, 9}, Before: []uint32{0, 0, 0}, Order: []uint32{1, 3, 6},
		Columns: []value.Vec{{Type: value.Uint32, Data: value.AppendNumbers(nil, []uint32{10, 20, 30})}},
	}}
	b.Ticks = Ticks{N: 2, Time: []int64{5, 6}, UTCOffset: []int32{0, 0}, Before: []uint32{0, 0}, Order: []uint32{2, 8}}
	if err := stage.Batch(b); err != nil {
		t.Fatal(err)
	}
	if want := []string{"7 at 1", "tick", "8 at 3", "9 at 6", "tick"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if values := value.NumbersFromWire[uint32](b.Out.Columns[0].Data); !slices.Equal(values, []uint32{20, 40, 60}) {
		t.Errorf("values %v", values)
	}
}
