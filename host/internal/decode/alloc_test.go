package decode_test

import (
	"testing"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/internal/decode"
)

// No case allocates: not TCP options, VLAN stacks, extension headers, cut or damaged packets.
func TestAllocs(t *testing.T) {
	d := decode.New()
	var h decode.Headers
	var x decode.Fields
	for _, p := range allCases(t) {
		whole := p.frame()
		if n := testing.AllocsPerRun(20, func() { d.Decode(whole, &h); d.Fields(whole, &h, &x) }); n != 0 {
			t.Errorf("%s: %v allocations", p.name, n)
		}
		half := p.frame()
		half.Data = half.Data[:len(half.Data)/2]
		if n := testing.AllocsPerRun(20, func() { d.Decode(half, &h); d.Fields(half, &h, &x) }); n != 0 {
			t.Errorf("%s, cut to half: %v allocations", p.name, n)
		}
	}
	f := &capture.Frame{Link: capture.LinkTypeEthernet, Data: make([]byte, 60)}
	if n := testing.AllocsPerRun(20, func() { f.Link++; d.Decode(f, &h) }); n != 0 {
		t.Errorf("unknown link types: %v allocations", n)
	}
}
