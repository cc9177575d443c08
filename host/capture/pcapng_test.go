package capture

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPcapng(t *testing.T) {
	d := data(5)
	for name, o := range orders {
		other := orders["big"]
		if name == "big" {
			other = orders["little"]
		}
		section, eth := ngSectionBlock(o, 0), ngInterfaceBlock(o, 1, 0)
		res := func(b byte) []byte { return ngOption(o, 9, []byte{b}) }
		offset := func(s int64) []byte { return ngOption(o, 14, o.AppendUint64(nil, uint64(s))) }
		for _, c := range []struct {
			name   string
			blocks [][]byte
			want   []Frame
		}{
			{"no packets", [][]byte{section, eth}, nil},
			{"no interface", [][]byte{section}, nil},
			{"enhanced", [][]byte{section, eth, ngPacketBlock(o, 0, 1_000_002, 5, 60, d, ngOption(o, 1, []byte("a comment")))}, []Frame{{1, 1_000_002_000, 0, 1, 60, d}}},
			{"version 1.2", [][]byte{ngSectionBlock(o, 2), eth, ngPacketBlock(o, 0, 1, 5, 60, d)}, []Frame{{1, 1000, 0, 1, 60, d}}},
			{"obsolete", [][]byte{section, eth, ngOldPacketBlock(o, 0, 1<<40, 5, 60, d)}, []Frame{{1, 1 << 40 * 1000, 0, 1, 60, d}}},
			{"simple", [][]byte{section, ngInterfaceBlock(o, 1, 0, offset(77)), block(o, ngSimple, o.AppendUint32(nil, 5), d)}, []Frame{{1, 0, 0, 1, 5, d}}},
			{"simple, snaplen", [][]byte{section, ngInterfaceBlock(o, 1, 5), block(o, ngSimple, o.AppendUint32(nil, 99), d)}, []Frame{{1, 0, 0, 1, 99, d}}},
			{"captured above wire", [][]byte{section, eth, ngPacketBlock(o, 0, 1, 5, 2, d)}, []Frame{{1, 1000, 0, 1, 2, d}}},
			{"snaplen 4 GiB", [][]byte{section, ngInterfaceBlock(o, 1, math.MaxUint32), ngPacketBlock(o, 0, 1, 5, 2, d)}, []Frame{{1, 1000, 0, 1, 2, d}}},
			{
				"blocks that are left out",
				[][]byte{
					section, block(o, 4, d), eth, block(o, 5, d), block(o, 10, d), block(o, 0xbad, d), block(o, 0x80000001), block(o, 9, data(9000)),
					ngPacketBlock(o, 0, 1, 5, 60, d), block(o, 5, data(3)),
				},
				[]Frame{{1, 1000, 0, 1, 60, d}},
			},
			{
				"interfaces",
				[][]byte{
					section, ngInterfaceBlock(o, 1, 0), ngInterfaceBlock(o, 276, 0, res(9)), ngPacketBlock(o, 1, 7, 5, 60, d),
					ngInterfaceBlock(o, 113, 0, res(0)), ngPacketBlock(o, 2, 7, 5, 60, d), ngPacketBlock(o, 0, 7, 5, 60, d),
				},
				[]Frame{{1, 7, 1, 276, 60, d}, {2, 7e9, 2, 113, 60, d}, {3, 7000, 0, 1, 60, d}},
			},
			{
				"sections and byte orders",
				[][]byte{
					section, eth, ngPacketBlock(o, 0, 1, 5, 60, d), ngSectionBlock(other, 0),
					ngInterfaceBlock(other, 101, 0, ngOption(other, 9, []byte{0x80 | 10}), ngOption(other, 14, other.AppendUint64(nil, 5))),
					ngPacketBlock(other, 0, 1, 5, 60, d), section, ngInterfaceBlock(o, 9, 0), ngPacketBlock(o, 0, 3, 0, 60, nil),
				},
				[]Frame{{1, 1000, 0, 1, 60, d}, {2, 5_000_976_562, 0, 101, 60, d}, {3, 3000, 0, 9, 60, []byte{}}},
			},
			{"2^-30", [][]byte{section, ngInterfaceBlock(o, 1, 0, res(0x80|30)), ngPacketBlock(o, 0, 1<<30+1<<29, 5, 60, d)}, []Frame{{1, 1.5e9, 0, 1, 60, d}}},
			{"2^-63", [][]byte{section, ngInterfaceBlock(o, 1, 0, res(0x80|63)), ngPacketBlock(o, 0, 1<<63+1<<62, 5, 60, d)}, []Frame{{1, 1.5e9, 0, 1, 60, d}}},
			{"10^-12", [][]byte{section, ngInterfaceBlock(o, 1, 0, res(12)), ngPacketBlock(o, 0, 1_000_000_123_999, 5, 60, d)}, []Frame{{1, 1_000_000_123, 0, 1, 60, d}}},
			{"10^-19", [][]byte{section, ngInterfaceBlock(o, 1, 0, res(19)), ngPacketBlock(o, 0, 1.5e19, 5, 60, d)}, []Frame{{1, 1.5e9, 0, 1, 60, d}}},
			{"before 1970", [][]byte{section, ngInterfaceBlock(o, 1, 0, offset(-10)), ngPacketBlock(o, 0, 1, 5, 60, d)}, []Frame{{1, -10e9 + 1000, 0, 1, 60, d}}},
			{"beyond", [][]byte{section, eth, ngPacketBlock(o, 0, math.MaxUint64, 5, 60, d)}, []Frame{{1, (math.MaxUint64/1000000%(1<<32))*1e9 + 551615000, 0, 1, 60, d}}},
			{"beyond, 70 s apart", [][]byte{section, eth, ngPacketBlock(o, 0, 4e18, 5, 60, d), ngPacketBlock(o, 0, 4e18+70e6, 5, 60, d)}, []Frame{{1, (4_000_000_000_000 % (1 << 32)) * 1e9, 0, 1, 60, d}, {2, (4_000_000_000_000%(1<<32) + 70) * 1e9, 0, 1, 60, d}}},
			{"beyond by its offset", [][]byte{section, ngInterfaceBlock(o, 1, 0, offset(1<<40+5)), ngPacketBlock(o, 0, 1, 5, 60, d)}, []Frame{{1, 5e9 + 1000, 0, 1, 60, d}}},
			{"long before 1970", [][]byte{section, ngInterfaceBlock(o, 1, 0, offset(-1<<40-5)), ngPacketBlock(o, 0, 1, 5, 60, d)}, []Frame{{1, (1<<32-5)*1e9 + 1000, 0, 1, 60, d}}},
		} {
			got, damage := readAll(t, write(t, bytes.Join(c.blocks, nil))...)
			if diff := cmp.Diff(c.want, got); diff != "" || len(damage) > 0 {
				t.Errorf("%s, %s-endian: damage %v, (-want +got):\n%s", c.name, name, damage, diff)
			}
		}
	}
}

