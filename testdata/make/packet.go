package main

import (
	"encoding/binary"
	"net/netip"
	"time"
)

const (
	fin = 0x01
	syn = 0x02
	rst = 0x04
	psh = 0x08
	ack = 0x10

	tcp  = 6
	udp  = 17
	frag = 44 // IPv6 fragment header
)

var be = binary.BigEndian

// A packet is a frame at a time; keep is how many bytes of it were captured, 0 for all.
type packet struct {
	at   time.Time
	data []byte
	keep int
}

func (p packet) captured() []byte {
	if p.keep > 0 {
		return p.data[:p.keep]
	}
	return p.data
}

// ethernet puts a frame's header and VLAN tags (TPID and TCI in one word, outermost first) before an IP packet.
func ethernet(tags []uint32, ip []byte) []byte {
	b := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1} // locally administered
	for _, t := range tags {
		b = be.AppendUint32(b, t)
	}
	if ip[0]>>4 == 4 {
		return append(be.AppendUint16(b, 0x0800), ip...)
	}
	return append(be.AppendUint16(b, 0x86dd), ip...)
}

// ip4 makes an IPv4 packet; offset is in bytes.
func ip4(src, dst netip.Addr, protocol byte, id, offset uint16, more bool, payload []byte) []byte {
	b := []byte{0x45, 0}
	b = be.AppendUint16(b, uint16(20+len(payload)))
	b = be.AppendUint16(b, id)
	field := offset / 8
	if more {
		field |= 0x2000
	}
	b = be.AppendUint16(b, field)
	b = append(b, 64, protocol, 0, 0)
	b = append(append(b, src.AsSlice()...), dst.AsSlice()...)
	be.PutUint16(b[10:], ^sum(0, b))
	return append(b, payload...)
}

func ip6(src, dst netip.Addr, next byte, payload []byte) []byte {
	b := be.AppendUint16([]byte{0x60, 0, 0, 0}, uint16(len(payload)))
	b = append(b, next, 64)
	b = append(append(b, src.AsSlice()...), dst.AsSlice()...)
	return append(b, payload...)
}

// ip makes a whole packet of either version.
func ip(src, dst netip.Addr, protocol byte, id uint16, payload []byte) []byte {
	if src.Is4() {
		return ip4(src, dst, protocol, id, 0, false, payload)
	}
	return ip6(src, dst, protocol, payload)
}

// fragments cuts an IP payload after first bytes, a multiple of 8, into two packets.
func fragments(src, dst netip.Addr, protocol byte, id uint16, payload []byte, first int) (a, b []byte) {
	if src.Is4() {
		return ip4(src, dst, protocol, id, 0, true, payload[:first]),
			ip4(src, dst, protocol, id, uint16(first), false, payload[first:])
	}
	header := func(offset, more uint16) []byte {
		h := be.AppendUint16([]byte{protocol, 0}, offset|more) // the offset in units of 8 is bits 3 to 15
		return be.AppendUint32(h, uint32(id))
	}
	return ip6(src, dst, frag, append(header(0, 1), payload[:first]...)),
		ip6(src, dst, frag, append(header(uint16(first), 0), payload[first:]...))
}

// segment makes a TCP segment without options.
func segment(from, to netip.AddrPort, seq, acked uint32, flags byte, window uint16, payload []byte) []byte {
	b := be.AppendUint16(nil, from.Port())
	b = be.AppendUint16(b, to.Port())
	b = be.AppendUint32(b, seq)
	b = be.AppendUint32(b, acked)
	b = append(b, 5<<4, flags)
	b = be.AppendUint16(b, window)
	b = append(append(b, 0, 0, 0, 0), payload...)
	be.PutUint16(b[16:], ^sum(pseudo(from, to, tcp, len(b)), b))
	return b
}

func datagram(from, to netip.AddrPort, payload []byte) []byte {
	b := be.AppendUint16(nil, from.Port())
	b = be.AppendUint16(b, to.Port())
	b = be.AppendUint16(b, uint16(8+len(payload)))
	b = append(append(b, 0, 0), payload...)
	be.PutUint16(b[6:], ^sum(pseudo(from, to, udp, len(b)), b))
	return b
}

// pseudo is the sum over the pseudo-header of TCP and UDP.
func pseudo(from, to netip.AddrPort, protocol byte, length int) uint32 {
	b := append(from.Addr().AsSlice(), to.Addr().AsSlice()...)
	b = be.AppendUint32(b, uint32(length))
	return uint32(sum(uint32(protocol), b))
}

// sum is RFC 1071's, on top of start, not yet complemented.
func sum(start uint32, b []byte) uint16 {
	for i, v := range b {
		if i%2 == 0 {
			start += uint32(v) << 8
		} else {
			start += uint32(v)
		}
	}
	for start > 0xffff {
		start = start>>16 + start&0xffff
	}
	return uint16(start)
}
