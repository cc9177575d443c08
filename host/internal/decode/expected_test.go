package decode_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/internal/decode"
)

// recordsDiffer lists the captures in which what T2's records show is not what we have, and why.
var recordsDiffer = map[string]string{
	"arkime_gre-erspan-vxlan.pcap":     "VXLAN-GPE after GRE: T2 looks for no UDP tunnel there (docs/reference/decoding.md#tunnels-by-port)",
	"tcpdump_mpls-traceroute_ppp.pcap": "MPLS in PPP: T2 reads it two bytes off (docs/reference/decoding.md#mpls-over-ppp)",
	"zeek_ip4-trunc.pcap":              "a source address that was not captured: T2 has what was in memory (docs/reference/decoding.md#bytes-that-were-not-captured)",
	"pcapngtest_be_test202.pcapng":     "several link types: T2 reads the first one's packets only (docs/reference/decoding.md#several-link-types)",
	"ppp_many_interfaces-1.pcapng":     "several link types",
	"ppp_multi_if_linktypes.pcapng":    "several link types",
}

// record is what T2's flow file shows of the flows with one key, as far as the decoder knows it.
type record struct {
	FlowStat   string // without the bits of the flow table
	Stacks     []string
	Src, Dst   []string // MAC addresses
	VLANID     string
	Packets    int
	L7Len      uint64
	PadLen     uint64
	MinL, MaxL int
}

// tableBits are the bits of flowStat that the flow table sets: L3FLOWINVERT, fragments, RMFLOW_HFULL,
// DUPIPID, HDOVRN (of flows with more than four stacks), LANDATTACK, TIMEJUMP.
const tableBits = 1 | 0xf<<36 | 1<<42 | 1<<44 | 1<<48 | 1<<50 | 1<<51

// What T2's records show (docs/reference/records.md#details-of-a-flow) is what the packets of each key have.
func TestRecordsOfT2(t *testing.T) {
	dir := shared(t)
	files, err := filepath.Glob(filepath.Join(dir, "expected", "default", "*.flows.txt"))
	if err != nil {
		t.Fatal(err)
	}
	same, flows := 0, 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".flows.txt")
		ours := recordsOf(dir, name)
		if ours == nil {
			continue
		}
		theirs := recordsOfT2(t, file)
		flows += len(theirs)
		diff := cmp.Diff(theirs, ours)
		why, known := recordsDiffer[name]
		switch {
		case !known && diff != "":
			t.Errorf("%s (-T2 +ours):\n%s", name, diff)
		case known && diff == "":
			t.Errorf("%s is as in T2; remove it from the list (%s)", name, why)
		case !known:
			same++
		}
	}
	if same < 30 {
		t.Errorf("only %d captures compared", same)
	}
	t.Logf("%d captures with %d keys are as in T2, %d differ as listed", same, flows, len(recordsDiffer))
}

func addNew(list []string, s string, most int) []string {
	if s == "" || slices.Contains(list, s) || len(list) == most {
		return list
	}
	return append(list, s)
}

