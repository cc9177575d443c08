package decode_test

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/t2host/t2host/host/capture"
)

// builder makes random valid packets of the headers that the decoder knows: tunnels in tags in
// tunnels, options, extensions. Packets are made from the inside out. Left out is what tshark
// 4.0 does not read (GUE, NSH as a protocol of IP, IP in ERSPAN, LINKTYPE_MPLS) or guesses
// (Ethernet over MPLS).
type builder struct{ *rand.Rand }

var be = binary.BigEndian

// built is what has been made so far: an IP packet if v is 4 or 6, else an Ethernet frame.
type built struct {
	v     int
	bytes []byte
}

func (b *builder) raw(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(b.Uint32())
	}
	return data
}

// word makes the bytes of each value, of two bytes each.
func words(values ...int) []byte {
	var data []byte
	for _, v := range values {
		data = be.AppendUint16(data, uint16(v))
	}
	return data
}

func join(parts ...[]byte) []byte {
	var data []byte
	for _, p := range parts {
		data = append(data, p...)
	}
	return data
}

// port returns one that belongs to no tunnel.
func (b *builder) port() int { return 40001 + 2*b.IntN(900) }

// ip puts a header of a random version before a payload of a protocol; over IPv4 options, over
// IPv6 extensions may come between.
func (b *builder) ip(proto int, payload []byte) built {
	if b.IntN(2) == 0 {
		return b.ip4(proto, payload)
	}
	return b.ip6(proto, payload)
}

func (b *builder) ip4(proto int, payload []byte) built {
	if b.IntN(8) == 0 && proto != 51 {
		payload = join([]byte{byte(proto), 4, 0, 0}, b.raw(20), payload) // AH, with a check value of 12
		proto = 51
	}
	options := make([]byte, 4*max(b.IntN(14)-4, 0)) // of the kind 0, end of the list
	h := []byte{byte(0x45 + len(options)/4), byte(b.Uint32())}
	h = be.AppendUint16(h, uint16(20+len(options)+len(payload)))
	h = append(h, byte(b.Uint32()), byte(b.Uint32()), byte(b.IntN(2))<<6, 0, byte(1+b.IntN(255)), byte(proto), 0, 0)
	h = append(h, 10, byte(b.Uint32()), byte(b.Uint32()), byte(1+b.IntN(250)), 192, 168, byte(b.Uint32()), byte(1+b.IntN(250)))
	return built{4, join(h, options, payload)}
}

func (b *builder) ip6(proto int, payload []byte) built {
	for range max(b.IntN(6)-3, 0) {
		switch next := []int{0, 60, 43, 51}[1+b.IntN(3)]; next {
		case 51:
			payload = join([]byte{byte(proto), 4, 0, 0}, b.raw(20), payload)
			proto = next
		case 43: // no segments left
			payload = join([]byte{byte(proto), 2, 0, 0, 0, 0, 0, 0}, words(0x2001, 0xdb8, 2, 0, 0, 0, 0, 1), payload)
			proto = next
		default: // one option of padding, 6 or 14 bytes
			n := b.IntN(2)
			pad := make([]byte, 8*n+6)
			pad[0], pad[1] = 1, byte(8*n+4)
			payload = join([]byte{byte(proto), byte(n)}, pad, payload)
			proto = next
		}
	}
	if b.IntN(8) == 0 { // hop by hop comes first
		payload = join([]byte{byte(proto), 0, 1, 4, 0, 0, 0, 0}, payload)
		proto = 0
	}
	h := []byte{0x60 + byte(b.IntN(16)), byte(b.Uint32()), byte(b.Uint32()), byte(b.Uint32())}
	h = be.AppendUint16(h, uint16(len(payload)))
	h = append(h, byte(proto), byte(1+b.IntN(255)))
	h = join(h, words(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1+b.IntN(60000)), words(0x2001, 0xdb8, 1, 0, 0, 0, 0, 1+b.IntN(60000)))
	return built{6, join(h, payload)}
}

func (b *builder) udp(src, dst int, payload []byte) []byte {
	return join(words(src, dst, 8+len(payload), 0), payload)
}