func TestPcapngCorrupt(t *testing.T) {
	o := orders["little"]
	head := append(ngSectionBlock(o, 0), ngInterfaceBlock(o, 1, 0)...) // 28 + 20 bytes
	head = append(head, ngPacketBlock(o, 0, 1, 5, 60, data(5))...)     // 40 bytes
	patched := func(b []byte, at int, v uint32) []byte {
		o.PutUint32(b[at:], v)
		return b
	}
	for _, c := range []struct {
		name string
		add  []byte
		want string
	}{
		{"odd length", patched(ngPacketBlock(o, 0, 1, 5, 60, data(5)), 4, 41), "block length 41 (type 0x6) is not a multiple of 4 from 12 to 16777216"},
		{"no length", patched(block(o, 77), 4, 0), "block length 0 (type 0x4d) is not a multiple of 4 from 12 to 16777216"},
		{"huge length", patched(block(o, 77), 4, 1<<30), "block length 1073741824 (type 0x4d) is not a multiple of 4 from 12 to 16777216"},
		{"other length at its end", patched(ngPacketBlock(o, 0, 1, 5, 60, data(5)), 36, 44), "block (type 0x6) has the length 40 at its beginning and 44 at its end"},
		{"captured length", ngPacketBlock(o, 0, 1, 9, 60, data(5)), "captured length 9 is above the 8 bytes that its block holds"},
		{"captured length, huge", ngPacketBlock(o, 0, 1, math.MaxUint32, 60, data(5)), "captured length 4294967295 is above the 8 bytes that its block holds"},
		{"simple, too short", block(o, ngSimple, o.AppendUint32(nil, 9), data(5)), "captured length 9 is above the 8 bytes that its block holds"},
		{"simple, empty", block(o, ngSimple), "packet block of 12 bytes is too short"},
		{"packet, empty", block(o, ngEnhanced, data(4)), "packet block of 16 bytes is too short"},
		{"interface, empty", block(o, ngInterface), "interface description of 12 bytes is too short"},
		{"no such interface", ngPacketBlock(o, 1, 1, 5, 60, data(5)), "packet of interface 1, but the section has 1"},
		{"option", ngInterfaceBlock(o, 1, 0, []byte{2, 0, 0xff, 0xff, 1, 2, 3, 4}), "option 2 of an interface has the length 65535, its block has 4 bytes left"},
		{"resolution 10^-20", ngInterfaceBlock(o, 1, 0, ngOption(o, 9, []byte{20})), "time resolution 0x14 of an interface is beyond 10^-19 and 2^-63"},
		{"resolution 2^-64", ngInterfaceBlock(o, 1, 0, ngOption(o, 9, []byte{0x80 | 64})), "time resolution 0xc0 of an interface is beyond 10^-19 and 2^-63"},
		{"resolution, length", ngInterfaceBlock(o, 1, 0, ngOption(o, 9, []byte{6, 6})), "time resolution of an interface has 2 bytes instead of 1"},
		{"offset, length", ngInterfaceBlock(o, 1, 0, ngOption(o, 14, []byte{6, 6})), "time offset of an interface has 2 bytes instead of 8"},
		{"section, byte order", patched(ngSectionBlock(o, 0), 8, 0xdeadbeef), "section header with the byte-order magic 0xefbeadde"},
		{"section, version", ngSectionBlock(o, 7), "pcapng version 1.7: only 1.0 and 1.2 are known"},
		{"section, interfaces begin anew", append(ngSectionBlock(o, 0), ngPacketBlock(o, 0, 1, 5, 60, data(5))...), "packet of interface 0, but the section has 0"},
		{"too many interfaces", bytes.Repeat(ngInterfaceBlock(o, 1, 0), ngMaxIfaces), "section has more than 65536 interfaces"},
	} {
		frames, damage := readAll(t, write(t, append(head[:len(head):len(head)], c.add...))...)
		offset := len(head)
		switch {
		case strings.HasPrefix(c.name, "section, inter"):
			offset += 28
		case strings.HasPrefix(c.name, "too many"):
			offset += 20 * (ngMaxIfaces - 1)
		}
		want := fmt.Sprintf("a.cap: corrupt at packet 2, byte %d: %s", offset, c.want)
		if len(frames) != 1 || len(damage) != 1 || damage[0].String() != want {
			t.Errorf("%s: %d frames\ngot  %v\nwant %s", c.name, len(frames), damage, want)
		}
	}
}

