package flowtable

import (
	"fmt"
	"strings"
	"testing"
)

// TestEndReason: why flows end. A packet is one of hostPacket's at a second.
func TestEndReason(t *testing.T) {
	for _, c := range []struct {
		name, packets string
		max           int64 // duration
		want          string
	}{
		{"silence", "0 a>b, 700 c>d", 0, "1 4"},
		{"too long", "0 a>b, 9 a>b, 11 a>b", 10e9, "2 4"},
		{"reset", "0 a>b S, 1 b>a SA, 2 a>b A, 3 a>b R, 100 c>d", 0, "3 3 4"},
		{"a new connection", "0 a>b S, 1 b>a SA, 2 a>b A, 5 a>b S", 0, "3 3 4"},
		{"the end of the input", "0 a>b", 0, "4"},
		{"no room", "0 a>b, 1 c>d, 2 e>f", 0, "5 4 4"},
	} {
		var got []string
		most := 100
		if c.name == "no room" {
			most = 2
		}
		table := New(Config{MaxFlows: most, TCPStates: true, Split: true, ByFlags: true, MaxDuration: c.max, Timeouts: lasting}, func(_ uint32, f *Flow, _ uint8) {
			got = append(got, fmt.Sprint(f.EndReason))
		})
		for i, text := range strings.Split(c.packets, ", ") {
			at, line, _ := strings.Cut(text, " ")
			var second int64
			fmt.Sscan(at, &second)
			h := hostPacket(line, second*1e9)
			h.Seq = uint32(100 * i)
			table.Packet(h)
		}
		table.Finish()
		if reasons := strings.Join(got, " "); reasons != c.want {
			t.Errorf("%s: %s, want %s", c.name, reasons, c.want)
		}
	}
	// A rule ends a flow and its opposite, and the next packet opens another.
	var got []string
	table := New(Config{MaxFlows: 100}, func(_ uint32, f *Flow, _ uint8) {
		got = append(got, fmt.Sprint(f.EndReason, f.FlowStat&EndedByRule != 0))
	})
	table.Packet(hostPacket("b>a SA", 0))
	slot, _ := table.Packet(hostPacket("a>b A", 1))
	table.End(slot, 2)
	if again, _ := table.Packet(hostPacket("a>b A", 2)); again == slot || table.Stats.Conversations != 2 || table.Stats.EndedByRules != 1 {
		t.Errorf("slot %d again, %+v", again, table.Stats)
	}
	if reasons := strings.Join(got, ", "); reasons != "4 true, 4 false" && reasons != "4 false, 4 true" {
		t.Error(reasons)
	}
}