// innermost makes the packet that a flow is of.
func (b *builder) innermost() built {
	data := make([]byte, b.IntN(200))
	for i := range data {
		data[i] = 'x' // no other protocol's first bytes
	}
	switch b.IntN(6) {
	case 0:
		return b.ip(17, b.udp(b.port(), b.port(), data))
	case 1:
		chunk := join([]byte{0, 3}, words(16+len(data)), b.raw(12), data, make([]byte, -len(data)&3))
		return b.ip(132, join(words(b.port(), b.port()), b.raw(8), chunk))
	case 2:
		if b.IntN(2) == 0 {
			return b.ip4(1, join([]byte{8, 0}, b.raw(6), data))
		}
		return b.ip6(58, join([]byte{128, 0}, b.raw(6), data))
	default:
		options := b.tcpOptions()
		h := join(words(b.port(), b.port()), b.raw(8), []byte{byte(5+len(options)/4)<<4 + byte(b.IntN(2)), byte(1<<b.IntN(5) + b.IntN(8)<<5)}, b.raw(2), make([]byte, 2), b.raw(2))
		return b.ip(6, join(h, options, data))
	}
}

// tcpOptions returns options of a TCP header: none, the ends of a list, or kinds that go on.
func (b *builder) tcpOptions() []byte {
	if b.IntN(3) == 0 {
		return make([]byte, 4*b.IntN(11))
	}
	var o []byte
	for range b.IntN(4) {
		switch b.IntN(5) {
		case 0:
			o = join(o, []byte{2, 4}, b.raw(2))
		case 1:
			o = join(o, []byte{1, 3, 3, byte(b.IntN(15))})
		case 2:
			o = append(o, 4, 2)
		case 3:
			o = join(o, []byte{8, 10}, b.raw(8))
		default:
			n := 1 + b.IntN(2)
			o = join(o, []byte{5, byte(2 + 8*n)}, b.raw(8*n))
		}
	}
	if len(o) > 40 {
		return nil
	}
	return join(o, []byte{1, 1, 1}[:-len(o)&3])
}

// frame returns what has been made as an Ethernet frame.
func (b *builder) frame(in built) []byte {
	if in.v == 0 {
		return in.bytes
	}
	t, data := b.typed(in)
	if n := len(data) + 8; n <= 1500 && b.IntN(10) == 0 { // LLC and SNAP
		t, data = n, join([]byte{0xaa, 0xaa, 3, 0, 0, 0}, words(t), data)
	}
	return join([]byte{2, 0, 0, 0}, b.raw(2), []byte{2, 0, 0, 1}, b.raw(2), words(t), data)
}

// typed returns what has been made after tags, and the EtherType of the first one.
func (b *builder) typed(in built) (t int, data []byte) {
	t, data = 0x0800, in.bytes
	switch in.v {
	case 6:
		t = 0x86dd
	case 0: // what carries frames
		switch b.IntN(4) {
		case 0:
			t, data = 0x88e7, join([]byte{byte(b.IntN(4)) << 6, 0}, b.raw(2), data) // PBB
		case 1:
			t, data = 0x22f3, join(words(0x0001|b.IntN(2)<<11, 1+b.IntN(900), 1+b.IntN(900)), data) // TRILL
		case 2:
			t, data = 0x894f, join(words(0x0fc2, 0x0203), b.raw(4), data) // NSH
		default:
			t, data = 0x8903, join(words(b.IntN(1<<16)), data) // FabricPath: only after the addresses of a link
			return t, data
		}
	}
	switch isIP := in.v != 0; {
	case isIP && b.IntN(10) == 0:
		t, data = 0x8847, b.labels(data)
	case isIP && b.IntN(10) == 0:
		t, data = 0x8864, join(words(0x1100, b.IntN(1<<16), len(data)+2, map[int]int{4: 0x21, 6: 0x57}[in.v]), data)
	case isIP && b.IntN(20) == 0:
		t, data = 0x8905, join(b.raw(6), words(t), data) // time stamp
	}
	for range max(b.IntN(6)-2, 0) {
		switch b.IntN(10) {
		case 0:
			t, data = 0x8926, join(b.raw(4), words(t), data) // VN-Tag
		case 1:
			t, data = 0x893f, join(b.raw(6), words(t), data) // E-Tag
		case 2:
			t, data = 0x8909, join(words(0x0101, 1), b.raw(2), words(t), data) // Cisco's metadata
		case 3:
			t, data = 0xf1c1, join(b.raw(4), words(t), data) // R-TAG
		case 4:
			t, data = 0x892f, join(words(len(data)+6, b.IntN(1<<16), t), data) // HSR
		case 5:
			channel := b.IntN(2)
			t, data = 0x88e5, join([]byte{byte(channel<<5 | b.IntN(4)), 0}, b.raw(4+8*channel), words(t), data, b.raw(16)) // MACsec
		default:
			t, data = []int{0x8100, 0x88a8, 0x9100}[b.IntN(3)], join(words(b.IntN(1<<16)|1, t), data)
		}
	}
	return t, data
}

