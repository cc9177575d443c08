package batch

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/host/internal/flowtable"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/wire"
)

func plugins() []*sdk.Plugin {
	return []*sdk.Plugin{
		{Name: "windows", Packets: sdk.TCP(field.Window), Ends: sdk.End(field.SrcIP)},
		{Name: "times", Packets: sdk.All(field.Time, field.WireLen)},
		{Name: "ends", Ends: sdk.End(field.At, field.UTCOffset)},
		{Name: "details", Ends: sdk.End(field.HdrDesc, field.NumHdrs, field.SrcMAC, field.DstMAC, field.VLANID)},
	}
}

func newLayout(plugins []*sdk.Plugin, rows int) *Layout {
	return NewLayout(plugins, 0, rows, time.FixedZone("", 3600), decode.New().Stacks())
}

func packet(n uint64, proto uint8) *decode.Headers {
	h := &decode.Headers{Number: n, Time: int64(n) * 1e9, WireLen: 60, TCPHeader: decode.TCPHeader{Window: uint32(n)}}
	h.Key.Kind, h.Key.Proto = decode.IPv4, proto
	return h
}

func end(b *Batch, slot uint32, number uint64) {
	f := &flowtable.Flow{}
	f.Key.Kind = decode.IPv4
	f.Key.Src = [16]byte{10, 0, 0, byte(slot)}
	d := &flowtable.Details{VLANID: [3]uint16{5, 0x2006}, NVLANID: 2, NSrcMAC: 1, NDstMAC: 2}
	d.SrcMAC[0][5], d.DstMAC[1][5] = byte(slot), 9
	b.AddEnd(End{Slot: slot, Flow: f, Details: d, Number: number, At: int64(number) * 1e9})
}

func TestEachPluginSeesWhatItDeclared(t *testing.T) {
	b := newLayout(plugins(), 100).New()
	b.AddPacket(&Packet{Slot: 1, Headers: packet(1, 6)})
	b.AddPacket(&Packet{Slot: 2, Headers: packet(2, 17)})
	end(b, 1, 3)
	b.AddPacket(&Packet{Slot: 3, Headers: packet(3, 6)})
	later := packet(4, 6)
	later.FragOffset = true
	b.AddPacket(&Packet{Slot: 3, Headers: later})
	end(b, 3, 5)

	v := b.View(0)
	got := []any{v.First, v.Last, v.Packets.Flow, v.Packets.Window, v.Packets.Time, v.Ends.Flow, v.Ends.Before, v.Ends.At, v.Ends.SrcIP[1].String()}
	want := []any{uint64(1), uint64(5), []uint32{1, 3}, []uint32{1, 3}, []int64(nil), []uint32{1, 3}, []uint32{1, 2}, []int64(nil), "10.0.0.3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("windows (-want +got):\n%s", diff)
	}
	v = b.View(1)
	if diff := cmp.Diff([]any{[]uint32{1, 2, 3, 3}, []uint32{60, 60, 60, 60}, 0}, []any{v.Packets.Flow, v.Packets.WireLen, v.Ends.N}); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
	v = b.View(2)
	if diff := cmp.Diff([]any{0, []int64{3e9, 5e9}, []int32{3600, 3600}}, []any{v.Packets.N, v.Ends.At, v.Ends.UTCOffset}); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
	v = b.View(3)
	got = []any{v.Ends.SrcMAC.Bytes(1), v.Ends.DstMAC.Bytes(0), v.Ends.VLANID.Bytes(1), v.Ends.HdrDesc.Len(), len(v.Ends.NumHdrs.Bytes(0))}
	want = []any{[]byte{5: 3}, []byte{11: 9}, []byte{5, 0, 6, 0x20}, 2, 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("details (-want +got):\n%s", diff)
	}
}

func TestABatchIsFullByRowsAndByBytes(t *testing.T) {
	b := newLayout(plugins(), 3).New()
	n := 0
	for ; !b.Full(); n++ {
		b.AddPacket(&Packet{Slot: 1, Headers: packet(1, 17)})
	}
	if n != 3 {
		t.Errorf("full after %d rows of 3", n)
	}
	b = newLayout(plugins(), 1<<30).New()
	for !b.Full() {
		b.AddPacket(&Packet{Slot: 1, Headers: packet(1, 6)})
		end(b, 1, 1)
	}
	for i, p := range plugins() {
		if size := len(wire.AppendBatch(nil, p, b.View(i))); size > MaxBytes {
			t.Errorf("%s: %d bytes on the wire, want at most %d", p.Name, size, MaxBytes)
		}
	}
}

func TestNoAllocationPerEvent(t *testing.T) {
	b := newLayout(plugins(), 4096).New()
	p := Packet{Slot: 1, Headers: packet(1, 6)}
	f := &flowtable.Flow{}
	details := flowtable.Details{NSrcMAC: 3, NDstMAC: 3, VLANID: [3]uint16{1, 2, 3}, NVLANID: 3}
	views := len(plugins())
	fill := func() {
		b.Reset()
		for !b.Full() {
			b.AddPacket(&p)
			b.AddEnd(End{Slot: 1, Flow: f, Details: &details, Number: 1, At: 1e9})
		}
		for i := range views {
			b.View(i)
		}
	}
	fill()
	if n := testing.AllocsPerRun(10, fill); n > 0 {
		t.Errorf("%.0f allocations in a batch of 4096 events", n)
	}
}

func TestZone(t *testing.T) {
	zurich, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	for _, location := range []*time.Location{zurich, time.UTC, time.FixedZone("x", -5400)} {
		z := NewZone(location)
		change := time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC).UnixNano()
		for _, ns := range []int64{change, change - 1, change, change + 1, 0, -1, 1 << 62, -1 << 62, change + 200*24*3600*1e9, change} {
			_, want := time.Unix(0, ns).In(location).Zone()
			if got := z.Offset(ns); int(got) != want {
				t.Errorf("%v at %d: offset %d, want %d", location, ns, got, want)
			}
		}
	}
}
