package decode_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/t2host/t2host/host/decode"
)

// flowsDiffer lists the captures whose keys are not T2's, and why.
var flowsDiffer = map[string]string{
	"arkime_gre-erspan-vxlan.pcap":     "VXLAN-GPE behind GRE: T2 looks for no UDP tunnel there (t2-decode.md 10.3)",
	"tcpdump_mpls-traceroute_ppp.pcap": "MPLS in PPP: T2 reads it two bytes off (t2-decode.md 10.4)",
	"zeek_ip4-trunc.pcap":              "a source address that was not captured: T2 has what lay in memory (t2-decode.md 0)",
}

// The packets of each key are those of T2's flows with that key (a flow of T2 may be
// several in time), for all captures with expected results that pcapgo can read.
func TestKeysOfT2(t *testing.T) {
	dir := shared(t)
	files, err := filepath.Glob(filepath.Join(dir, "expected", "default", "*.flows.txt"))
	if err != nil {
		t.Fatal(err)
	}
	same := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".flows.txt")
		keys := map[string]int{}
		var in *os.File
		for _, sub := range []string{"real", "rules"} {
			if in, err = os.Open(filepath.Join(dir, "captures", sub, name)); err == nil {
				break
			}
		}
		if err != nil {
			continue // mix
		}
		_, err := decodeFile(in, func(h *decode.Headers) {
			if h.Key.Kind != decode.NoFlow && !h.FragOffset {
				keys[keyOfFlow(h)]++
			}
		})
		in.Close()
		if err != nil {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
			f := strings.Split(line, "\t")
			var n int
			fmt.Sscan(f[18], &n)
			vlan := 0
			if tags := strings.Split(f[12], ";"); tags[len(tags)-1] != "" {
				fmt.Sscan(tags[len(tags)-1], &vlan)
			}
			key := fmt.Sprintf("%s %d %s:%s>%s:%s %s", f[11], vlan&0xfff, f[13], f[14], f[15], f[16], f[17])
			keys[key] -= n
			if keys[key] == 0 {
				delete(keys, key)
			}
		}
		for key, n := range keys {
			if n == 0 {
				delete(keys, key)
			}
		}
		why, known := flowsDiffer[name]
		switch {
		case !known && len(keys) > 0:
			t.Errorf("%s: packets more than T2 has (or fewer), by key: %v", name, keys)
		case known && len(keys) == 0:
			t.Errorf("%s is as T2 has it; take it off the list (%s)", name, why)
		case !known:
			same++
		}
	}
	if same < 30 {
		t.Errorf("only %d captures compared", same)
	}
	t.Logf("%d captures have T2's keys, %d differ by what the list says", same, len(flowsDiffer))
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
