package filter

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/t2host/t2host/host/capture"
)

// lines returns the lines of a file that are no comments.
func lines(t testing.TB, path string) (list []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSuffix(line, "\n"); line != "" && line[0] != '#' {
			list = append(list, line)
		}
	}
	return list
}

// TestRefused: what has no meaning is refused with its place.
func TestRefused(t *testing.T) {
	for _, line := range lines(t, "testdata/refused.txt") {
		i := strings.LastIndex(line, "|filter")
		_, err := Compile(line[:i])
		if err == nil || err.Error() != line[i+1:] {
			t.Errorf("%s\n got %v\nwant %s", line[:i], err, line[i+1:])
		}
	}
}

// links are the link types that tcpdump makes programs for, by the names of its -y.
var links = map[capture.LinkType]string{
	capture.LinkTypeEthernet: "EN10MB", capture.LinkTypeRaw: "RAW", capture.LinkTypeLinuxSLL: "LINUX_SLL", capture.LinkTypeLinuxSLL2: "LINUX_SLL2",
	capture.LinkTypeIPv4: "IPV4", capture.LinkTypeIPv6: "IPV6", capture.LinkTypeNull: "NULL", capture.LinkTypeLoop: "LOOP", capture.LinkTypePPP: "PPP",
	capture.LinkTypePPPEther: "PPP_ETHER", capture.LinkTypeCHDLC: "C_HDLC", capture.LinkTypeFDDI: "FDDI", capture.LinkTypeATMRFC1483: "ATM_RFC1483",
	capture.LinkTypeIEEE80211: "IEEE802_11", capture.LinkTypeIEEE80211Radiotap: "IEEE802_11_RADIO", capture.LinkTypeIEEE80211Prism: "PRISM_HEADER",
	capture.LinkTypeIEEE80211AVS: "IEEE802_11_RADIO_AVS", capture.LinkTypePPI: "PPI", capture.LinkTypeFRelay: "FRELAY", capture.LinkTypePFLog: "PFLOG",
	capture.LinkTypeENC: "ENC", capture.LinkTypeJuniperATM1: "JUNIPER_ATM1", capture.LinkTypeJuniperEther: "JUNIPER_ETHER", capture.LinkTypeJuniperPPPoE: "JUNIPER_PPPOE",
	capture.LinkTypeSymantecFirewall: "SYMANTEC_FIREWALL",
}

// theirs returns tcpdump's program of an expression, as it is for a file; optimized or not. Libpcap's optimizer moves loads, so that
// a frame which is cut between two of them is rejected earlier or later.
func theirs(expression, link string, optimized bool) (*Program, error) {
	args := []string{"-ddd", "-y", link, "--", expression}
	if !optimized {
		args = append([]string{"-O"}, args...)
	}
	out, err := exec.Command("tcpdump", args...).CombinedOutput()
	if err != nil && strings.Contains(string(out), "expression rejects all packets") {
		return &Program{code: []Instruction{{Code: result}}}, nil
	}
	if err != nil {
		return nil, errors.New(strings.TrimSpace(string(out)))
	}
	p := &Program{}
	s := bufio.NewScanner(strings.NewReader(string(out)))
	for s.Scan() {
		var n []uint64
		for _, f := range strings.Fields(s.Text()) {
			x, err := strconv.ParseUint(f, 10, 32)
			if err != nil {
				return nil, errors.New(string(out))
			}
			n = append(n, x)
		}
		if len(n) == 4 {
			p.code = append(p.code, Instruction{uint16(n[0]), uint8(n[1]), uint8(n[2]), uint32(n[3])})
		}
	}
	return p, nil
}

// sample are frames of a capture.
func sample(t testing.TB, path string, most int) (frames []capture.Frame) {
	src, err := capture.Open([]string{path}, nil)
	if err != nil {
		return nil // it is damaged: others read it
	}
	defer src.Close()
	for len(frames) < most {
		var f capture.Frame
		if err := src.Next(&f); err != nil {
			if err != io.EOF {
				t.Log(path, err)
			}
			return frames
		}
		f.Data = slices.Clone(f.Data)
		frames = append(frames, f)
	}
	return frames
}

