package flowtable

import (
	"fmt"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/internal/decode"
)

// segment returns a packet of a line "c FLAGS SEQ ACK" or "s FLAGS SEQ ACK", of the client or the
// server of one connection.
func segment(t *testing.T, line string, time int64) *decode.Headers {
	t.Helper()
	var side, flags string
	var seq, acked uint32
	if n, err := fmt.Sscan(line, &side, &flags, &seq, &acked); n < 3 {
		t.Fatalf("%q: %v", line, err)
	}
	h := udp(1, 2, 50001, 80, time)
	if side == "s" {
		h.Key = h.Key.Reverse()
	}
	bits := uint8(0)
	for _, c := range flags {
		bits |= map[rune]uint8{'S': syn, 'A': ack, 'R': rst, 'F': fin}[c]
	}
	tcp(h, bits)
	h.Seq, h.Ack = seq, acked
	return h
}

// lasting are T2's timeouts but for the one after a reset.
var lasting = Timeouts{established: 610, idle: 182, handshake: 120, closed: 10, reset: 60}

// TestNewConnections: the flow index and the side (A, B) of each packet, with and without states.
func TestNewConnections(t *testing.T) {
	const open = "c S 100, s SA 500 101, c A 101 501, "
	const whole = open + "c FA 101 501, s FA 501 102, c A 102 502, "
	for _, c := range []struct{ name, packets, want string }{
		{"after both FINs", whole + "c S 9000, s SA 7000 9001, c A 9001 7001", "1A 1B 1A 1A 1B 1A 2A 2B 2A"},
		{"after a RST", open + "s R 501, c S 9000, s SA 7000 9001", "1A 1B 1A 1B 2A 2B"},
		{"refused, and tried again from the same port", "c S 100, s RA 0 101, c S 9000, s RA 0 9001", "1A 1B 2A 2B"},
		{"established: the client has rebooted", open + "c S 50, s A 501 101", "1A 1B 1A 2A 2B"},
		{"one side has closed", open + "c FA 101 501, c S 9000", "1A 1B 1A 1A 2A"},
		{"the server opens one", whole + "s S 9000, c SA 7000 9001", "1A 1B 1A 1A 1B 1A 2A 2B"},
		{"without the first SYN", "c A 5000 800, s A 800 5000, c S 90000, s SA 70000 90001", "1A 1B 2A 2B"},
		{"only the client's side was captured", "c S 100, c A 101 501, c FA 101 501, c S 9000, c A 9001 7001", "1A 1A 1A 2A 2A"},
		{"only the server's before it", "s A 800 5000, c S 90000", "1B 2A"},
		{"the sequence number wraps", "c S 4294967295, s SA 500 0, c A 0 501, c S 0, s SA 9 1", "1A 1B 1A 2A 2B"},

		{"the SYN was sent again", open + "c S 100, c S 100", "1A 1B 1A 1A 1A"},
		{"sent again after the end", whole + "c S 100", "1A 1B 1A 1A 1B 1A 1A"},
		{"sent again after a RST", "c S 100, s RA 0 101, c S 100, s RA 0 101", "1A 1B 1A 1B"},
		{"the new SYN was sent again", whole + "c S 9000, c S 9000, s SA 7000 9001, c S 9000", "1A 1B 1A 1A 1B 1A 2A 2A 2B 2A"},
		{"a SYN after what it opened", "s SA 500 101, c A 101 501, c S 100", "1B 1A 1A"},
		{"a SYN after its data", "c A 101 501, c A 1500 501, s A 501 2900, c S 100", "1A 1A 1B 1A"},
		{"a SYN after the answer alone", "s SA 500 101, s A 501 101, c S 100", "1B 1B 1A"},
		{"another SYN before the handshake is over", "c S 100, c S 9000, s SA 500 9001, c A 9001 501, c S 9000, c A 9001 501", "1A 1A 1B 1A 1A 1A"},
		{"the first of two SYNs is answered", "c S 100, c S 9000, s SA 500 101, c A 101 501, c S 100", "1A 1A 1B 1A 1A"},
		{"both open at once", "c S 100, s S 500, c SA 100 501, s SA 500 101, c A 101 501", "1A 1B 1A 1B 1A"},
		{"a SYN with FIN opens nothing", open + "c SF 9000", "1A 1B 1A 1A"},
		{"an answer opens nothing", open + "s SA 9000 101", "1A 1B 1A 1B"},
	} {
		for _, states := range []bool{true, false} {
			table := New(Config{MaxFlows: 100, ByFlags: true, Split: true, TCPStates: states, Timeouts: lasting}, func(uint32, *Flow, uint8) {})
			var got []string
			for i, line := range strings.Split(c.packets, ", ") {
				slot, _ := table.Packet(segment(t, line, int64(i)*1e6))
				f := table.Flow(slot)
				side := "A"
				if f.Inverted {
					side = "B"
				}
				got = append(got, fmt.Sprintf("%d%s", f.FlowInd, side))
			}
			if text := strings.Join(got, " "); text != c.want {
				t.Errorf("%s, states %v: %s, want %s", c.name, states, text, c.want)
			}
		}
	}
}

// TestTheTailKeepsItsDirection: packets that come after the end of a connection say nothing of
// who is the client; the table remembers.
func TestTheTailKeepsItsDirection(t *testing.T) {
	const second = int64(1e9)
	// The client has a port of servers', so that a guess is wrong.
	nfs := func(flags uint8, back bool, time int64) *decode.Headers {
		h := tcp(udp(1, 2, 800, 2049, time), flags)
		if back {
			h.Key = h.Key.Reverse()
		}
		return h
	}
	for _, c := range []struct {
		name     string
		config   Config
		others   int   // conversations that end after it
		at       int64 // seconds, of the packet that comes after the end
		back     bool  // it is the server's
		inverted bool
	}{
		{"the client's", Config{}, 0, 200, false, false},
		{"the server's", Config{}, 0, 200, true, true},
		{"the longest timeout is not over", Config{}, 0, 100 + 610, false, false},
		{"it is over", Config{}, 0, 100 + 611, false, true},
		{"timeouts of one's own", Config{Timeouts: Timeouts{50, 50, 50, 50, 50}}, 0, 100 + 51, false, true},
		{"65,535 others have ended", Config{}, remembered - 1, 200, false, false},
		{"65,536 others have ended", Config{}, remembered, 200, false, true},
	} {
		cfg := c.config
		cfg.MaxFlows, cfg.TCPStates, cfg.ByFlags = 1<<20, true, true
		if cfg.Timeouts == (Timeouts{}) {
			cfg.Timeouts = lasting
		}
		table := New(cfg, func(uint32, *Flow, uint8) {})
		table.Packet(nfs(syn, false, 0))
		table.Packet(nfs(rst|ack, true, 1e6))
		for i := range c.others { // ended by the same packet, after the first conversation
			h := udp(byte(i), byte(i>>8), 5000, 6000, 2e6)
			h.Key.Src[1] = 7
			tcp(h, rst)
			table.Packet(h)
		}
		table.Packet(udp(9, 8, 5000, 6000, 100*second)) // ends them
		if table.Stats.Live != 1 {
			t.Fatalf("%s: %d flows are live", c.name, table.Stats.Live)
		}
		table.Release()
		slot, _ := table.Packet(nfs(ack, c.back, c.at*second))
		if f := table.Flow(slot); f.Inverted != c.inverted {
			t.Errorf("%s: inverted %v, want %v", c.name, f.Inverted, c.inverted)
		}
	}
}
