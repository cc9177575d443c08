package sdk_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// TestPacketWriter: packets arrive one by one, all at once, or cut by ticks; values stay with their packets, and are not
// there unless somebody reads them.
func TestPacketWriter(t *testing.T) {
	twice, name := sdk.NewColumn[uint32]("twice", ""), sdk.NewColumn[string]("name", "")
	never := sdk.NewColumn[sdk.IP]("never", "")
	var numbers *sdk.PacketWriter[uint32]
	var names *sdk.PacketWriter[string]
	byOne := sdk.Loop{Packet: func(r sdk.PacketRow) {
		numbers.Put(r, 2*r.WireLen())
		if r.WireLen() == 20 {
			names.Put(r, "twenty")
		}
	}}
	asColumns := sdk.Loop{
		Columns: func(p *sdk.Packets) {
			all, texts := numbers.All(p), names.All(p)
			if numbers.On() != (all != nil) {
				t.Errorf("on is %v, values are %v", numbers.On(), all)
			}
			for i := range all {
				if all[i] = 2 * p.WireLen[i]; p.WireLen[i] == 20 {
					texts[i] = "twenty"
				}
			}
		},
	}
	cutByTicks := asColumns
	cutByTicks.Tick = func(sdk.TickRow) error { return nil }
	for _, loop := range []sdk.Loop{byOne, asColumns, cutByTicks} {
		p := sdk.Define(sdk.Spec[struct{}]{
			Name: "packets", Version: "1.0.0", Doc: "writes columns of packets",
			Packets: sdk.All(field.WireLen).WithColumns(twice, name, never), Ticks: sdk.Every(1e9),
			Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
				numbers, names = twice.PacketWriter(env), name.PacketWriter(env)
				return &loop, nil
			},
		})
		for _, on := range []bool{true, false} {
			o := sdk.Opening{PacketColumns: on}
			if n := len(p.For(o).Packets.Columns); on && n != 3 || !on && n != 0 {
				t.Errorf("on %v: %d columns", on, n)
			}
			stage, err := p.Open(o)
			if err != nil {
				t.Fatal(err)
			}
			b := &sdk.Batch{
				Events:  5,
				Packets: sdk.Packets{N: 3, Flow: []uint32{0, 1, 0}, WireLen: []uint32{10, 20, 30}},
				Ticks:   sdk.Ticks{N: 2, Time: []int64{1e9, 2e9}, UTCOffset: []int32{0, 0}, Before: []uint32{1, 2}, Order: []uint32{1, 3}},
			}
			for range 2 { // the second batch has the memory of the first
				if err := stage.Batch(b); err != nil {
					t.Fatal(err)
				}
			}
			if !on {
				if len(b.Out.Packets) != 0 {
					t.Errorf("%d columns of packets, and nobody reads them", len(b.Out.Packets))
				}
				continue
			}
			if got := value.NumbersFromWire[uint32](b.Out.Packets[0].Data); !slices.Equal(got, []uint32{20, 40, 60}) {
				t.Errorf("twice is %v", got)
			}
			for i, want := range []string{"", "twenty", ""} {
				if got := string(b.Out.Packets[1].Bytes(i)); got != want {
					t.Errorf("name %d is %q, want %q", i, got, want)
				}
			}
			if v := b.Out.Packets[2]; v.Len() != 3 || !v.Zero(2) {
				t.Errorf("a column without a writer is %v", v)
			}
		}
	}
}

func TestPacketWriterUndeclared(t *testing.T) {
	x := sdk.NewColumn[uint8]("x", "")
	p := sdk.Define(sdk.Spec[struct{}]{
		Name: "packets", Version: "1.0.0", Doc: "writes a column that it has not", Packets: sdk.All(),
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			x.PacketWriter(env)
			return &sdk.Loop{}, nil
		},
	})
	if _, err := p.Open(sdk.Opening{}); err == nil || !strings.Contains(err.Error(), "column x is written at packets but not declared: add it to Packets with WithColumns") {
		t.Errorf("the error is %v", err)
	}
}
