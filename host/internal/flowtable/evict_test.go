package flowtable

import (
	"fmt"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/internal/decode"
)

// hostPacket returns a packet of a line "A>B", or "A>B FLAGS" of TCP: letters are hosts, flags are S, A
// and R.
func hostPacket(line string, time int64) *decode.Headers {
	ends, flags, tcp := strings.Cut(line, " ")
	h := udp(ends[0], ends[2], 1000, 1000, time)
	if tcp {
		h.Key.Proto, h.TCP = decode.ProtoTCP, true
		for _, c := range flags {
			h.TCPFlags |= map[rune]uint16{'S': syn, 'A': ack, 'R': rst}[c]
		}
		h.Byte13 = uint8(h.TCPFlags)
	}
	return h
}

// TestEviction: which conversations end when the last packet finds the table full.
func TestEviction(t *testing.T) {
	// Conversations of a server with many clients, each complete.
	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			c := string(rune('a' + i%26))
			d := string(rune('A' + i/26))
			fmt.Fprintf(&b, "%s>%s S, %s>%s SA, %s>%s A, ", c, d, d, c, c, d)
		}
		return b.String()
	}
	for _, c := range []struct {
		name         string
		max          int
		packets      string
		fair, oldest string // the flow indices that end
	}{
		{"SYNs", 2, "1>s S, 2>s S, 3>s S", "1", "1"},
		{"a complete handshake is the oldest", 3, "1>s S, s>1 SA, 1>s A, 2>s S, 3>s S", "2", "1"},
		{"an answer that was not acknowledged", 4, "1>s S, s>1 SA, 1>s A, 2>s S, s>2 SA, 1>s A, s>1 A, 3>s S", "2", "2"},
		{"two SYNs do not acknowledge", 5, "1>s S, s>1 SA, 1>s A, 2>s S, s>2 SA, 2>s S, 3>s S, 4>s S", "2", "1"},
		{"a refused connection", 5, "1>s S, s>1 SA, 1>s A, 2>s S, s>2 RA, 3>s S, 4>s S", "2", "1"},
		{"in the middle of a connection", 4, "1>s A, s>1 A, 1>s A, 2>s S, 3>s S, 4>s S", "2", "1"},
		{"UDP: answered", 3, "1>s, s>1, 2>s, 3>s", "2", "1"},
		{"UDP: nobody answers", 3, "1>s, 2>s, 3>s, 1>s, 4>s", "2", "2"},
		{"all are complete", 4, "1>s S, s>1 SA, 1>s A, 2>s S, s>2 SA, 2>s A, 3>s S", "1", "1"},
		{"the one that is answered now", 3, "1>s S, 2>s S, 3>s S, s>1 SA", "2", "1"},
		{"the only others are complete", 3, "1>s S, s>1 SA, 1>s A, 2>s S, s>2 SA", "1", "1"},
		{"64 complete ones, and the one that is answered now", 65, many(32) + "x>y S, y>x S", "1", "1"},
		{"the 63rd", 64, many(31) + "1>2 S, x>y S, v>w S", "32", "1"},
		{"the 65th is not", 65, many(32) + "x>y S, v>w S", "1", "1"},
	} {
		for _, cfg := range []Config{
			{MaxFlows: c.max, Fair: true},
			{MaxFlows: c.max, Fair: true, TCPStates: true},
			{MaxFlows: c.max},
		} {
			var ends []string
			table := New(cfg, func(_ uint32, f *Flow, dir uint8) {
				if dir == 0 {
					ends = append(ends, fmt.Sprint(f.FlowInd))
				}
			})
			for i, line := range strings.Split(c.packets, ", ") {
				table.Packet(hostPacket(line, int64(i)))
			}
			want := c.oldest
			if cfg.Fair {
				want = c.fair
			}
			if got := strings.Join(ends, " "); got != want || table.Stats.Evicted != 1 {
				t.Errorf("%s, fair %v, states %v: %s end, %d evicted, want %s", c.name, cfg.Fair, cfg.TCPStates, got, table.Stats.Evicted, want)
			}
		}
	}
}

// TestAFloodLeavesConversations: 100,000 SYNs end none of 30 conversations that are silent for
// longer than the table needs to fill with SYNs. Without Fair they end.
func TestAFloodLeavesConversations(t *testing.T) {
	for _, fair := range []bool{true, false} {
		gone := 0
		table := New(Config{MaxFlows: 2000, Fair: fair, TCPStates: true}, func(_ uint32, f *Flow, _ uint8) {
			if f.Key.SrcPort == 2000 {
				gone++
			}
		})
		talk := func(i int, back bool, time int64) {
			h := udp(byte(i), byte(i>>8), 2000, 3000, time)
			h.Key.Proto, h.TCP, h.TCPFlags = decode.ProtoTCP, true, ack
			if back {
				h.Key = h.Key.Reverse()
			}
			table.Packet(h)
		}
		for i := range 30 {
			talk(i, false, 0)
			talk(i, true, 0)
			talk(i, false, 0)
		}
		for i := range 100_000 {
			h := udp(byte(i), byte(i>>8), uint16(4000+i>>16), 80, int64(i)*1000)
			h.Key.Proto, h.TCP, h.TCPFlags = decode.ProtoTCP, true, syn
			table.Packet(h)
			table.Release()
			if i%500 == 0 { // one speaks; each does once in 15,000 SYNs
				talk(i/500%30, i/15000%2 == 0, int64(i)*1000)
			}
		}
		if fair && gone > 0 || !fair && gone == 0 {
			t.Errorf("fair %v: %d of the 60 flows ended", fair, gone)
		}
		if s := table.Stats; s.EvictedHalfOpen > s.Evicted || fair && s.EvictedHalfOpen != s.Evicted || s.Evicted < 90_000 {
			t.Errorf("fair %v: evicted %d, half-open %d", fair, s.Evicted, s.EvictedHalfOpen)
		}
	}
}