// labels puts MPLS labels before an IP packet.
func (b *builder) labels(data []byte) []byte {
	for n := range 1 + b.IntN(3) {
		bottom := 0
		if n == 0 {
			bottom = 1
		}
		data = join(words(1+b.IntN(60000)), []byte{byte(0x10 | bottom), 64}, data)
	}
	return data
}

// gre puts a header of GRE before a payload of an EtherType.
func (b *builder) gre(t int, data []byte) []byte {
	flags := 0
	var fields []byte
	for _, bit := range []int{0x8000, 0x2000, 0x1000} { // checksum, key, sequence number
		if b.IntN(3) == 0 {
			flags |= bit
			fields = append(fields, b.raw(4)...)
		}
	}
	return join(words(flags, t), fields, data)
}

// tunnel puts what has been made into a packet or frame around it.
func (b *builder) tunnel(in built) built {
	over := func(port int, payload ...[]byte) built { return b.ip(17, b.udp(b.port(), port, join(payload...))) }
	frame := func() []byte { return b.frame(in) }
	isIP := in.v != 0
	proto, next, ppp := 4, 1, 0x21
	if in.v == 6 {
		proto, next, ppp = 41, 2, 0x57
	}
	switch n := b.IntN(25); {
	case n == 0:
		return over(4789, []byte{8, 0, 0, 0}, b.raw(3), []byte{0}, frame())
	case n == 1: // reserved bits
		return over(4789, []byte{8}, b.raw(7), frame())
	case n == 2 && isIP:
		return over(4790, []byte{0x0c, 0, 0, byte(next)}, b.raw(3), []byte{0}, in.bytes)
	case n == 3:
		return over(4790, []byte{0x0c, 0, 0, 3}, b.raw(3), []byte{0}, frame())
	case n == 4 && isIP:
		return over(4790, []byte{0x0c, 0, 0, 4}, b.raw(3), []byte{0}, words(0x0fc2, 0x0200|next), b.raw(4), in.bytes)
	case n <= 6:
		t, data := 0x6558, []byte(nil)
		if n == 5 || !isIP {
			data = frame()
		} else {
			t, data = 0x0800, in.bytes
			if in.v == 6 {
				t = 0x86dd
			}
		}
		var options []byte
		for range b.IntN(3) {
			options = join(options, words(0x0108), []byte{byte(b.IntN(128)), 1}, b.raw(4))
		}
		return over(6081, []byte{byte(len(options) / 4), byte(b.IntN(64))}, words(t), b.raw(4), options, data)
	case n == 7 && isIP:
		if b.IntN(2) == 0 { // sequence number, and one extension: the container of a session
			return over(2152, []byte{0x36, 0xff}, words(len(in.bytes)+8), b.raw(4), b.raw(2), []byte{0, 0x85, 1, 0, 9, 0}, in.bytes)
		}
		return over(2152, []byte{0x30, 0xff}, words(len(in.bytes)), b.raw(4), in.bytes)
	case n == 21 && in.v == 6:
		return over(3544, in.bytes)
	case n == 22:
		return over(5247, []byte{0, 0x10, 0, 0, 0, 0, 0, 0}, frame())
	case n == 23 && isIP:
		return b.ip(47, join(words(0, 0x894f, 0x0fc2, 0x0200|next), b.raw(4), in.bytes))
	case n == 8 && isIP:
		return over(6635, b.labels(in.bytes))
	case n == 9 && isIP:
		return over(4341, []byte{0x80}, b.raw(3), []byte{0, 0, 0, 0}, in.bytes)
	case n == 10:
		return over(4754, b.gre(0x6558, frame()))
	case n == 11:
		return b.ip(47, b.gre(0x6558, frame()))
	case n <= 13 && isIP:
		t := 0x0800
		if in.v == 6 {
			t = 0x86dd
		}
		return b.ip(47, b.gre(t, in.bytes))
	case n == 14 && isIP:
		return b.ip(47, b.gre(0x8847, b.labels(in.bytes)))
	case n == 15: // ERSPAN II
		return b.ip(47, join(words(0x1000, 0x88be), b.raw(4), words(0x1000|b.IntN(4096)), b.raw(6), frame()))
	case n == 16: // ERSPAN III, with and without what a platform adds
		more, o := []byte(nil), b.IntN(2)
		if o == 1 {
			more = join([]byte{byte(3+b.IntN(5)) << 2}, b.raw(7))
		}
		return b.ip(47, join(words(0x1000, 0x22eb), b.raw(4), words(0x2000|b.IntN(4096)), b.raw(8), words(o|b.IntN(64)<<4), more, frame()))
	case n == 17:
		return b.ip(97, join(words(0x3000), frame()))
	case n == 18 && isIP:
		return b.ip(137, b.labels(in.bytes))
	case n == 19:
		return b.ip(143, frame())
	case n == 20 && isIP:
		return over(1701, words(2, b.IntN(1<<16), b.IntN(1<<16), 0xff03, ppp), in.bytes)
	case isIP:
		return b.ip(proto, in.bytes)
	}
	return over(4789, []byte{8, 0, 0, 0}, b.raw(3), []byte{0}, frame())
}

