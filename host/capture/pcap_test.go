package capture

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPcap(t *testing.T) {
	d := data(5)
	for name, o := range orders {
		for _, c := range []struct {
			name   string
			file   []byte
			record []byte
			want   Frame
		}{
			{"microseconds", pcapHeader(o, magicMicro, 2, 4, 65535, 1), pcapRecord(o, 1, 2, 5, 60, d), Frame{1, 1_000_002_000, 0, 1, 60, d}},
			{"nanoseconds", pcapHeader(o, magicNano, 2, 4, 65535, 276), pcapRecord(o, 1, 2, 5, 60, d), Frame{1, 1_000_000_002, 0, 276, 60, d}},
			{"year 2100", pcapHeader(o, magicMicro, 2, 4, 65535, 1), pcapRecord(o, 4102444800, 999999, 5, 60, d), Frame{1, 4102444800_999999000, 0, 1, 60, d}},
			{"fraction above a second", pcapHeader(o, magicMicro, 2, 4, 65535, 1), pcapRecord(o, 1, 3e6, 5, 60, d), Frame{1, 4e9, 0, 1, 60, d}},
			{"captured above wire", pcapHeader(o, magicMicro, 2, 4, 65535, 1), pcapRecord(o, 1, 0, 5, 3, d), Frame{1, 1e9, 0, 1, 3, d}},
			{"captured above snaplen", pcapHeader(o, magicMicro, 2, 4, 2, 1), pcapRecord(o, 1, 0, 5, 9, d), Frame{1, 1e9, 0, 1, 9, d[:2]}},
			{"captured above snaplen, nanoseconds", pcapHeader(o, magicNano, 2, 4, 4, 1), pcapRecord(o, 1, 0, 5, 5, d), Frame{1, 1e9, 0, 1, 5, d[:4]}},
			{"captured as snaplen", pcapHeader(o, magicMicro, 2, 4, 5, 1), pcapRecord(o, 1, 0, 5, 9, d), Frame{1, 1e9, 0, 1, 9, d}},
			{"snaplen unknown", pcapHeader(o, magicMicro, 2, 4, 0, 1), pcapRecord(o, 1, 0, 5, 9, d), Frame{1, 1e9, 0, 1, 9, d}},
			{"FCS and reserved bits", pcapHeader(o, magicMicro, 2, 4, 0, 0x44000071), pcapRecord(o, 1, 0, 5, 9, d), Frame{1, 1e9, 0, 113, 9, d}},
			{"Kuznetzov", pcapHeader(o, magicKuznetzov, 2, 4, 2, 1), pcapRecord(o, 1, 2, 5, 9, append(make([]byte, 8), d...)), Frame{1, 1_000_002_000, 0, 1, 9, d[:2]}},
			{"version 2.2", pcapHeader(o, magicMicro, 2, 2, 2, 1), pcapRecord(o, 1, 0, 9, 5, d), Frame{1, 1e9, 0, 1, 9, d[:2]}},
			{"version 2.3, swapped", pcapHeader(o, magicMicro, 2, 3, 2, 1), pcapRecord(o, 1, 0, 9, 5, d), Frame{1, 1e9, 0, 1, 9, d[:2]}},
			{"version 2.3", pcapHeader(o, magicMicro, 2, 3, 2, 1), pcapRecord(o, 1, 0, 5, 9, d), Frame{1, 1e9, 0, 1, 9, d[:2]}},
		} {
			got, damage := readAll(t, write(t, append(c.file, c.record...))...)
			if diff := cmp.Diff([]Frame{c.want}, got); diff != "" || len(damage) > 0 {
				t.Errorf("%s, %s-endian: damage %v, (-want +got):\n%s", c.name, name, damage, diff)
			}
		}
	}
}

// Records at and round the chunk's length, and the longest that a file may have.
func TestPcapLongRecords(t *testing.T) {
	o := orders["big"]
	file := pcapHeader(o, magicNano, 2, 4, 3<<20, 1)
	sizes := []int{chunk - 41, 1, chunk - 16, chunk, chunk + 1, 3 << 20, 0, 7, 2 << 20}
	for i, n := range sizes {
		file = append(file, pcapRecord(o, uint32(i), 0, uint32(n), uint32(n), data(n))...)
	}
	frames, damage := readAll(t, write(t, file, file)...)
	if len(damage) > 0 || len(frames) != 2*len(sizes) {
		t.Fatalf("%d frames, damage %v", len(frames), damage)
	}
	for i, f := range frames {
		if !bytes.Equal(data(sizes[i%len(sizes)]), f.Data) {
			t.Errorf("frame %d has other bytes than it should", i)
		}
	}
}

func TestPcapCorrupt(t *testing.T) {
	o := orders["little"]
	head := func(snaplen, network uint32) []byte { return pcapHeader(o, magicMicro, 2, 4, snaplen, network) }
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"above 262144", append(head(65535, 1), pcapRecord(o, 1, 0, 262145, 9, nil)...), "corrupt at packet 1, byte 24: record length 262145 is above the limit 262144"},
		{"at 262144, cut", append(head(65535, 1), pcapRecord(o, 1, 0, 262144, 9, nil)...), "cut in packet 1 at byte 24: 16 of 262160 bytes are present"},
		{"snaplen 1 MiB", append(head(1<<20, 1), pcapRecord(o, 1, 0, 1<<20, 9, nil)...), "cut in packet 1 at byte 24: 16 of 1048592 bytes are present"},
		{"snaplen unlimited", append(head(1<<31-1, 1), pcapRecord(o, 1, 0, 1<<20, 9, nil)...), "corrupt at packet 1, byte 24: record length 1048576 is above the limit 262144"},
		{"D-Bus", append(head(0, 231), pcapRecord(o, 1, 0, 1<<26+1, 9, nil)...), "corrupt at packet 1, byte 24: record length 67108865 is above the limit 67108864"},
		{"version", pcapHeader(o, magicMicro, 3, 1, 0, 1), "corrupt at packet 1, byte 0: pcap version 3.1: only 2.0 to 2.4 are known"},
		{"version 2.5", pcapHeader(o, magicMicro, 2, 5, 0, 1), "corrupt at packet 1, byte 0: pcap version 2.5: only 2.0 to 2.4 are known"},
		{"version 2.65535, nanoseconds", pcapHeader(o, magicNano, 2, 65535, 0, 1), "corrupt at packet 1, byte 0: pcap version 2.65535: only 2.0 to 2.4 are known"},
		{"version 1.4", pcapHeader(o, magicMicro, 1, 4, 0, 1), "corrupt at packet 1, byte 0: pcap version 1.4: only 2.0 to 2.4 are known"},
	} {
		_, damage := readAll(t, write(t, c.file)...)
		if len(damage) != 1 || !strings.HasSuffix(damage[0].String(), ": "+c.want) {
			t.Errorf("%s: %v, want %s", c.name, damage, c.want)
		}
	}
}
