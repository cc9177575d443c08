package decode

import (
	"testing"

	"github.com/t2host/t2host/host/capture"
)

// A panic in a header reader costs one packet. No bytes are known that make one;
// a frame that is not there does.
func TestPanicIsCounted(t *testing.T) {
	d := New()
	h := Headers{Key: Key{Kind: IPv4}, TCPHeader: TCPHeader{TCP: true}}
	d.Decode(nil, &h)
	if h != (Headers{}) {
		t.Errorf("headers of a packet that panicked: %+v", h)
	}
	d.Decode(&capture.Frame{Link: capture.LinkTypeRaw, Data: []byte{0x45}}, &h)
	if h.Key.Kind != IPv4 {
		t.Errorf("kind %d after a panic, want IPv4", h.Key.Kind)
	}
	if c := d.Counts; c.Panics != 1 || c.NoFlow != 1 || c.Packets != 2 {
		t.Errorf("panics %d, without flow %d of %d packets, want 1, 1 of 2", c.Panics, c.NoFlow, c.Packets)
	}
}