// packet makes a packet and the link type that it is of.
func (b *builder) packet() (capture.LinkType, []byte) {
	in := b.innermost()
	for range max(b.IntN(6)-2, 0) {
		if b.IntN(5) == 0 {
			in = built{0, b.frame(in)} // a frame in a frame, if no tunnel follows
		}
		in = b.tunnel(in)
	}
	if in.v == 0 || b.IntN(3) > 0 {
		return capture.LinkTypeEthernet, b.frame(in)
	}
	family := map[int]byte{4: 2, 6: 24}[in.v]
	switch b.IntN(12) {
	case 0:
		return capture.LinkTypePFLog, join([]byte{61, family, 0, 0}, []byte("em0"), make([]byte, 57), in.bytes)
	case 1:
		return capture.LinkTypeENC, join([]byte{family, 0, 0, 0}, b.raw(8), in.bytes)
	case 2:
		return capture.LinkTypeDLTRawOpenBSD, in.bytes
	case 3:
		return capture.LinkTypeDLTRaw, in.bytes
	case 4:
		ppp := map[int]int{4: 0x21, 6: 0x57}[in.v]
		return capture.LinkTypePPPEther, join(words(0x1100, b.IntN(1<<16), len(in.bytes)+2, ppp), in.bytes)
	case 5:
		t, data := b.typed(in)
		return capture.LinkTypeATMRFC1483, join([]byte{0xaa, 0xaa, 3, 0, 0, 0}, words(t), data)
	case 6:
		return capture.LinkTypeNull, join([]byte{family, 0, 0, 0}, in.bytes)
	case 7:
		return capture.LinkTypeLoop, join([]byte{0, 0, 0, family}, in.bytes)
	case 8:
		t, data := b.typed(in)
		return capture.LinkTypeLinuxSLL, join(words(0, 1, 6), b.raw(8), words(t), data)
	case 9:
		t, data := b.typed(in)
		return capture.LinkTypeLinuxSLL2, join(words(t, 0, 0, 3, 1), []byte{0, 6}, b.raw(8), data)
	case 10:
		ppp := map[int]int{4: 0x21, 6: 0x57}[in.v]
		return capture.LinkTypePPP, join(words(0xff03, ppp), in.bytes)
	default:
		return capture.LinkTypeRaw, in.bytes
	}
}
