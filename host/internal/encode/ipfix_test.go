package encode

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/internal/stream"
	"github.com/t2host/t2host/sdk/value"
)

// flow4 and flow6 are rows of flows with what an exporter needs, of IPv4 and IPv6 in turns.
func exported(n int) ([]value.Column, *stream.Rows) {
	columns := []value.Column{
		{Name: "dir", Type: value.Text},
		{Name: "timeFirst", Type: value.Time, Element: 156},
		{Name: "timeLast", Type: value.Time, Element: 157},
		{Name: "srcMac", Type: value.MAC | value.List, Element: 56},
		{Name: "srcIP", Type: value.IP, Element: 8},
		{Name: "srcPort", Type: value.Uint16, Element: 7},
		{Name: "pktsSnt", Type: value.Uint64, Element: 2},
		{Name: "note", Type: value.Text, Doc: "own"},
	}
	r := &stream.Rows{N: n}
	for _, c := range columns {
		r.Columns = append(r.Columns, &value.Vec{Type: c.Type})
	}
	for i := range n {
		at := int64(1_500_000_000_250_000_000 + i)
		ip := ip4(10, 0, 0, byte(i))
		if i%2 == 1 {
			ip = append([]byte{6, 0x20, 1, 0xd, 0xb8}, make([]byte, 12)...)
		}
		for k, v := range [][]byte{{'A' + byte(i%2)}, num(8, uint64(at)), num(8, uint64(at+1e9)), {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2}, ip, num(2, 1000+uint64(i)), num(8, uint64(i)), []byte(strings.Repeat("n", i%300))} {
			r.Columns[k].Append(v)
		}
		r.At = append(r.At, at+2e9)
	}
	return columns, r
}

// collect reads messages as a collector does (RFC 7011): it returns a line for each data record.
func collect(t *testing.T, frames [][]byte) (records []string) {
	t.Helper()
	type field struct {
		id, length int
		enterprise uint32
	}
	templates := map[int][]field{}
	sequence := uint32(0)
	for n, m := range frames {
		if binary.BigEndian.Uint16(m) != 10 || int(binary.BigEndian.Uint16(m[2:])) != len(m) {
			t.Fatalf("message %d of %d bytes begins with % x", n, len(m), m[:4])
		}
		if got := binary.BigEndian.Uint32(m[8:]); got != sequence {
			t.Fatalf("message %d has sequence %d, want %d", n, got, sequence)
		}
		for rest := m[ipfixHeader:]; len(rest) > 0; {
			id, length := int(binary.BigEndian.Uint16(rest)), int(binary.BigEndian.Uint16(rest[2:]))
			set := rest[setHeader:length]
			rest = rest[length:]
			for len(set) > 0 {
				if id == templateSet || id == optionsSet {
					of, count := int(binary.BigEndian.Uint16(set)), int(binary.BigEndian.Uint16(set[2:]))
					if set = set[4:]; id == optionsSet {
						set = set[2:]
					}
					templates[of] = nil
					for range count {
						f := field{int(binary.BigEndian.Uint16(set)), int(binary.BigEndian.Uint16(set[2:])), 0}
						if set = set[4:]; f.id>>15 == 1 {
							f.id, f.enterprise, set = f.id&0x7fff, binary.BigEndian.Uint32(set), set[4:]
						}
						templates[of] = append(templates[of], f)
					}
					continue
				}
				line := fmt.Sprint(id)
				for _, f := range templates[id] {
					if f.length == varLength {
						if f.length, set = int(set[0]), set[1:]; f.length == 255 {
							f.length, set = int(binary.BigEndian.Uint16(set)), set[2:]
						}
					}
					line += fmt.Sprintf(" %d/%d=%x", f.enterprise, f.id, set[:f.length])
					set = set[f.length:]
				}
				sequence++
				records = append(records, line)
			}
		}
	}
	return records
}

