package flowtable

import (
	"fmt"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/internal/decode"
)

// TestScaledWindow: windows in bytes by what the handshake tells. A packet is one of hostPacket's, its
// window, of a SYN the shift of its option, and the window in bytes.
func TestScaledWindow(t *testing.T) {
	for _, c := range []struct{ name, packets string }{
		{"each by its own scale", "a>b S 1000<<7 = 1000, b>a SA 2000<<3 = 2000, a>b A 500 = 64000, b>a A 500 = 4000"},
		{"the peer does not scale", "a>b S 1000<<7 = 1000, b>a SA 2000 = 2000, a>b A 500 = 500, b>a A 500 = 500"},
		{"no SYN was seen", "a>b A 500 = 4294967295, b>a A 500 = 4294967295"},
		{"one SYN was not seen", "b>a SA 2000<<3 = 2000, b>a A 500 = 4294967295, a>b A 500 = 4294967295"},
		{"a shift above 14 counts as 14", "a>b S 1<<250 = 1, b>a SA 1<<0 = 1, a>b A 65535 = 1073725440, b>a A 9 = 9"},
		{"a window that was cut", "a>b S 1000<<7 = 1000, b>a SA 2000<<3 = 2000, a>b A 65536 = 4294967295"},
	} {
		table := New(Config{MaxFlows: 100}, func(uint32, *Flow, uint8) {})
		for i, text := range strings.Split(c.packets, ", ") {
			line, want, _ := strings.Cut(text, " = ")
			at := strings.LastIndexByte(line, ' ')
			h, x := hostPacket(line[:at], int64(i)), &decode.Fields{TCPWScale: decode.NoWScale}
			fmt.Sscanf(line[at+1:], "%d<<%d", &h.Window, &x.TCPWScale)
			slot, _ := table.Packet(h)
			if got := fmt.Sprint(table.ScaledWindow(table.Flow(slot), h, x)); got != want {
				t.Errorf("%s: packet %d, %s: %s, want %s", c.name, i+1, line, got, want)
			}
		}
	}
}
