package decode_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/internal/decode"
)

// TestAgreesWithTshark: of random packets tshark reads the same innermost flow: addresses, ports,
// protocol and length of the payload. T2HOST_TSHARK is the number of packets, T2HOST_SEED a run
// to repeat.
func TestAgreesWithTshark(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		if os.Getenv("T2HOST_NO_SKIP") == "1" {
			t.Fatalf("no tshark: %v", err)
		}
		t.Skipf("no tshark: %v", err)
	}
	count, seed := uint64(5000), rand.Uint64()
	for name, v := range map[string]*uint64{"T2HOST_TSHARK": &count, "T2HOST_SEED": &seed} {
		if text := os.Getenv(name); text != "" {
			n, err := strconv.ParseUint(text, 10, 64)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			*v = n
		}
	}
	b := &builder{rand.New(rand.NewPCG(seed, 0))}
	file := &pcapng{}
	d := decode.New()
	var ours, ourFields, dumps []string
	stacks := map[uint32]bool{}
	for range count {
		link, data := b.packet()
		file.add(link, data)
		var h decode.Headers
		frame := &capture.Frame{Link: link, WireLen: uint32(len(data)), Data: data}
		d.Decode(frame, &h)
		var x decode.Fields
		d.Fields(frame, &h, &x)
		ours = append(ours, innermost(&h))
		ourFields = append(ourFields, fieldsOf(&h, &x))
		dumps = append(dumps, fmt.Sprintf("link %d % x\n%s", link, data, render(&h, d.Stacks())))
		stacks[h.Stack] = true
	}
	different := 0
	for i, theirs := range tshark(t, file.bytes(), len(ours)) {
		same := ours[i] == theirs.flow || theirs.noLength && strings.HasPrefix(ours[i], theirs.flow[:len(theirs.flow)-1])
		if same && ourFields[i] == theirs.fields {
			continue
		}
		if different++; different <= 5 {
			t.Errorf("packet %d of seed %d:\n  ours %s\n       %s\ntshark %s (%s)\n       %s\n%s", i+1, seed, ours[i], ourFields[i], theirs.flow, theirs.protocols, theirs.fields, dumps[i])
		}
	}
	if different > 0 {
		t.Errorf("%d of %d packets differ", different, count)
	}
	t.Logf("%d packets of %d header stacks, seed %d", count, len(stacks), seed)
}

// innermost is a packet's flow as the fields of tshark's tell it.
func innermost(h *decode.Headers) string {
	k := &h.Key
	src, dst := "", ""
	switch k.Kind {
	case decode.IPv4:
		src, dst = netip.AddrFrom4([4]byte(k.Src[:4])).String(), netip.AddrFrom4([4]byte(k.Dst[:4])).String()
	case decode.IPv6:
		src, dst = netip.AddrFrom16(k.Src).String(), netip.AddrFrom16(k.Dst).String()
	default:
		return fmt.Sprintf("kind %d", k.Kind)
	}
	return fmt.Sprintf("%s %d > %s %d proto %d length %d", src, k.SrcPort, dst, k.DstPort, k.Proto, h.L7Len)
}

// fieldsOf is what plugins read of a packet beside its flow, as the fields of tshark's tell it.
func fieldsOf(h *decode.Headers, x *decode.Fields) string {
	text := fmt.Sprintf("ttl %d dscp %d ecn %d label %d", x.IPTTL, x.IPDSCP, x.IPECN, x.IP6FlowLabel)
	if h.Key.Kind == decode.IPv4 {
		text += fmt.Sprintf(" id %d header %d flags %#x", x.IPID, x.IPHdrLen, x.IPFragFlags)
	}
	switch h.Key.Proto {
	case decode.ProtoTCP:
		text += fmt.Sprintf(" tcp %d seq %d ack %d flags %#x window %d urgent %d mss %d scale %d sack %d %d times %d %d",
			x.L4HdrLen, h.Seq, h.Ack, h.TCPFlags, h.Window, x.TCPUrgPtr, x.TCPMSS, x.TCPWScale, x.TCPSACKPerm, x.TCPSACKs, x.TCPTSVal, x.TCPTSEcr)
	case decode.ProtoICMP, decode.ProtoICMPv6:
		text += fmt.Sprintf(" icmp %d %d", x.ICMPType, x.ICMPCode)
	}
	return text
}

// theirFields is the same of tshark's fields, in which absent is empty.
func theirFields(ip, transport string, f map[string]string) string {
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(f[name], 0, 64)
		return n
	}
	text := ""
	if ip == "ip" {
		header := number("ip.hdr_len")
		if names := ":" + f["frame.protocols"] + ":"; strings.LastIndex(names, ":ip:") == strings.LastIndex(names, ":ip:ah:") {
			header += 24 // of the builder's AH
		}
		text = fmt.Sprintf("ttl %d dscp %d ecn %d label 0 id %d header %d flags %#x", number("ip.ttl"), number("ip.dsfield.dscp"), number("ip.dsfield.ecn"),
			number("ip.id"), header, number("ip.flags")<<5)
	} else {
		text = fmt.Sprintf("ttl %d dscp %d ecn %d label %d", number("ipv6.hlim"), number("ipv6.tclass.dscp"), number("ipv6.tclass.ecn"), number("ipv6.flow"))
	}
	switch transport {
	case "tcp":
		scale, permitted := int64(decode.NoWScale), 0
		if f["tcp.options.wscale.shift"] != "" {
			scale = number("tcp.options.wscale.shift")
		}
		if f["tcp.options.sack_perm"] != "" {
			permitted = 1
		}
		text += fmt.Sprintf(" tcp %d seq %d ack %d flags %#x window %d urgent %d mss %d scale %d sack %d %d times %d %d",
			number("tcp.hdr_len"), number("tcp.seq_raw"), number("tcp.ack_raw"), number("tcp.flags")&0x1ff, number("tcp.window_size_value"), number("tcp.urgent_pointer"),
			number("tcp.options.mss_val"), scale, permitted, number("tcp.options.sack.count"), number("tcp.options.timestamp.tsval"), number("tcp.options.timestamp.tsecr"))
	case "icmp", "icmpv6":
		text += fmt.Sprintf(" icmp %d %d", number(transport+".type"), number(transport+".code"))
	}
	return text
}

