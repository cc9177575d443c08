package decode_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/gopacket/pcapgo"

	"github.com/t2host/t2host/host/capture"
	"github.com/t2host/t2host/host/internal/decode"
)

// tcpDiffers lists the captures in which we count another number of TCP packets than
// tshark did for INDEX.tsv: ours, and why.
var tcpDiffers = map[string]struct {
	ours uint64
	why  string
}{
	"zeek_gre-aruba.pcap": {0, "GRE with Aruba's 802.11: not opened, as in T2"},

	"tcpdump_bigtcp-ipv6.pcap": {1, "payload length 0: tshark does not go on without a jumbo option"},
}

// shared is the folder of captures, or a skip in one line.
func shared(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("T2HOST_SHARED")
	if dir == "" {
		dir = "../../../../shared"
	}
	if _, err := os.Stat(filepath.Join(dir, "captures", "INDEX.tsv")); err != nil {
		if os.Getenv("T2HOST_NO_SKIP") == "1" {
			t.Fatalf("no shared captures: %v", err)
		}
		t.Skipf("no shared captures (T2HOST_SHARED): %v", err)
	}
	return dir
}

// Packets and TCP packets of the classic pcap files of captures/real against INDEX.tsv.
// (Files are read by gopacket here: this package does not know the capture package's reader.)
func TestSharedCaptures(t *testing.T) {
	dir := filepath.Join(shared(t), "captures")
	index, err := os.ReadFile(filepath.Join(dir, "INDEX.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(index)), "\n")
	column := map[string]int{}
	for i, name := range strings.Split(lines[0], "\t") {
		column[name] = i
	}
	seen := 0
	for _, line := range lines[1:] {
		fields := strings.Split(line, "\t")
		name := fields[column["file"]]
		file, err := os.Open(filepath.Join(dir, "real", name))
		if err != nil {
			t.Error(err)
			continue
		}
		c, err := decodeFile(file, func(*decode.Headers) {})
		file.Close()
		if err != nil {
			continue // pcapng, or no packet file at all: the capture package's tests
		}
		seen++
		if c.Panics != 0 || c.Packets != c.Layer2+c.IPv4+c.IPv6+c.NoFlow {
			t.Errorf("%s: counts %+v", name, c)
		}
		if fields[column["damage"]] != "" {
			continue // where such a file ends is the reader's matter
		}
		// Empty fields: INDEX.tsv does not know.
		if want, err := strconv.ParseUint(fields[column["packets"]], 10, 64); err == nil && c.Packets != want {
			t.Errorf("%s: %d packets, want %d", name, c.Packets, want)
		}
		want, err := strconv.ParseUint(fields[column["tcp_packets"]], 10, 64)
		if err != nil {
			continue
		}
		known, differs := tcpDiffers[name]
		switch {
		case !differs && c.TCP != want:
			t.Errorf("%s: %d TCP packets, want %d; %+v", name, c.TCP, want, c)
		case differs && c.TCP != known.ours:
			t.Errorf("%s: %d TCP packets, want %d (INDEX.tsv has %d: %s)", name, c.TCP, known.ours, want, known.why)
		case differs && c.TCP == want:
			t.Errorf("%s: agrees with INDEX.tsv now; remove it from the list", name)
		}
	}
	if seen < 50 {
		t.Errorf("only %d classic pcap files", seen)
	}
	t.Logf("%d captures, %d differ from INDEX.tsv as listed", seen, len(tcpDiffers))
}

// decodeFile decodes a classic pcap file up to its end or its first damage.
func decodeFile(file io.Reader, each func(*decode.Headers)) (decode.Counts, error) {
	var head [24]byte
	if _, err := io.ReadFull(file, head[:]); err != nil {
		return decode.Counts{}, err
	}
	r, err := pcapgo.NewReader(io.MultiReader(bytes.NewReader(head[:]), file))
	if err != nil {
		return decode.Counts{}, err
	}
	link := capture.LinkType(binary.BigEndian.Uint16(head[22:])) // pcapgo keeps 8 bits of it
	if head[0] != 0xa1 {
		link = capture.LinkType(binary.LittleEndian.Uint16(head[20:]))
	}
	d := decode.New()
	var h decode.Headers
	for n := uint64(1); ; n++ {
		data, info, err := r.ReadPacketData()
		if err != nil {
			return d.Counts, nil
		}
		d.Decode(&capture.Frame{Number: n, Time: info.Timestamp.UnixNano(), Link: link, WireLen: uint32(info.Length), Data: data}, &h)
		each(&h)
	}
}
