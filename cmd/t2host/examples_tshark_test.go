package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// realCaptures returns the folder of the shared captures, or "" if they or tshark are not here.
func realCaptures(t *testing.T) string {
	t.Helper()
	shared := os.Getenv("T2HOST_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	dir := filepath.Join(shared, "captures", "real")
	if _, err := os.Stat(dir); err != nil {
		skip(t, "shared captures are not here: set T2HOST_SHARED")
		return ""
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		skip(t, "no tshark here")
		return ""
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// tshark returns the fields of the packets of a capture that a display filter selects, of each
// field its first value.
func tshark(t *testing.T, capture, filter string, fields ...string) [][]string {
	t.Helper()
	args := []string{"-n", "-r", capture, "-Y", filter, "-T", "fields", "-E", "occurrence=f"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	out, err := exec.Command("tshark", args...).Output()
	if err != nil {
		t.Logf("tshark %s: %v", capture, err) // it says so of captures that are cut
	}
	var rows [][]string
	for line := range strings.Lines(string(out)) {
		rows = append(rows, strings.Split(strings.TrimRight(line, "\n"), "\t"))
	}
	return rows
}

// output runs a plugin that was built over a capture in each runtime, and returns the lines of a
// file that it wrote, without those that begin with #.
func (b *bench) output(capture, plugin, suffix string) []string {
	b.Helper()
	var first []byte
	for _, runtime := range []string{"worker", "process"} {
		b.run("t2host", "-q", "-P", "build", "-r", capture, "-w", "out", "-p", plugin+":"+runtime)
		data, err := os.ReadFile(filepath.Join(b.dir, "out"+suffix))
		if err != nil {
			b.Fatal(err)
		}
		if first == nil {
			first = data
		} else if string(data) != string(first) {
			b.Errorf("%s: %s has another output than the sandbox", capture, runtime)
		}
	}
	var lines []string
	for line := range strings.Lines(string(first)) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimRight(line, "\n"))
		}
	}
	return lines
}

// TestExampleDNSNames: response codes per domain are tshark's, whose names of responses that were cut
// after them are missing.
func TestExampleDNSNames(t *testing.T) {
	b := exampleBench(t, "dnsNames")
	b.testInClone()
	dir := realCaptures(t)
	if dir == "" {
		return
	}
	// In the last one three responses were cut within their question: their name is here, and not in tshark's fields.
	cut := map[string]string{"houzz.com": "2 0 0 0 0", "noaa.gov": "21 0 0 0 0"}
	for _, name := range []string{"arkime_gtp-iphone.pcap", "nfs_alexa-app.pcapng", "nfs_skype.pcap", "ppp_many_interfaces-1.pcapng", "ppp_raw_ip.pcap", "ppp_sll.pcap", "ndpi_badpackets_snap.pcap"} {
		capture := filepath.Join(dir, name)
		want := map[string]string{}
		counts := map[string][]int{}
		for _, row := range tshark(t, capture, "dns.flags.response==1 && udp.srcport==53 && !icmp && !icmpv6 && dns.qry.name", "dns.qry.name", "dns.flags.rcode") {
			labels := strings.Split(strings.ToLower(row[0]), ".")
			domain := strings.Join(labels[max(0, len(labels)-2):], ".")
			if counts[domain] == nil {
				counts[domain] = make([]int, 5)
			}
			code, err := strconv.ParseInt(row[1], 0, 8)
			if err != nil {
				t.Fatal(err)
			}
			place := slices.Index([]int64{0, 2, 3, 5}, code)
			if place < 0 {
				place = 4
			}
			counts[domain][place]++
		}
		for domain, n := range counts {
			var words []string
			for _, count := range n {
				words = append(words, strconv.Itoa(count))
			}
			want[domain] = strings.Join(words, " ")
			if c := cut[domain]; name == "ndpi_badpackets_snap.pcap" && c != "" {
				want[domain] = c
			}
		}
		got := map[string]string{}
		for _, line := range b.output(capture, "dnsNames", "_dns.txt") {
			domain, counts, _ := strings.Cut(line, "\t")
			got[domain] = strings.ReplaceAll(counts, "\t", " ")
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
			t.Errorf("%s (-tshark +ours):\n%s", name, diff)
		}
	}
}

// TestExampleHTTPLines: the request lines are tshark's.
func TestExampleHTTPLines(t *testing.T) {
	b := exampleBench(t, "httpLines")
	b.testInClone()
	dir := realCaptures(t)
	if dir == "" {
		return
	}
	for _, name := range []string{"arkime_80211http_radiotap.pcap", "arkime_twovlan.pcap", "arkime_wireshark-retrans.pcap", "ipp.pcap", "ndpi_gnutella.pcap", "ndpi_sites.pcapng", "nfs_alexa-app.pcapng", "ppp_four_ipv6_http_rawip.pcap", "ppp_raw_ip.pcap", "zeek_http_206_b.pcap", "zeek_nflog-http.pcap"} {
		capture := filepath.Join(dir, name)
		var want, got []string
		for _, row := range tshark(t, capture, "http.request && tcp && http.request.version contains \"HTTP/1\"", "http.request.method", "http.request.uri", "http.request.version") {
			want = append(want, strings.Join(row, " "))
		}
		for _, line := range b.output(capture, "httpLines", "_http.txt") {
			got = append(got, line[strings.LastIndexByte(line, '\t')+1:])
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
			t.Errorf("%s (-tshark +ours):\n%s", name, diff)
		}
	}
}

// TestExampleRecordsJSON: each line is JSON with the values that txtsink writes, and the packets are
// as many as tshark counts.
func TestExampleRecordsJSON(t *testing.T) {
	b := exampleBench(t, "recordsJson")
	root := b.testInClone()
	captures := []string{filepath.Join(root, "testdata/windows6.pcapng"), filepath.Join(root, "testdata/plain.pcap")}
	if dir := realCaptures(t); dir != "" {
		captures = append(captures, filepath.Join(dir, "ppp_raw_ip.pcap"), filepath.Join(dir, "ndpi_sctp.cap"))
	}
	for _, capture := range captures {
		b.run("t2host", "-q", "-P", "build", "-r", capture, "-w", "out", "-p", "basicflow,basicstats,tcpstates,tcpwin,txtsink,recordsJson")
		text, err := os.ReadFile(filepath.Join(b.dir, "out_flows.txt"))
		if err != nil {
			t.Fatal(err)
		}
		records, err := os.ReadFile(filepath.Join(b.dir, "out_records.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
		names := strings.Split(strings.TrimPrefix(lines[0], "%"), "\t")
		packets := 0
		rows := strings.Split(strings.TrimRight(string(records), "\n"), "\n")
		if len(rows) != len(lines)-1 {
			t.Fatalf("%s: %d records and %d lines of text", capture, len(rows), len(lines)-1)
		}
		for i, row := range rows {
			var record map[string]any
			d := json.NewDecoder(strings.NewReader(row))
			d.UseNumber()
			if err := d.Decode(&record); err != nil {
				t.Fatalf("%s: %v: %s", capture, err, row)
			}
			if len(record) != len(names) {
				t.Errorf("%s: %d members for %d columns: %s", capture, len(record), len(names), row)
			}
			for k, cell := range strings.Split(lines[i+1], "\t") {
				switch v := record[names[k]].(type) {
				case string:
					if strings.Trim(cell, `"`) != v {
						t.Errorf("%s: record %d: %s is %q, and %s in the text", capture, i, names[k], v, cell)
					}
				case json.Number:
					if x, err := strconv.ParseFloat(cell, 64); err == nil {
						if y, _ := v.Float64(); !near(x, y) {
							t.Errorf("%s: record %d: %s is %s, and %s in the text", capture, i, names[k], v, cell)
						}
					}
				case nil:
					if _, there := record[names[k]]; !there {
						t.Errorf("%s: record %d has no %s", capture, i, names[k])
					}
				}
			}
			n, _ := strconv.Atoi(string(record["pktsSnt"].(json.Number)))
			packets += n
		}
		if _, err := exec.LookPath("tshark"); err != nil {
			skip(t, "no tshark here")
		} else if all := len(tshark(t, capture, "frame", "frame.number")); packets > all || packets*10 < all*9 { // those without a flow are few
			t.Errorf("%s: %d packets in records, of %d", capture, packets, all)
		}
	}
}

// near reports whether x, which was written with T2's digits, can be y.
func near(x, y float64) bool { return math.Abs(x-y) <= 1e-4*max(1, math.Abs(y)) }

// TestExamplePortBytes: the sums of each port are tshark's, in captures without tunnels.
func TestExamplePortBytes(t *testing.T) {
	b, root := cBench(t, "portBytes")
	if b == nil {
		return
	}
	captures := []string{filepath.Join(root, "testdata/windows.pcap"), filepath.Join(root, "testdata/windows6.pcapng")}
	if dir := realCaptures(t); dir != "" {
		for _, name := range []string{"ipp.pcap", "ndpi_reddit.pcap", "ppp_raw_ip.pcap", "sv_smb-filename.pcap", "whatsappfiles.pcap"} {
			captures = append(captures, filepath.Join(dir, name))
		}
	}
	for _, capture := range captures {
		type sums struct{ Packets, Bytes int }
		want, got := map[string]sums{}, map[string]sums{}
		for _, row := range tshark(t, capture, "tcp && !icmp && !icmpv6", "tcp.dstport", "tcp.len") {
			n, err := strconv.Atoi(row[1])
			if err != nil {
				t.Fatal(err)
			}
			want[row[0]] = sums{want[row[0]].Packets + 1, want[row[0]].Bytes + n}
		}
		b.run("t2host", "-q", "-r", capture, "-w", "out", "-p", "./portbytes.wasm", "--set", "batch.rows=50")
		data, err := os.ReadFile(filepath.Join(b.dir, "out_ports.txt"))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
			var port string
			var s sums
			if _, err := fmt.Sscan(line, &port, &s.Packets, &s.Bytes); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			got[port] = s
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
			t.Errorf("%s (-tshark +ours):\n%s", capture, diff)
		}
	}
}

// TestExampleListedHosts: of real captures those addresses are found that tshark shows and that are in a
// network of the list, in the sandbox as in a process.
func TestExampleListedHosts(t *testing.T) {
	b := exampleBench(t, "listedHosts")
	for i, v := range b.env {
		if v == "GOPROXY=off" { // its library is not one of t2host's
			b.env = slices.Delete(b.env, i, i+1)
			break
		}
	}
	b.testInClone()
	dir := realCaptures(t)
	if dir == "" {
		return
	}
	networks := []netip.Prefix{netip.MustParsePrefix("64.0.0.0/4"), netip.MustParsePrefix("192.168.1.0/24"), netip.MustParsePrefix("2001::/16")}
	if err := os.WriteFile(filepath.Join(b.dir, "list"), []byte("64.0.0.0/4\n 192.168.1.77/24 # any of them\n\n2001::/16\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nfs_alexa-app.pcapng", "ppp_four_ipv6_http_rawip.pcap", "ndpi_reddit.pcap", "ndpi_gnutella.pcap"} {
		capture := filepath.Join(dir, name)
		want, got := map[string]bool{}, map[string]bool{}
		for _, row := range tshark(t, capture, "(ip || ipv6) && !icmp && !icmpv6", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst") {
			for _, text := range row {
				addr, err := netip.ParseAddr(text)
				if err == nil && slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(addr) }) {
					want[text] = true
				}
			}
		}
		for _, runtime := range []string{"worker", "process"} {
			b.run("t2host", "-q", "-P", "build", "-r", capture, "-w", "out", "-p", "listedHosts:"+runtime+",basicflow,txtsink",
				"--set", "listedhosts.list="+filepath.Join(b.dir, "list"), "--set", "listedhosts.geo="+filepath.Join(b.dir, "testdata/country.mmdb"),
				"--set", "output.alarms=or", "--set", "txtsink.columns=srcIP,dstIP,listed,l4Proto")
			flows, err := os.ReadFile(filepath.Join(b.dir, "out_flows.txt"))
			if err != nil {
				t.Fatal(err)
			}
			clear(got)
			for _, line := range strings.Split(strings.TrimSpace(string(flows)), "\n")[1:] {
				cells := strings.Split(line, "\t")
				if cells[3] == "1" || cells[3] == "58" {
					continue
				}
				if cells[2] == "0x01" || cells[2] == "0x03" {
					got[cells[0]] = true
				}
				if cells[2] == "0x02" || cells[2] == "0x03" {
					got[cells[1]] = true
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s (-tshark +ours):\n%s", name, runtime, diff)
			}
		}
	}
}