// cutHere is the interface of frames that the test has cut.
const cutHere = 1 << 31

// samples are frames of all captures in testdata, of the shared ones where they are, and made ones; and the same ones cut at several lengths.
var samples = sync.OnceValue(func() map[capture.LinkType][]capture.Frame {
	shared := os.Getenv("T2HOST_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	all := map[capture.LinkType][]capture.Frame{}
	for _, pattern := range []string{"../../testdata/*.pcap*", filepath.Join(shared, "captures/r*/*.pcap*")} {
		paths, _ := filepath.Glob(pattern)
		for _, path := range paths {
			for _, f := range sample(&testing.T{}, path, 150) {
				all[f.Link] = append(all[f.Link], f)
				if len(all[f.Link])%7 == 0 {
					cut := f
					cut.Iface = cutHere
					cut.Data = f.Data[:len(f.Data)*(len(all[f.Link])%5)/5]
					all[f.Link] = append(all[f.Link], cut)
				}
			}
		}
	}
	for link := range links {
		all[link] = append(all[link], made(link)...)
	}
	return all
})

// agree compares our program with tcpdump's on frames: with the optimized one, and on frames that were cut here, or on all if it
// need not be strict, with either. (Libpcap sees that not udp[0] < 300 is never true, and looks at no byte.)
func agree(t *testing.T, expression string, link capture.LinkType, frames []capture.Frame, strict bool) {
	t.Helper()
	optimized, err := theirs(expression, links[link], true)
	plain := sync.OnceValue(func() *Program { // a third of the time is tcpdump's: it is asked only if the optimized program differs
		p, err := theirs(expression, links[link], false)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			return optimized
		}
		return p
	})
	f, ourErr := Compile(expression)
	var ours *Program
	if ourErr == nil {
		ours, ourErr = f.Program(link)
	}
	if err != nil || ourErr != nil {
		if err == nil || ourErr == nil {
			t.Errorf("%s, %s: tcpdump %v, here %v", expression, links[link], err, ourErr)
		}
		return
	}
	differ := 0
	for i, fr := range frames {
		got, want := ours.run(fr.Data, fr.WireLen), reference(optimized.code, fr.Data, fr.WireLen)
		if got != want && (strict && fr.Iface != cutHere || got != reference(plain().code, fr.Data, fr.WireLen)) {
			if differ++; differ == 1 {
				t.Errorf("%s, %s: frame %d of %d bytes: tcpdump %v, here %v\n% x\n%s", expression, links[link], i, len(fr.Data), want, got, fr.Data[:min(len(fr.Data), 80)], ours)
			}
		}
	}
}

