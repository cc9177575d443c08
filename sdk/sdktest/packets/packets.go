// Package packets makes captures of packets in text.
package packets

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Epoch is the time of second 0 of packets in text: 2023-11-14 22:13:20 UTC.
const Epoch = 1700000000

// Capture returns a capture (pcap, nanoseconds, Ethernet) of packets in text, one
// per line:
//
//	SECONDS SRC > DST WHAT [key=value ...]
//
// SECONDS count from [Epoch]. SRC and DST are addresses with ports, IPv4
// (10.0.0.1:80) or IPv6 ([2001:db8::1]:80). WHAT is udp, sctp, icmp (ICMPv6 over
// IPv6; its ports are not shown), or the flags of a TCP packet as tcpdump's letters
// S A F R P U, "." being ACK. Keys: win, seq, ack, type and code (of ICMP; of sctp
// the first chunk's type, and its flags), len (bytes of payload, zeros), text (the payload, with Go's escapes; \x20 is a
// space), vlan, and repeat with step: the number of packets, and the seconds between
// them. Empty lines and lines that begin with # are ignored.
func Capture(text string) ([]byte, error) {
	le := binary.LittleEndian
	file := le.AppendUint32(nil, 0xa1b23c4d)
	file = le.AppendUint16(file, 2)
	file = le.AppendUint16(file, 4)
	file = append(file, make([]byte, 8)...)
	file = le.AppendUint32(file, 262144)
	file = le.AppendUint32(file, 1)
	for n, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		p, err := parsePacket(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %q: %w", n+1, line, err)
		}
		for i := range p.repeat {
			ns := p.time + int64(i)*p.step
			frame := p.frame()
			file = le.AppendUint32(file, uint32(Epoch+ns/1e9))
			file = le.AppendUint32(file, uint32(ns%1e9))
			file = le.AppendUint32(file, uint32(len(frame)))
			file = le.AppendUint32(file, uint32(len(frame)))
			file = append(file, frame...)
		}
	}
	return file, nil
}

// Protocol numbers (IANA).
const (
	protoICMP   = 1
	protoTCP    = 6
	protoUDP    = 17
	protoICMPv6 = 58
	protoSCTP   = 132
)

type packet struct {
	time, step int64 // nanoseconds since Epoch
	repeat     int
	src, dst   netip.AddrPort
	proto      byte
	kind, code byte // of ICMP, and of SCTP's first chunk
	flags      byte
	window     int
	payload    []byte
	seq, ack   uint32
	vlan       int
}

func parsePacket(line string) (*packet, error) {
	f := strings.Fields(line)
	if len(f) < 5 || f[2] != ">" {
		return nil, fmt.Errorf("not of the form SECONDS SRC > DST WHAT")
	}
	p := &packet{repeat: 1, window: 1000}
	var err error
	if p.time, err = nanos(f[0]); err != nil {
		return nil, err
	}
	if p.src, err = netip.ParseAddrPort(f[1]); err != nil {
		return nil, err
	}
	if p.dst, err = netip.ParseAddrPort(f[3]); err != nil {
		return nil, err
	}
	switch f[4] {
	case "udp":
		p.proto = protoUDP
	case "sctp":
		p.proto = protoSCTP
	case "icmp":
		p.proto = protoICMP
		if p.src.Addr().Is6() {
			p.proto = protoICMPv6
		}
	default:
		p.proto = protoTCP
		for _, c := range f[4] {
			i := strings.IndexRune("FSRPAU", c)
			if c == '.' {
				i = 4
			}
			if i < 0 {
				return nil, fmt.Errorf("unknown TCP flag %c", c)
			}
			p.flags |= 1 << i
		}
	}
	for _, kv := range f[5:] {
		if err := p.set(kv); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *packet) set(kv string) error {
	key, value, _ := strings.Cut(kv, "=")
	if key == "step" {
		var err error
		p.step, err = nanos(value)
		return err
	}
	if key == "text" {
		text, err := strconv.Unquote(`"` + value + `"`)
		p.payload = []byte(text)
		return err
	}
	n, err := strconv.ParseUint(value, 0, 32)
	if err != nil {
		return err
	}
	switch key {
	case "win":
		p.window = int(n)
	case "len":
		if n > maxPayload {
			return fmt.Errorf("%d bytes do not fit into a packet", n)
		}
		p.payload = make([]byte, n)
	case "vlan":
		p.vlan = int(n)
	case "repeat":
		p.repeat = int(n)
	case "type":
		p.kind = byte(n)
	case "code":
		p.code = byte(n)
	case "seq":
		p.seq = uint32(n)
	case "ack":
		p.ack = uint32(n)
	default:
		return fmt.Errorf("unknown key %s", key)
	}
	return nil
}

func nanos(seconds string) (int64, error) {
	whole, frac, _ := strings.Cut(seconds, ".")
	n, err := strconv.ParseInt(whole+(frac + "000000000")[:9], 10, 64)
	if err != nil || len(frac) > 9 {
		return 0, fmt.Errorf("%q is not a number of seconds", seconds)
	}
	return n, nil
}

// frame is the packet's bytes (RFC 894, 791, 8200, 9293, 768); checksums are 0.
func (p *packet) frame() []byte {
	be := binary.BigEndian
	b := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}
	if p.vlan != 0 {
		b = be.AppendUint16(be.AppendUint16(b, 0x8100), uint16(p.vlan))
	}
	transport := p.transport()
	if p.src.Addr().Is4() {
		b = be.AppendUint16(b, 0x0800)
		b = append(b, 0x45, 0)
		b = be.AppendUint16(b, lengthField(20+len(transport)))
		b = append(b, 0, 0, 0x40, 0, 64, p.proto, 0, 0)
	} else {
		b = be.AppendUint16(b, 0x86dd)
		b = append(b, 0x60, 0, 0, 0)
		b = be.AppendUint16(b, lengthField(len(transport)))
		b = append(b, p.proto, 64)
	}
	b = append(b, p.src.Addr().AsSlice()...)
	b = append(b, p.dst.Addr().AsSlice()...)
	return append(b, transport...)
}

// maxPayload is the longest payload: packets fit into a capture's snapshot length.
const maxPayload = 200_000

// lengthField returns the field of a header for a length: 0 for one that it cannot hold, as
// Linux writes it (RFC 2675).
func lengthField(n int) uint16 {
	if n > 0xffff {
		return 0
	}
	return uint16(n)
}

func (p *packet) transport() []byte {
	be := binary.BigEndian
	b := be.AppendUint16(nil, p.src.Port())
	b = be.AppendUint16(b, p.dst.Port())
	switch p.proto {
	case protoUDP:
		b = be.AppendUint16(b, lengthField(8+len(p.payload)))
		b = append(b, 0, 0)
	case protoSCTP: // RFC 9260, 3.1 and 3.2
		b = append(b, 0, 0, 0, 0, 0, 0, 0, 0, p.kind, p.code)
		b = be.AppendUint16(b, uint16(4+len(p.payload)))
	case protoICMP, protoICMPv6: // RFC 792, RFC 4443
		b = []byte{p.kind, p.code, 0, 0, 0, 0, 0, 0}
	default:
		b = be.AppendUint32(b, p.seq)
		b = be.AppendUint32(b, p.ack)
		b = append(b, 5<<4, p.flags)
		b = be.AppendUint16(b, uint16(p.window))
		b = append(b, 0, 0, 0, 0)
	}
	return append(b, p.payload...)
}