func recordsOfT2(t *testing.T, file string) map[string]record {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	records := map[string]record{}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	column := map[string]int{}
	for i, c := range strings.Split(lines[0], "\t") {
		column[c] = i
	}
	for _, line := range lines[1:] {
		f := strings.Split(line, "\t")
		cell := func(name string) string { return f[column[name]] }
		number := func(name string) int {
			n, err := strconv.Atoi(cell(name))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		vlan := 0
		if tags := strings.Split(cell("vlanID"), ";"); tags[len(tags)-1] != "" {
			fmt.Sscan(tags[len(tags)-1], &vlan)
		}
		key := fmt.Sprintf("%s %d %s:%s>%s:%s %s", cell("ethType"), vlan&0xfff, cell("srcIP"), cell("srcPort"), cell("dstIP"), cell("dstPort"), cell("l4Proto"))
		if cell("srcIP") == "-" {
			key += " " + cell("srcMac") + ">" + cell("dstMac")
		}
		r, ok := records[key]
		if !ok {
			r.MinL = 1 << 16
			r.VLANID = cell("vlanID")
		}
		status, err := strconv.ParseUint(cell("flowStat"), 0, 64)
		if err != nil {
			t.Fatal(err)
		}
		if r.FlowStat != "" {
			old, _ := strconv.ParseUint(r.FlowStat, 0, 64)
			status |= old
		}
		r.FlowStat = fmt.Sprintf("%#x", status&^tableBits)
		counts := strings.Split(cell("numHdrs"), ";")
		for i, s := range strings.Split(cell("hdrDesc"), ";") {
			r.Stacks = addNew(r.Stacks, s+"/"+counts[i], 1000)
		}
		for _, m := range strings.Split(cell("srcMac"), ";") {
			r.Src = addNew(r.Src, m, 1000)
		}
		for _, m := range strings.Split(cell("dstMac"), ";") {
			r.Dst = addNew(r.Dst, m, 1000)
		}
		r.Packets += number("pktsSnt")
		r.L7Len += uint64(number("l7BytesSnt"))
		r.PadLen += uint64(number("padBytesSnt"))
		r.MinL = min(r.MinL, number("minL7PktSz"))
		r.MaxL = max(r.MaxL, number("maxL7PktSz"))
		records[key] = r
	}
	return records
}

// recordsOf makes the same of a capture's packets; nil if it is not there unpacked.
func recordsOf(dir, name string) map[string]record {
	var source *capture.Source
	var err error
	for _, sub := range []string{"real", "rules"} {
		if source, err = capture.Open([]string{filepath.Join(dir, "captures", sub, name)}, nil); err == nil {
			break
		}
	}
	if err != nil {
		return nil // mix
	}
	defer source.Close()
	records := map[string]record{}
	firsts := map[string]string{} // of fragments: which key has the first one
	mac := func(b []byte) string {
		s := make([]string, 6)
		for i := range s {
			s[i] = fmt.Sprintf("%02x", b[i])
		}
		return strings.Join(s, ":")
	}
	d := decode.New()
	d.WrapLengths = true
	d.AsT2 = true
	var frame capture.Frame
	var headers decode.Headers
	for source.Next(&frame) == nil {
		d.Decode(&frame, &headers)
		h, s := &headers, d.Stacks()
		if h.Key.Kind == decode.NoFlow {
			continue
		}
		key := keyOfFlow(h)
		if h.Key.Kind == decode.Layer2 {
			if h.FlowStat&decode.NoEthernet != 0 {
				key += " >"
			} else {
				key += " " + mac(h.MACs[6:]) + ">" + mac(h.MACs[:6])
			}
		}
		if h.MoreFragments || h.FragOffset {
			id := fmt.Sprint(h.Key.Src, h.Key.Dst, h.Key.Proto, h.Key.VLAN, h.FragID)
			if first, ok := firsts[id]; ok && h.FragOffset {
				key = first
			} else {
				firsts[id] = key
			}
			if !h.MoreFragments {
				delete(firsts, id)
			}
		}
		r, ok := records[key]
		if !ok {
			r.MinL = 1 << 16
			var tags []string
			for _, tag := range h.VLANID[:h.NVLANID] {
				tags = append(tags, strconv.Itoa(int(tag)))
			}
			r.VLANID = strings.Join(tags, ";")
		}
		status := h.FlowStat &^ tableBits
		if r.FlowStat != "" {
			old, _ := strconv.ParseUint(r.FlowStat, 0, 64)
			status |= decode.FlowStat(old)
		}
		r.FlowStat = fmt.Sprintf("%#x", uint64(status))
		stack := s.Stack(h.Stack)
		r.Stacks = addNew(r.Stacks, fmt.Sprintf("%s/%d", stack.HdrDesc, stack.NumHdrs), 4)
		if status&decode.NoEthernet == 0 {
			r.Src = addNew(r.Src, mac(h.MACs[6:]), 3)
			r.Dst = addNew(r.Dst, mac(h.MACs[:6]), 3)
		}
		r.Packets++
		r.L7Len += uint64(h.L7Len)
		r.PadLen += uint64(h.PadLen)
		r.MinL = min(r.MinL, int(h.L7Len))
		r.MaxL = max(r.MaxL, int(h.L7Len))
		records[key] = r
	}
	return records
}

// keyOfFlow is a key as T2's flow file shows it: without MAC addresses, which it leaves out
// on some links.
func keyOfFlow(h *decode.Headers) string {
	k := &h.Key
	src, dst := "-", "-"
	switch k.Kind {
	case decode.IPv4:
		src, dst = netip.AddrFrom4([4]byte(k.Src[:4])).String(), netip.AddrFrom4([4]byte(k.Dst[:4])).String()
	case decode.IPv6:
		src, dst = netip.AddrFrom16(k.Src).String(), netip.AddrFrom16(k.Dst).String()
	}
	return fmt.Sprintf("0x%04x %d %s:%d>%s:%d %d", k.EtherType, k.VLAN, src, k.SrcPort, dst, k.DstPort, k.Proto)
}
