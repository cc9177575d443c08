package flowtable

import (
	"testing"

	"github.com/t2host/t2host/host/internal/decode"
)

// tcp makes h a TCP packet with these flags.
func tcp(h *decode.Headers, flags uint8) *decode.Headers {
	h.Key.Proto, h.TCP, h.TCPFlags, h.Byte13 = decode.ProtoTCP, true, uint16(flags), flags
	return h
}

// message returns a packet from host 1 to host 2 of ICMP, ICMPv6 or SCTP.
func message(proto, kind uint8, srcPort, dstPort uint16) *decode.Headers {
	h := udp(1, 2, srcPort, dstPort, 0)
	h.Key.Proto, h.HasType, h.Type = proto, true, kind
	return h
}

// TestDirection: whether the first packet of a conversation comes from its server, by its flags
// and by its ports as in T2.
func TestDirection(t *testing.T) {
	layer2 := udp(1, 2, 53, 4000, 0)
	layer2.Key.Kind = decode.Layer2
	later := udp(1, 2, 0, 0, 0)
	later.Key.Proto, later.Byte13, later.FragOffset = decode.ProtoTCP, 0x12, true
	cut := message(decode.ProtoSCTP, 2, 4000, 5000)
	cut.HasType = false
	for _, c := range []struct {
		name         string
		first        *decode.Headers
		flags, ports bool
	}{
		{"client first", udp(1, 2, 4000, 53, 0), false, false},
		{"server first", udp(1, 2, 53, 4000, 0), true, true},
		{"equal low ports", udp(1, 2, 53, 53, 0), false, false},
		{"low port to a lower one", udp(1, 2, 900, 53, 0), false, false},
		{"port 1024 is not low", udp(1, 2, 1024, 4000, 0), false, false},
		{"port 8080, any other port", udp(1, 2, 8080, 80, 0), true, true},
		{"port 8089", udp(1, 2, 8089, 4000, 0), true, true},
		{"SYN+ACK", tcp(udp(1, 2, 4000, 5000, 0), 0x12), true, true},
		{"SYN+ACK+ECE", tcp(udp(1, 2, 4000, 5000, 0), 0x52), true, true},
		{"SYN+ACK to a low port", tcp(udp(1, 2, 2049, 800, 0), 0x12), true, true},
		{"SYN", tcp(udp(1, 2, 4000, 5000, 0), 0x02), false, false},
		{"SYN from a low port: NFS", tcp(udp(1, 2, 800, 2049, 0), 0x02), false, true},
		{"SYN+ECE+CWR from a low port: rsh", tcp(udp(1, 2, 1023, 5140, 0), 0xc2), false, true},
		{"SYN from port 8080", tcp(udp(1, 2, 8080, 22, 0), 0x02), false, true},
		{"SYN from a low port to a lower one", tcp(udp(1, 2, 900, 514, 0), 0x02), false, false},
		{"ACK from a low port says nothing", tcp(udp(1, 2, 800, 2049, 0), 0x10), true, true},
		{"RST+ACK from a low port says nothing", tcp(udp(1, 2, 443, 50000, 0), 0x14), true, true},
		{"byte 13 of a later fragment is not flags", later, false, true},
		{"INIT", message(decode.ProtoSCTP, 1, 5000, 6000), false, false},
		{"INIT from a low port: Diameter", message(decode.ProtoSCTP, 1, 868, 3868), false, true},
		{"INIT ACK", message(decode.ProtoSCTP, 2, 5000, 6000), true, false},
		{"COOKIE ECHO from port 8080", message(decode.ProtoSCTP, 10, 8080, 6000), false, true},
		{"COOKIE ACK", message(decode.ProtoSCTP, 11, 5000, 6000), true, false},
		{"DATA says nothing", message(decode.ProtoSCTP, 0, 80, 6000), true, true},
		{"a chunk that was not captured", cut, false, false},
		{"ICMP echo", message(decode.ProtoICMP, 8, 0, 0), false, false},
		{"ICMP echo reply", message(decode.ProtoICMP, 0, 0, 0), true, false},
		{"ICMP timestamp reply", message(decode.ProtoICMP, 14, 0, 0), true, false},
		{"ICMP address mask reply", message(decode.ProtoICMP, 18, 0, 0), true, false},
		{"ICMP extended echo reply", message(decode.ProtoICMP, 43, 0, 0), true, false},
		{"ICMP unreachable says nothing", message(decode.ProtoICMP, 3, 0, 0), false, false},
		{"ICMPv6 echo", message(decode.ProtoICMPv6, 128, 0, 0), false, false},
		{"ICMPv6 echo reply", message(decode.ProtoICMPv6, 129, 0, 0), true, false},
		{"ICMPv6 node information reply", message(decode.ProtoICMPv6, 140, 0, 0), true, false},
		{"ICMPv6 router advertisement", message(decode.ProtoICMPv6, 134, 0, 0), false, false},
		{"layer 2", layer2, false, false},
		{"both ends the same", udp(1, 1, 53, 53, 0), false, false},
	} {
		for _, byFlags := range []bool{true, false} {
			want := c.ports
			if byFlags {
				want = c.flags
			}
			table := New(Config{TCPStates: true, MaxFlows: 100, ByFlags: byFlags}, func(uint32, *Flow, uint8) {})
			first, back := *c.first, *c.first
			slot, ok := table.Packet(&first)
			if !ok || table.Flow(slot).Inverted != want {
				t.Errorf("%s, by flags %v: ok %v, inverted %v, want %v", c.name, byFlags, ok, table.Flow(slot).Inverted, want)
			}
			back.Key = first.Key.Reverse()
			other, _ := table.Packet(&back)
			f, g := table.Flow(slot), table.Flow(other)
			if other != slot && (f.FlowInd != g.FlowInd || f.Inverted == g.Inverted) {
				t.Errorf("%s: opposite has flow index %d for %d, inverted %v for %v", c.name, g.FlowInd, f.FlowInd, g.Inverted, f.Inverted)
			}
		}
	}
}