func TestIPFIX(t *testing.T) {
	columns, r := exported(2)
	got := collect(t, encoded(t, "ipfix", Config{Columns: columns, Frame: 1400, Enterprise: 32473, Describe: true, Datagrams: true}, r))
	want := []string{
		"259 0/346=00007ed9 0/303=0008 0/339=0d 0/341=6e6f7465 0/340=6f776e",
		"256 0/239=01 0/152=0000015d3ef798fa 0/156=dd12ad8040000000 0/153=0000015d3ef79ce2 0/157=dd12ad8140000000 0/56=020000000001 0/8=0a000000 0/7=03e8 0/2=0000000000000000 32473/8=",
		"257 0/239=02 0/152=0000015d3ef798fa 0/156=dd12ad8040000004 0/153=0000015d3ef79ce2 0/157=dd12ad8140000004 0/56=020000000001 0/27=20010db8000000000000000000000000 0/7=03e9 0/2=0000000000000001 32473/8=6e",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestIPFIXMessages(t *testing.T) {
	columns, r := exported(3000)
	for _, c := range []Config{
		{Columns: columns, Frame: 1400, Datagrams: true, Enterprise: 1, Describe: true},
		{Columns: columns, Frame: 64 << 10},
		{Columns: columns},
	} {
		frames := encoded(t, "ipfix", c, r)
		if got := collect(t, frames); len(got) != 3000 && len(got)%3000 == 0 {
			t.Errorf("%d records", len(got))
		}
		for _, m := range frames {
			if c.Frame > 0 && len(m) > c.Frame {
				t.Errorf("a message of %d bytes", len(m))
			}
		}
	}
	if _, err := Named("ipfix").New(Config{Columns: columns[7:]}); err == nil || !strings.Contains(err.Error(), "unknown=describe") {
		t.Errorf("without elements: %v", err)
	}
	columns, r = hostileRows(1)
	e, err := Named("ipfix").New(Config{Columns: columns, Describe: true, Enterprise: 1, Frame: 1400, Emit: func([]byte, int) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Put(r, 0); err == nil || !strings.Contains(err.Error(), "does not fit into an IPFIX message of 1400") {
		t.Errorf("a long text: %v", err)
	}
	encodedAll := encoded(t, "ipfix", Config{Columns: columns, Describe: true, Enterprise: 1, Frame: 65535}, &stream.Rows{N: 1, At: r.At, Columns: r.Columns})
	if got := collect(t, encodedAll); len(got) != len(columns)+1 {
		t.Errorf("%d records of %d elements and a row", len(got), len(columns))
	}
}

func TestNetflow9(t *testing.T) {
	columns, r := exported(500)
	columns = append(columns, value.Column{Name: "dstIP", Type: value.IP, Element: 12})
	r.Columns = append(r.Columns, r.Columns[4])
	for i := 250; i < 500; i++ { // 60 days later: more milliseconds than 32 bits count
		for _, k := range []int{1, 2} {
			copy(r.Columns[k].Data[8*i:], num(8, uint64(r.Columns[k].Int(i)+60*86400e9)))
		}
		r.At[i] += 60 * 86400e9
	}
	frames := encoded(t, "netflow9", Config{Columns: columns, Frame: 1400, Datagrams: true}, r)
	lengths, records := map[int]int{}, 0
	for n, m := range frames {
		if binary.BigEndian.Uint16(m) != 9 || binary.BigEndian.Uint32(m[12:]) != uint32(n) || len(m) > 1400 {
			t.Fatalf("message %d of %d bytes begins with % x", n, len(m), m[:20])
		}
		boot := int64(binary.BigEndian.Uint32(m[8:]))*1000 - int64(binary.BigEndian.Uint32(m[4:]))
		count := 0
		for rest := m[netflow9Header:]; len(rest) > 0; {
			id, length := int(binary.BigEndian.Uint16(rest)), int(binary.BigEndian.Uint16(rest[2:]))
			if length%4 != 0 {
				t.Fatalf("a set of %d bytes", length)
			}
			set := rest[4:length]
			rest = rest[length:]
			if id == netflow9Template {
				for len(set) >= 4 {
					of, fields := int(binary.BigEndian.Uint16(set)), int(binary.BigEndian.Uint16(set[2:]))
					set, count = set[4:], count+1
					lengths[of] = 0
					for range fields {
						lengths[of] += int(binary.BigEndian.Uint16(set[2:]))
						set = set[4:]
					}
				}
				continue
			}
			for ; len(set) >= lengths[id]; set = set[lengths[id]:] {
				first := boot + int64(binary.BigEndian.Uint32(set))
				if want := r.Columns[1].Int(records) / 1e6; first != want {
					t.Fatalf("record %d begins at %d, want %d", records, first, want)
				}
				records, count = records+1, count+1
			}
		}
		if got := int(binary.BigEndian.Uint16(m[2:])); got != count {
			t.Errorf("message %d says %d records and has %d", n, got, count)
		}
	}
	if records != 500 {
		t.Errorf("%d records", records)
	}
}