// A capture of packets longer than a chunk.
func TestPcapngLongPackets(t *testing.T) {
	o := orders["big"]
	file := append(ngSectionBlock(o, 0), ngInterfaceBlock(o, 1, 65535)...)
	sizes := []int{4095, 4096, 4097, chunk - 1, chunk, 3 << 20, 1, 0, 1 << 20}
	for i, n := range sizes {
		file = append(file, ngPacketBlock(o, 0, uint64(i), uint32(n), uint32(n), data(n))...)
	}
	frames, damage := readAll(t, write(t, file)...)
	if len(damage) > 0 || len(frames) != len(sizes) {
		t.Fatalf("%d frames, damage %v", len(frames), damage)
	}
	for i, f := range frames {
		if !bytes.Equal(data(sizes[i]), f.Data) || f.Time != int64(i)*1000 {
			t.Errorf("frame %d has other bytes or another time than it should", i)
		}
	}
}

// Every resolution and random timestamps against whole-number arithmetic without limits.
func TestClock(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	o := orders["little"]
	for _, res := range []byte{0, 1, 3, 6, 7, 9, 10, 12, 18, 19, 0x80, 0x81, 0x80 | 10, 0x80 | 29, 0x80 | 30, 0x80 | 32, 0x80 | 63} {
		for range 2000 {
			ts, off := rnd.Uint64()>>rnd.IntN(64), rnd.Int64()>>rnd.IntN(64)
			r := &ngReader{w: &window{}, info: &FileInfo{}}
			c, err := r.clock(append(ngOption(o, 9, []byte{res}), ngOption(o, 14, o.AppendUint64(nil, uint64(off)))...))
			if err != nil {
				t.Fatal(err)
			}
			units := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(res)), nil)
			if res&0x80 != 0 {
				units = new(big.Int).Lsh(big.NewInt(1), uint(res&0x7f))
			}
			want := new(big.Int).SetUint64(ts)
			want.Mul(want, big.NewInt(1e9)).Div(want, units)
			want.Add(want, new(big.Int).Mul(big.NewInt(off), big.NewInt(1e9)))
			got := c.nanoseconds(ts)
			if want.IsInt64() && got == want.Int64() {
				continue
			}
			// Within a second of what an int64 holds, and beyond: the seconds modulo 2^32.
			limit := big.NewInt(math.MaxInt64 - 2e9)
			beyond := want.CmpAbs(limit) > 0
			if want.Mod(want, big.NewInt(1<<32*1e9)); beyond && got == want.Int64() {
				continue
			}
			t.Fatalf("resolution %#x, offset %d, timestamp %d: got %d, want %d", res, off, ts, got, want)
		}
	}
}
