package stream

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// TestPacketTap: times to the packets before, of both directions and across batches, and a column of a plugin.
func TestPacketTap(t *testing.T) {
	plugin := &sdk.Plugin{Name: "p", Packets: sdk.All()}
	plugin.Packets.Columns = []value.Column{{Name: "c", Type: value.Uint8}}
	tap := NewPacketTap([]*sdk.Plugin{plugin})
	s := packetsOf([]*sdk.Plugin{plugin})
	var used []int
	for i := range s.Columns {
		for _, name := range []string{"pktNo", "flowInd", "c", "dir", "pktIAT", "pktTrip", "flowDuration", "l7Content"} {
			if s.Columns[i].Name == name {
				used = append(used, i)
			}
		}
	}
	var lines []string
	tap.Add(used, func(r *Rows) error {
		for i := range r.N {
			var columns []*value.Vec
			for _, k := range used {
				columns = append(columns, r.Columns[k])
			}
			lines = append(lines, string(value.AppendRow(nil, columns, i)))
		}
		return nil
	})
	if p := tap.Plugin(); p.Packets.Fields != field.Time|field.FrameNum|field.PktDir|field.Payload || p.Packets.PayloadLen != sdk.MaxPayload {
		t.Errorf("reads %v", p.Packets)
	}
	start := func(slot, opposite uint32, at int64) sdk.Starts {
		return sdk.Starts{
			N: 1, Flow: []uint32{slot}, FlowInd: []uint64{7}, FirstSeen: []int64{at}, SrcIP: make([]sdk.IP, 1), DstIP: make([]sdk.IP, 1),
			Opposite: []uint32{opposite}, SrcPort: make([]uint16, 1), DstPort: make([]uint16, 1), Proto: make([]uint8, 1), VLAN: make([]uint16, 1), EtherType: make([]uint16, 1),
		}
	}
	packet := func(number uint64, slot uint32, at int64, dir uint8, payload string) sdk.Packets {
		text := value.Vec{Type: value.Text}
		text.Append([]byte(payload))
		return sdk.Packets{N: 1, Flow: []uint32{slot}, FrameNum: []uint64{number}, Time: []int64{at}, PktDir: []uint8{dir}, Payload: text}
	}
	for i, b := range []sdk.Batch{
		{Starts: start(0, sdk.NoFlow, 1e9), Packets: packet(1, 0, 1e9, 0, "a\x00\n\\")},
		{Starts: start(3, 0, 1.5e9), Packets: packet(2, 3, 1.5e9, 1, "")},
		{Packets: packet(4, 0, 3e9, 0, "é")},
		{Starts: start(0, sdk.NoFlow, 9e9), Packets: packet(5, 0, 9e9, 0, "")}, // another flow in the slot
	} {
		tap.SetColumns([]value.Vec{{Type: value.Uint8, Data: []byte{byte(i)}}})
		if err := tap.Batch(&b); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"1\t7\t0\tA\t0.000000000\t0.000000000\t0.000000000\ta.\\n\\\\",
		"2\t7\t1\tB\t0.000000000\t0.500000000\t0.000000000\t",
		"4\t7\t2\tA\t2.000000000\t1.500000000\t2.000000000\t..",
		"5\t7\t3\tA\t0.000000000\t0.000000000\t0.000000000\t",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