// needTcpdump skips the test if tcpdump is not there.
func needTcpdump(t *testing.T) {
	if _, err := exec.LookPath("tcpdump"); err != nil {
		if os.Getenv("T2HOST_NO_SKIP") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// TestAgreesWithTcpdump: each expression has the frames that it has in tcpdump, of every link type that a capture has.
func TestAgreesWithTcpdump(t *testing.T) {
	needTcpdump(t)
	expressions := lines(t, "testdata/expressions.txt")
	if len(expressions) < 200 {
		t.Fatalf("%d expressions", len(expressions))
	}
	for link, frames := range samples() {
		if links[link] == "" {
			continue
		}
		t.Run(links[link], func(t *testing.T) {
			t.Parallel()
			for i, e := range expressions {
				if testing.Short() && i%10 != 0 {
					continue
				}
				if libpcapErrs(e, link) {
					continue
				}
				agree(t, e, link, frames, true)
			}
			t.Logf("%d expressions, %d frames", len(expressions), len(frames))
		})
	}
}

// libpcapErrs reports whether an expression has Geneve in frames whose header has no fixed length: libpcap computes that length into a
// cell and reads it from another one. TestGeneveAnywhere has these.
func libpcapErrs(expression string, link capture.LinkType) bool {
	l, err := layoutOf(link)
	return err == nil && l.payload.cell > 0 && strings.Contains(expression, "geneve")
}

// TestGeneveAnywhere: Geneve, and what is in it, is found after headers of any length as it is after Ethernet's.
func TestGeneveAnywhere(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(8926, 18))}
	found := 0
	for _, e := range []string{"geneve", "geneve 5", "geneve and ip", "geneve 10 and tcp port 80", "geneve and ether host 01:02:03:04:05:06", "geneve and geneve and ip6", "geneve and vlan and ip"} {
		f, err := Compile(e)
		if err != nil {
			t.Fatal(err)
		}
		for range 300 {
			kind, packet := m.packet(2)
			ethernet := append(binary.BigEndian.AppendUint16(m.addresses(2), kind), packet...)
			want, err := f.Match(&capture.Frame{Link: capture.LinkTypeEthernet, Data: ethernet, WireLen: uint32(len(ethernet))})
			if err != nil {
				t.Fatal(err)
			}
			radio := slices.Concat([]byte{0, 0, 10, 0, 2, 0, 0, 0, 0x20, 0, 0x88, 1, 0, 0}, m.addresses(3), []byte{0, 0, 0, 0}, []byte{0xaa, 0xaa, 3, 0, 0, 0, byte(kind >> 8), byte(kind)}, packet)
			if got, err := f.Match(&capture.Frame{Link: capture.LinkTypeIEEE80211Radiotap, Data: radio, WireLen: uint32(len(radio))}); err != nil || got != want {
				t.Fatalf("%s: %v %v, want %v\n% x", e, got, err, want, radio)
			}
			if want {
				found++
			}
		}
	}
	if found < 200 {
		t.Errorf("%d frames have it", found)
	}
}

// TestRandom: 2,000 random expressions have the frames that they have in tcpdump.
func TestRandom(t *testing.T) {
	needTcpdump(t)
	n := 2000
	if testing.Short() {
		n = 100
	}
	frames := samples()[capture.LinkTypeEthernet]
	if len(frames) > 1500 {
		frames = slices.Concat(frames[:1400], made(capture.LinkTypeEthernet))
	}
	for part := range 4 {
		t.Run(strconv.Itoa(part), func(t *testing.T) {
			t.Parallel()
			r := &random{rand.New(rand.NewPCG(uint64(part), 18)), 0}
			for range n / 4 {
				r.depth = 0
				agree(t, r.expression(), capture.LinkTypeEthernet, frames, false)
			}
		})
	}
}

// random makes expressions.
type random struct {
	*rand.Rand
	depth int
}

func (r *random) of(words ...string) string { return words[r.IntN(len(words))] }

func (r *random) expression() string {
	if r.depth++; r.depth > 3 {
		return r.test()
	}
	switch r.IntN(6) {
	case 0, 1:
		return r.expression() + " " + r.of("and", "or", "&&", "||") + " " + r.expression()
	case 2:
		return "(" + r.expression() + ")"
	case 3:
		return r.of("not ", "!") + r.test()
	}
	return r.test()
}

func (r *random) test() string {
	dir := r.of("", "", "", "src ", "dst ", "src or dst ", "src and dst ")
	switch r.IntN(10) {
	case 0:
		return r.of("tcp", "udp", "icmp", "icmp6", "ip", "ip6", "arp", "sctp", "igmp", "broadcast", "multicast", "ip multicast", "llc", "stp", "iso")
	case 1:
		return r.of("", "ip ") + dir + r.of("host 10.0.0.13", "host 192.0.2.11", "net 10", "net 192.168.0.0/16", "net 10.0.0.0/8")
	case 2:
		return dir + r.of("host 2001:db8::13", "net 2001:db8::/32", "net fe80::/10", "host ff02::1")
	case 3:
		return r.of("", "tcp ", "udp ") + dir + "port " + r.of("80", "443", "53", "80 or 53", "(80 or 443)", "not 80")
	case 4:
		return dir + "portrange " + r.of("1-1023", "1024-65535", "50-100")
	case 5:
		return r.of("ip proto 6", "proto 17", "ip6 proto 58", "ether proto 0x800", "ether proto 0x88cc")
	case 6:
		return r.of("less ", "greater ") + strconv.Itoa(r.IntN(1600))
	case 7:
		return r.of("vlan", "vlan 100", "mpls and ip", "pppoes and ip", "vlan and ip", "decnet host 1.5")
	}
	return r.number() + r.of(" = ", " != ", " < ", " > ", " <= ", " >= ") + r.number()
}

