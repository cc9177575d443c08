package decode_test

import (
	"testing"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/decode"
)

// FuzzDecode wants of any bytes: no panic, the same result twice and from a used decoder,
// and a key that the flow table can stand on.
func FuzzDecode(f *testing.F) {
	for _, p := range allCases(f) {
		f.Add(uint32(p.link), uint32(p.wire), p.data)
	}
	used := decode.New()
	f.Fuzz(func(t *testing.T, link, wire uint32, data []byte) {
		frame := &capture.Frame{Link: capture.LinkType(link), WireLen: wire, Data: data}
		fresh := decode.New()
		var h, again decode.Headers
		fresh.Decode(frame, &h)
		used.Decode(frame, &again)
		if fresh.Counts.Panics != 0 || used.Counts.Panics != 0 {
			t.Fatal("a reader panicked")
		}
		if h != again {
			t.Fatalf("a used decoder gives something else:\n%+v\n%+v", h, again)
		}
		checkHeaders(t, &h)
		c := &fresh.Counts
		if c.Packets != 1 || c.Layer2+c.IPv4+c.IPv6+c.NoFlow != 1 {
			t.Errorf("counts do not add up: %+v", *c)
		}
	})
}

// checkHeaders says what holds for all packets.
func checkHeaders(t *testing.T, h *decode.Headers) {
	t.Helper()
	k := h.Key
	r := k.Reverse()
	if r.Reverse() != k {
		t.Errorf("the reverse of the reverse of %+v is another key", k)
	}
	if r.Kind != k.Kind || r.Proto != k.Proto || r.VLAN != k.VLAN || r.EtherType != k.EtherType {
		t.Errorf("the reverse of %+v differs in more than its ends: %+v", k, r)
	}
	if k.VLAN > 0xfff {
		t.Errorf("VLAN %d", k.VLAN)
	}
	hasPorts := k.Proto == 6 || k.Proto == 17 || k.Proto == 132 || k.Proto == 136
	if (k.SrcPort != 0 || k.DstPort != 0) && (!hasPorts || h.FragOffset) {
		t.Errorf("ports on %+v", *h)
	}
	used := map[decode.Kind]int{decode.Layer2: 6, decode.IPv4: 4, decode.IPv6: 16}[k.Kind]
	for i := used; i < 16; i++ {
		if k.Src[i] != 0 || k.Dst[i] != 0 {
			t.Errorf("address bytes behind the %d used ones: %+v", used, k)
			break
		}
	}
	switch k.Kind {
	case decode.NoFlow:
		want := decode.Headers{Number: h.Number, Time: h.Time, WireLen: h.WireLen, CapLen: h.CapLen}
		if *h != want {
			t.Errorf("no flow, but %+v", *h)
		}
	case decode.Layer2:
		if k.Proto != 0 || h.TCP || h.Window != 0 || h.Byte13 != 0 || h.FragID != 0 || h.MoreFragments || h.FragOffset {
			t.Errorf("layer 2 with IP fields: %+v", *h)
		}
	case decode.IPv4:
		if k.EtherType != 0x0800 || h.FragID > 0xffff {
			t.Errorf("IPv4 of another type or a large identification: %+v", *h)
		}
	case decode.IPv6:
		if k.EtherType != 0x86dd {
			t.Errorf("IPv6 of another type: %+v", *h)
		}
	}
	if h.TCP && (k.Proto != 6 || h.FragOffset) || !h.TCP && (h.TCPFlags != 0 || h.Seq != 0 || h.Ack != 0) {
		t.Errorf("TCP fields of no TCP packet: %+v", *h)
	}
	if h.Window > decode.NoWindow || (k.Proto == 6) != (h.Window != 0) && !h.TCP {
		t.Errorf("window: %+v", *h)
	}
	if h.TCPFlags != 0 && h.TCPFlags != h.Byte13 {
		t.Errorf("flags are not byte 13: %+v", *h)
	}
}
