package main

import (
	"net/netip"
	"slices"
	"time"
)

// IP protocols of what is in tunnels, and beside TCP and UDP.
const (
	icmp, ipInIP, gre, icmp6, sctp = 1, 4, 47, 58, 132
)

// protocols: a little of each protocol that plugins look at. t2host check runs a plugin on it.
func protocols() []byte {
	t := &tape{start: start}
	const client, resolver = "10.0.0.1:51000", "10.0.0.53:53"
	t.udp(client, resolver, dns(0x0100, "example.com"))
	t.udp(resolver, client, dns(0x8180, "example.com"))
	t.udp("[2001:db8::1]:51001", "[2001:db8::53]:53", dns(0x0100, "例え.example"))
	t.udp("[2001:db8::53]:53", "[2001:db8::1]:51001", dns(0x8183, "例え.example"))

	web := t.talk("10.0.0.1:51002", server).open()
	web.from(0, psh|ack, opened, []byte("GET /index.html HTTP/1.1\r\nHost: example.com\r\nUser-Agent: t2host\r\n\r\n"))
	web.from(1, psh|ack, opened, []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"))
	web.from(0, psh|ack, opened, []byte("POST /form HTTP/1.1\r\nHost: example.com\r\nContent-Length: 3\r\n\r\na=1"))
	web.from(1, psh|ack, opened, []byte("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
	web.finish()
	secure := t.talk("10.0.0.2:51003", "10.9.9.9:443").open()
	secure.from(0, psh|ack, opened, clientHello("example.com"))
	secure.from(1, psh|ack, opened, append([]byte{22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3}, make([]byte, 36)...))
	secure.from(0, psh|ack, opened, append([]byte{23, 3, 3, 0, 64}, make([]byte, 64)...))
	secure.reset()
	shut := t.talk("10.0.0.3:51004", server).open()
	shut.data(30, 12).finish()
	early := t.talk("10.0.0.4:51005", "10.9.9.9:22")
	early.from(0, syn, opened, nil)
	early.from(1, rst|ack, 0, nil)
	for n := range 12 { // nobody answers
		t.talk(host(20+n), server).from(0, syn, opened, nil)
	}
	tagged := t.talk("10.0.0.5:51006", server)
	tagged.tags = []uint32{0x88a8_0064, 0x8100_0065}
	tagged.open().data(6, 2).finish()
	for _, cut := range []string{"10.0.0.6:51007", "[2001:db8::6]:51007"} {
		to := server
		if cut[0] == '[' {
			to = "[2001:db8:9::9]:80"
		}
		c := t.talk(cut, to).open()
		c.cut = 32
		c.data(8, 2).reset()
	}

	a, b := netip.MustParseAddr("10.0.0.7"), netip.MustParseAddr("10.9.9.9")
	for n := range byte(4) {
		t.ip(a, b, icmp, echo(8, n))
		t.ip(b, a, icmp, echo(0, n))
	}
	lost := ip4(a, b, udp, 77, 0, false, datagram(netip.AddrPortFrom(a, 51008), netip.AddrPortFrom(b, 9), []byte("lost")))
	t.ip(b, a, icmp, checked(append([]byte{3, 3, 0, 0, 0, 0, 0, 0}, lost...)))
	six, all := netip.MustParseAddr("fe80::7"), netip.MustParseAddr("ff02::1:ff00:9")
	t.ip(six, all, icmp6, append([]byte{135, 0, 0, 0, 0, 0, 0, 0}, all.AsSlice()...))

	init := []byte{0xc7, 0x44, 0x0b, 0x59, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 20, 0, 0, 0, 1, 0, 1, 0, 0, 0, 10, 0, 10, 0, 0, 0, 1}
	t.ip(a, b, sctp, init)
	answer := slices.Clone(init)
	copy(answer, []byte{0x0b, 0x59, 0xc7, 0x44})
	answer[12] = 2
	t.ip(b, a, sctp, answer)
	t.ip(a, b, sctp, []byte{0xc7, 0x44, 0x0b, 0x59, 0, 0, 0, 1, 0, 0, 0, 0, 0, 3, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 'd', 'a', 't', 'a'})

	inside := ip4(netip.MustParseAddr("192.168.1.1"), netip.MustParseAddr("192.168.1.2"), udp, 5, 0, false,
		datagram(netip.MustParseAddrPort("192.168.1.1:51009"), netip.MustParseAddrPort("192.168.1.2:69"), []byte("inside")))
	t.ip(a, b, ipInIP, inside)
	t.ip(a, b, gre, append([]byte{0, 0, 8, 0}, inside...))
	t.udp("10.0.0.7:51010", "10.9.9.9:4789", append([]byte{8, 0, 0, 0, 0, 0, 7, 0}, ethernet(nil, inside)...))
	t.add(append([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 7, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1}, make([]byte, 18)...))

	late := t.talk("10.0.0.8:51011", server)
	t.now += 200 * time.Second // what was silent has ended
	late.open().data(10, 4).finish()
	t.now += 8 * time.Second
	t.udp(client, resolver, dns(0x0100, "example.com"))
	return simple(t)
}

// udp adds a datagram.
func (t *tape) udp(from, to string, payload []byte) {
	a, b := netip.MustParseAddrPort(from), netip.MustParseAddrPort(to)
	t.ip(a.Addr(), b.Addr(), udp, datagram(a, b, payload))
}

// ip adds a packet.
func (t *tape) ip(src, dst netip.Addr, protocol byte, payload []byte) {
	t.id++
	t.add(ethernet(nil, ip(src, dst, protocol, t.id, payload)))
}

// dns is a message with a question, and as a response without an error an answer (RFC 1035, 4).
func dns(flags uint16, name string) []byte {
	b := be.AppendUint16([]byte{0x12, 0x34}, flags)
	answers := byte(0)
	if flags == 0x8180 {
		answers = 1
	}
	b = append(b, 0, 1, 0, answers, 0, 0, 0, 0)
	label := len(b)
	b = append(b, 0)
	for i := range len(name) {
		if name[i] == '.' {
			label = len(b)
			b = append(b, 0)
			continue
		}
		b = append(b, name[i])
		b[label]++
	}
	b = append(b, 0, 0, 1, 0, 1)
	if answers > 0 {
		b = append(b, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 93, 184, 216, 34)
	}
	return b
}

// clientHello begins a TLS connection to a name (RFC 8446, 4.1.2; RFC 6066, 3).
func clientHello(name string) []byte {
	extension := be.AppendUint16([]byte{0, 0}, uint16(len(name)+5))
	extension = be.AppendUint16(extension, uint16(len(name)+3))
	extension = append(be.AppendUint16(append(extension, 0), uint16(len(name))), name...)
	hello := append([]byte{3, 3}, make([]byte, 32)...)
	hello = append(hello, 0, 0, 2, 0x13, 0x01, 1, 0)
	hello = append(be.AppendUint16(hello, uint16(len(extension))), extension...)
	handshake := append([]byte{1, 0, 0, byte(len(hello))}, hello...)
	return append([]byte{22, 3, 1, 0, byte(len(handshake))}, handshake...)
}

// echo is a message of ICMP's ping (RFC 792).
func echo(kind, n byte) []byte {
	return checked([]byte{kind, 0, 0, 0, 0x12, 0x34, 0, n, 'p', 'i', 'n', 'g'})
}

// checked fills in ICMP's checksum.
func checked(message []byte) []byte {
	be.PutUint16(message[2:], ^sum(0, message))
	return message
}