func (r *random) number() string {
	if r.depth++; r.depth > 6 {
		return strconv.Itoa(r.IntN(300))
	}
	switch r.IntN(6) {
	case 0:
		return strconv.Itoa(r.IntN(70000))
	case 1:
		return "len"
	case 2:
		return r.number() + r.of(" + ", " - ", " * ", " & ", " | ", " ^ ", " / ", " % ") + strconv.Itoa(1+r.IntN(300))
	case 3:
		return "(" + r.number() + r.of(" + ", " - ", " & ", " << ", " >> ") + strconv.Itoa(1+r.IntN(30)) + ")"
	}
	return r.of("ip", "ip", "tcp", "udp", "ether", "ip6", "icmp", "arp") + "[" + strconv.Itoa(r.IntN(24)) + r.of("", ":2", ":4", ":1") + "]"
}

// kernel is a program, and what the kernel gets of it.
type kernel struct {
	*Program
	kernel []Instruction
}

// kernels returns the programs of the expressions that the kernel can run.
func kernels(t *testing.T) map[string]kernel {
	all := map[string]kernel{}
	for _, e := range lines(t, "testdata/expressions.txt") {
		f, err := Compile(e)
		if err != nil {
			t.Fatal(err)
		}
		p, err := f.Program(capture.LinkTypeEthernet)
		if err != nil {
			continue
		}
		if code, ok := p.Kernel(262144); ok {
			all[e] = kernel{p, code}
		}
	}
	return all
}

// TestKernel: the program that the kernel gets accepts all frames with a tag, and of the others those that the tree does.
func TestKernel(t *testing.T) {
	frames := samples()[capture.LinkTypeEthernet]
	for e, k := range kernels(t) {
		p, code := k.Program, k.kernel
		if code[0].K != 0xfffff030 || code[2].K != 262144 {
			t.Fatal(e, code[:3])
		}
		for _, fr := range frames[:min(len(frames), 300)] {
			if got, want := reference(code[3:], fr.Data, fr.WireLen), p.run(fr.Data, fr.WireLen); got != want {
				t.Fatalf("%s: kernel %v, here %v", e, got, want)
			}
		}
	}
}

// FuzzCompile: no text makes the compiler fail, and no frame the machine.
func FuzzCompile(f *testing.F) {
	for _, e := range append(lines(f, "testdata/expressions.txt"), "((((", "tcp[", "1 +", "vlan (", "\\") {
		f.Add(e, []byte("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00\x45\x00"))
	}
	f.Fuzz(func(t *testing.T, text string, frame []byte) {
		c, err := Compile(text)
		if err != nil {
			return
		}
		_ = c.Tree()
		for _, link := range []capture.LinkType{capture.LinkTypeEthernet, capture.LinkTypeRaw, capture.LinkTypePPP, capture.LinkTypeIEEE80211Radiotap, capture.LinkTypePFLog} {
			p, err := c.Program(link)
			if err != nil {
				continue
			}
			got := p.run(frame, uint32(len(frame)))
			if len(p.chains) == 0 && got != reference(p.code, frame, uint32(len(frame))) {
				t.Errorf("%q: %v\n%s", text, got, p)
			}
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	frames := sample(b, "../../testdata/windows.pcap", 2000)
	for _, e := range []string{"tcp", "tcp port 80", "host 10.0.0.13 and not port 22", "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0"} {
		b.Run(e, func(b *testing.B) {
			f, err := Compile(e)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for i := range b.N {
				if _, err := f.Match(&frames[i%len(frames)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
