package decode_test

import (
	"math/rand/v2"
	"net"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/internal/decode"
)

// parser is gopacket's way: a DecodingLayerParser over reused layers.
type parser struct {
	eth     layers.Ethernet
	dot1q   layers.Dot1Q
	llc     layers.LLC
	snap    layers.SNAP
	ip4     layers.IPv4
	ip6     layers.IPv6
	ext     layers.IPv6ExtensionSkipper
	tcp     layers.TCP
	udp     layers.UDP
	sctp    layers.SCTP
	icmp4   layers.ICMPv4
	icmp6   layers.ICMPv6
	arp     layers.ARP
	payload gopacket.Payload
	found   []gopacket.LayerType
	*gopacket.DecodingLayerParser
}

func newParser() *parser {
	p := new(parser)
	p.DecodingLayerParser = gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &p.eth, &p.dot1q, &p.llc, &p.snap,
		&p.ip4, &p.ip6, &p.ext, &p.tcp, &p.udp, &p.sctp, &p.icmp4, &p.icmp6, &p.arp, &p.payload)
	p.IgnoreUnsupported = true
	return p
}

// headers are those of gopacket's layers, in our types.
func (p *parser) headers(t *testing.T, data []byte) decode.Headers {
	t.Helper()
	if err := p.DecodeLayers(data, &p.found); err != nil {
		t.Fatalf("gopacket: %v", err)
	}
	var h decode.Headers
	k := &h.Key
	copy(k.Src[:], p.eth.SrcMAC)
	copy(k.Dst[:], p.eth.DstMAC)
	k.Kind = decode.Layer2
	k.EtherType = uint16(p.eth.EthernetType)
	for _, l := range p.found {
		switch l {
		case layers.LayerTypeDot1Q:
			k.VLAN = p.dot1q.VLANIdentifier
			k.EtherType = uint16(p.dot1q.Type)
		case layers.LayerTypeIPv4:
			k.Kind, k.Proto = decode.IPv4, uint8(p.ip4.Protocol)
			k.Src, k.Dst = [16]byte{}, [16]byte{}
			copy(k.Src[:], p.ip4.SrcIP.To4())
			copy(k.Dst[:], p.ip4.DstIP.To4())
		case layers.LayerTypeIPv6:
			k.Kind, k.Proto = decode.IPv6, uint8(p.ip6.NextHeader)
			k.Src, k.Dst = [16]byte(p.ip6.SrcIP), [16]byte(p.ip6.DstIP)
			if p.ip6.HopByHop != nil {
				k.Proto = uint8(p.ip6.HopByHop.NextHeader)
			}
		case layers.LayerTypeTCP:
			c := &p.tcp
			k.SrcPort, k.DstPort = uint16(c.SrcPort), uint16(c.DstPort)
			h.TCP, h.Seq, h.Ack, h.Window = true, c.Seq, c.Ack, uint32(c.Window)
			for i, set := range []bool{c.FIN, c.SYN, c.RST, c.PSH, c.ACK, c.URG, c.ECE, c.CWR} {
				if set {
					h.TCPFlags |= 1 << i
				}
			}
		case layers.LayerTypeUDP:
			k.SrcPort, k.DstPort = uint16(p.udp.SrcPort), uint16(p.udp.DstPort)
		case layers.LayerTypeSCTP:
			k.SrcPort, k.DstPort = uint16(p.sctp.SrcPort), uint16(p.sctp.DstPort)
		}
	}
	return h
}

