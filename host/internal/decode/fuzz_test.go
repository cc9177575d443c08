package decode_test

import (
	"strings"
	"testing"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/internal/decode"
)

// FuzzDecode wants of any bytes: no panic, the same result twice and from a used decoder,
// and a key that the flow table can rely on.
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
		var x, y decode.Fields
		fresh.Fields(frame, &h, &x)
		if used.Fields(frame, &again, &y); x != y || len(fresh.Network(data, &h)) > len(data) {
			t.Fatalf("a used decoder returns other fields:\n%+v\n%+v", x, y)
		}
		var walked decode.Headers
		long := decode.New()
		long.DecodeByWalk(frame, &walked)
		if s := long.Stacks().Stack(walked.Stack); s != fresh.Stacks().Stack(h.Stack) {
			t.Fatalf("the walk returns another stack: %v", s)
		}
		if walked.Stack = h.Stack; walked != h || long.Counts != fresh.Counts {
			t.Fatalf("the walk returns something else:\n%+v\n%+v\n%+v\n%+v", walked, h, long.Counts, fresh.Counts)
		}
		var closed decode.Headers
		asT2 := decode.New()
		asT2.AsT2 = true
		asT2.Decode(frame, &closed)
		if fresh.Counts.Panics != 0 || used.Counts.Panics != 0 || asT2.Counts.Panics != 0 {
			t.Fatal("a reader panicked")
		}
		checkHeaders(t, &closed)
		stack, other := fresh.Stacks().Stack(h.Stack), used.Stacks().Stack(again.Stack)
		full := other.HdrDesc == "..." && other.NumHdrs == 0 // the used one has met too many
		if stack != other && !full {
			t.Fatalf("a used decoder returns another stack: %v, %v", stack, other)
		}
		again.Stack = h.Stack
		if full {
			again.FlowStat = again.FlowStat&^decode.LongStack | h.FlowStat&decode.LongStack
		}
		if h != again {
			t.Fatalf("a used decoder returns something else:\n%+v\n%+v", h, again)
		}
		checkStack(t, &h, stack)
		checkHeaders(t, &h)
		if p := h.Payload(frame.Data); len(p) > int(h.L7Len) {
			t.Errorf("payload of %d bytes, %d by the headers", len(p), h.L7Len)
		}
		c := &fresh.Counts
		if c.Packets != 1 || c.Layer2+c.IPv4+c.IPv6+c.NoFlow != 1 {
			t.Errorf("counts do not add up: %+v", *c)
		}
	})
}

// checkStack checks what holds for the stack of all packets.
func checkStack(t *testing.T, h *decode.Headers, s decode.Stack) {
	t.Helper()
	if len(s.HdrDesc) > 127 || h.FlowStat&decode.LongStack != 0 != strings.HasSuffix(s.HdrDesc, "...") {
		t.Errorf("stack %q of %d characters, status %s", s.HdrDesc, len(s.HdrDesc), renderStatus(h.FlowStat))
	}
	if (h.Key.Kind == decode.NoFlow) != (s == decode.Stack{}) || s.HdrDesc != "" && s.NumHdrs == 0 {
		t.Errorf("stack %v of a packet of kind %d", s, h.Key.Kind)
	}
}

// checkStatus checks what holds for the status of all packets.
func checkStatus(t *testing.T, h *decode.Headers) {
	t.Helper()
	const kinds = decode.Layer2Flow | decode.FlowIPv4 | decode.FlowIPv6
	for _, c := range []struct {
		kind           decode.Kind
		is, has, never decode.FlowStat
	}{
		{decode.NoFlow, 0, 0, ^decode.FlowStat(0)},
		{decode.Layer2, decode.Layer2Flow, 0, decode.HasIPv4 | decode.HasIPv6 | decode.L3Cut | decode.ShortTransport | decode.GRE},
		{decode.IPv4, decode.FlowIPv4, decode.HasIPv4, decode.ARP | decode.L2Cut | decode.ShortHeader},
		{decode.IPv6, decode.FlowIPv6, decode.HasIPv6, decode.L2Cut | decode.ShortIP | decode.ShortHeader},
	} {
		if c.kind == h.Key.Kind && (h.FlowStat&kinds != c.is || h.FlowStat&c.has != c.has || h.FlowStat&c.never != 0) {
			t.Errorf("status %s of kind %d", renderStatus(h.FlowStat), c.kind)
		}
	}
	if strings.Contains(renderStatus(h.FlowStat), "?") {
		t.Errorf("a bit of no name: %s", renderStatus(h.FlowStat))
	}
	if h.NVLANID > 3 || h.NVLANID > 0 && h.FlowStat&decode.VLAN == 0 || h.Key.Kind != decode.NoFlow && h.FlowStat&decode.VLAN != 0 && h.NVLANID == 0 {
		t.Errorf("%d tags, status %s", h.NVLANID, renderStatus(h.FlowStat))
	}
	for i, tag := range h.VLANID {
		if i >= int(h.NVLANID) && tag != 0 || i == int(h.NVLANID)-1 && h.NVLANID < 3 && tag&0xfff != h.Key.VLAN {
			t.Errorf("tags %x, %d of them, VLAN %d", h.VLANID, h.NVLANID, h.Key.VLAN)
		}
	}
	if h.PadLen > 64 || h.PadLen != 0 && h.WireLen > 64 || uint32(h.L7Len) > h.WireLen && h.WireLen > 0 && h.Key.Kind == decode.Layer2 {
		t.Errorf("pad %d and length %d of %d bytes on the wire", h.PadLen, h.L7Len, h.WireLen)
	}
}

// checkHeaders checks what holds for all packets.
func checkHeaders(t *testing.T, h *decode.Headers) {
	t.Helper()
	checkStatus(t, h)
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
			t.Errorf("address bytes after the %d used ones: %+v", used, k)
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
	if h.TCPFlags != 0 && uint8(h.TCPFlags) != h.Byte13 {
		t.Errorf("flags are not byte 13: %+v", *h)
	}
}