// theirs is what tshark reads in a packet.
type theirs struct {
	flow, protocols string
	fields          string
	noLength        bool // of the data in an echo, within Teredo
}

// tshark returns what it reads in a capture's packets.
func tshark(t *testing.T, capture []byte, packets int) []theirs {
	t.Helper()
	path := filepath.Join(t.TempDir(), "random.pcapng")
	if err := os.WriteFile(path, capture, 0o644); err != nil {
		t.Fatal(err)
	}
	fields := []string{
		"frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "tcp.len",
		"udp.srcport", "udp.dstport", "udp.length", "sctp.srcport", "sctp.dstport", "sctp.chunk_length", "data.len",
		"ip.ttl", "ip.dsfield.dscp", "ip.dsfield.ecn", "ip.id", "ip.hdr_len", "ip.flags", "ipv6.hlim", "ipv6.tclass.dscp", "ipv6.tclass.ecn", "ipv6.flow",
		"tcp.hdr_len", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.window_size_value", "tcp.urgent_pointer", "tcp.options.mss_val", "tcp.options.wscale.shift",
		"tcp.options.sack_perm", "tcp.options.sack.count", "tcp.options.timestamp.tsval", "tcp.options.timestamp.tsecr",
		"icmp.type", "icmp.code", "icmpv6.type", "icmpv6.code",
	}
	// Every packet for itself, and the last one of each field: that of the innermost header.
	args := []string{"-n", "-r", path, "-T", "fields", "-E", "occurrence=l", "-E", "separator=/t", "-o", "tcp.desegment_tcp_streams:FALSE", "-o", "tcp.analyze_sequence_numbers:FALSE", "-d", "ethertype==0x8905,ttag"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	cmd := exec.Command("tshark", args...)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, problems.String())
	}
	var all []theirs
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		cells := strings.Split(lines.Text(), "\t")
		f := map[string]string{}
		for i, name := range fields {
			f[name] = cells[i]
		}
		ip, transport := layersOf(f)
		all = append(all, theirs{flowOf(ip, transport, f), f["frame.protocols"], theirFields(ip, transport, f), strings.HasSuffix(f["frame.protocols"], ":icmpv6")})
	}
	if len(all) != packets {
		t.Fatalf("tshark shows %d of %d packets\n%s", len(all), packets, problems.String())
	}
	return all
}

// layersOf returns the innermost headers by their names: ip or ipv6, and what is in it.
func layersOf(f map[string]string) (ip, transport string) {
	names := strings.Split(f["frame.protocols"], ":")
	slices.Reverse(names)
	for _, name := range names {
		switch name {
		case "ip", "ipv6":
			if ip == "" {
				ip = name
			}
		case "tcp", "udp", "sctp", "icmp", "icmpv6":
			if transport == "" && ip == "" {
				transport = name
			}
		}
	}
	return ip, transport
}

// flowOf is the flow that fields tell, in the form of innermost.
func flowOf(ip, transport string, f map[string]string) string {
	number := func(name string, less int) int {
		n, _ := strconv.Atoi(f[name])
		return n - less
	}
	proto, length := 0, 0
	switch transport {
	case "tcp":
		proto, length = 6, number("tcp.len", 0)
	case "udp":
		proto, length = 17, number("udp.length", 8)
	case "sctp":
		proto, length = 132, (number("sctp.chunk_length", 0)+3)&^3
	case "icmp":
		proto, length = 1, number("data.len", 0)
	case "icmpv6":
		proto, length = 58, number("data.len", 0)
	}
	src, dst := 0, 0
	if transport == "tcp" || transport == "udp" || transport == "sctp" {
		src, dst = number(transport+".srcport", 0), number(transport+".dstport", 0)
	}
	return fmt.Sprintf("%s %d > %s %d proto %d length %d", f[ip+".src"], src, f[ip+".dst"], dst, proto, length)
}

// pcapng is a capture of packets of any link types, in the order in which they were added.
type pcapng struct {
	links   []capture.LinkType
	packets []byte
}

func (p *pcapng) add(link capture.LinkType, data []byte) {
	id := slices.Index(p.links, link)
	if id < 0 {
		id = len(p.links)
		p.links = append(p.links, link)
	}
	le := binary.LittleEndian
	body := le.AppendUint32(nil, uint32(id))
	body = append(body, make([]byte, 8)...)
	body = le.AppendUint32(le.AppendUint32(body, uint32(len(data))), uint32(len(data)))
	p.packets = append(p.packets, ngBlock(6, append(body, data...))...)
}

func (p *pcapng) bytes() []byte {
	le := binary.LittleEndian
	all := ngBlock(0x0a0d0d0a, append([]byte{0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0}, bytes.Repeat([]byte{0xff}, 8)...))
	for _, l := range p.links {
		all = append(all, ngBlock(1, append(le.AppendUint16(nil, uint16(l)), make([]byte, 6)...))...)
	}
	return append(all, p.packets...)
}

func ngBlock(kind uint32, body []byte) []byte {
	le := binary.LittleEndian
	body = append(body, make([]byte, -len(body)&3)...)
	n := uint32(len(body) + 12)
	b := le.AppendUint32(le.AppendUint32(nil, kind), n)
	return le.AppendUint32(append(b, body...), n)
}