// build makes a well-formed, unfragmented frame by gopacket's serializers.
func build(t *testing.T, r *rand.Rand) []byte {
	t.Helper()
	mac := func() net.HardwareAddr {
		return net.HardwareAddr{2, byte(r.Uint32()), byte(r.Uint32()), 3, 4, byte(r.Uint32())}
	}
	ip := func(n int) net.IP {
		b := make(net.IP, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	eth := &layers.Ethernet{SrcMAC: mac(), DstMAC: mac()}
	stack := []gopacket.SerializableLayer{eth}
	typ := &eth.EthernetType
	for range r.IntN(3) {
		tag := &layers.Dot1Q{VLANIdentifier: uint16(r.IntN(4096)), Priority: uint8(r.IntN(8))}
		*typ = layers.EthernetTypeDot1Q
		typ = &tag.Type
		stack = append(stack, tag)
	}
	var network gopacket.NetworkLayer
	var proto layers.IPProtocol
	var transport gopacket.SerializableLayer
	port := func() uint16 { return uint16(20000 + r.IntN(40000)) } // no tunnel's
	var sum interface {
		SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
	}
	switch r.IntN(3) {
	case 0:
		c := &layers.TCP{SrcPort: layers.TCPPort(port()), DstPort: layers.TCPPort(port()), Seq: r.Uint32(), Ack: r.Uint32(), Window: uint16(r.Uint32())}
		f := r.Uint32()
		c.FIN, c.SYN, c.RST, c.PSH, c.ACK, c.URG, c.ECE, c.CWR = f&1 != 0, f&2 != 0, f&4 != 0, f&8 != 0, f&16 != 0, f&32 != 0, f&64 != 0, f&128 != 0
		for range r.IntN(6) {
			c.Options = append(c.Options, layers.TCPOption{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{5, 0xb4}})
		}
		proto, transport, sum = layers.IPProtocolTCP, c, c
	case 1:
		u := &layers.UDP{SrcPort: layers.UDPPort(port()), DstPort: layers.UDPPort(port())}
		proto, transport, sum = layers.IPProtocolUDP, u, u
	case 2:
		proto, transport = layers.IPProtocolSCTP, &layers.SCTP{SrcPort: layers.SCTPPort(port()), DstPort: layers.SCTPPort(port())}
	}
	if r.IntN(2) == 0 {
		l := &layers.IPv4{Version: 4, TTL: 64, Protocol: proto, SrcIP: ip(4), DstIP: ip(4), Id: uint16(r.Uint32()), Flags: layers.IPv4DontFragment}
		*typ, network = layers.EthernetTypeIPv4, l
		stack = append(stack, l)
	} else {
		l := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: proto, SrcIP: ip(16), DstIP: ip(16)}
		*typ, network = layers.EthernetTypeIPv6, l
		stack = append(stack, l)
	}
	if sum != nil {
		if err := sum.SetNetworkLayerForChecksum(network); err != nil {
			t.Fatal(err)
		}
	}
	stack = append(stack, transport, gopacket.Payload(make([]byte, 8+r.IntN(200)))) // T2 wants 36 bytes of SCTP packets
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, stack...); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// On well-formed packets other than fragments gopacket's layers and ours agree.
func TestAgreesWithGopacket(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	p := newParser()
	d := decode.New()
	for i := range 20000 {
		data := build(t, r)
		want := p.headers(t, data)
		var got decode.Headers
		d.Decode(&capture.Frame{Link: capture.LinkTypeEthernet, WireLen: uint32(len(data)), Data: data}, &got)
		if got.Key != want.Key || got.TCP != want.TCP || got.TCPFlags != want.TCPFlags || got.Seq != want.Seq || got.Ack != want.Ack || got.Window != want.Window {
			t.Fatalf("packet %d of seed %d: % x\n     got %s\ngopacket %s", i, seed, data, render(&got, d.Stacks()), render(&want, d.Stacks()))
		}
	}
	if d.Counts.Clipped != 0 {
		t.Errorf("%d of them count as clipped", d.Counts.Clipped)
	}
}

// benchFrames are cases that gopacket's parser can read too.
func benchFrames(b *testing.B, names ...string) []*capture.Frame {
	b.Helper()
	var frames []*capture.Frame
	for _, name := range names {
		file, name, _ := strings.Cut(name, "/")
		cases, _ := readCases(b, "testdata/"+file+".txt")
		for _, p := range cases {
			if p.name == name {
				frames = append(frames, p.frame())
			}
		}
	}
	if len(frames) != len(names) {
		b.Fatalf("found %d of %v", len(frames), names)
	}
	return frames
}

var benches = []struct {
	name  string
	cases []string
}{
	{"tcp4", []string{"ethernet/tcp"}},
	{"tcp4options", []string{"ipv4/tcp-options"}},
	{"tcp6", []string{"ipv6/tcp"}},
	{"udp4", []string{"ipv4/udp"}},
	{"vlan", []string{"ethernet/vlan-stack"}},
	{"hopbyhop", []string{"ipv6/hop-by-hop"}},
	{"arp", []string{"ethernet/arp"}},
	{"snap", []string{"ethernet/snap-ipv4"}},
	{"mix", []string{"ethernet/tcp", "ipv4/tcp-options", "ipv4/udp", "ethernet/tcp", "ipv6/tcp", "ethernet/vlan", "ipv4/udp", "ethernet/arp"}},
}

// The same frames by our Decoder and by gopacket's DecodingLayerParser, which returns
// slices of the frame where ours makes a key.
func BenchmarkDecode(b *testing.B) {
	for _, bench := range benches {
		frames := benchFrames(b, bench.cases...)
		b.Run(bench.name+"/t2host", func(b *testing.B) {
			d := decode.New()
			var h decode.Headers
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				d.Decode(frames[i], &h)
				if i++; i == len(frames) {
					i = 0
				}
			}
		})
		b.Run(bench.name+"/gopacket", func(b *testing.B) {
			p := newParser()
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if err := p.DecodeLayers(frames[i].Data, &p.found); err != nil {
					b.Fatal(err)
				}
				if i++; i == len(frames) {
					i = 0
				}
			}
		})
	}
}

// What each of gopacket's layers costs by itself, called directly on a reused struct.
func BenchmarkGopacketLayer(b *testing.B) {
	frame := benchFrames(b, "ethernet/tcp")[0].Data
	vlan := benchFrames(b, "ethernet/vlan")[0].Data
	p := newParser()
	for _, l := range []struct {
		name  string
		layer gopacket.DecodingLayer
		data  []byte
	}{
		{"ethernet", &p.eth, frame},
		{"dot1q", &p.dot1q, vlan[14:18]},
		{"llc", &p.llc, []byte{0x42, 0x42, 3, 0}},
		{"snap", &p.snap, []byte{0, 0, 0, 8, 0}},
		{"ipv4", &p.ip4, frame[14:]},
		{"tcp", &p.tcp, frame[34:54]},
	} {
		b.Run(l.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := l.layer.DecodeFromBytes(l.data, gopacket.NilDecodeFeedback); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
