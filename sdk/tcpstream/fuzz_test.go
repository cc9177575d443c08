package tcpstream

import (
	"bytes"
	"testing"
)

// FuzzInsert adds segments and compares with bytes by their places: the first ones count, or the last.
func FuzzInsert(f *testing.F) {
	f.Add(false, []byte{0, 4, 2, 4, 10, 1, 5, 9})
	f.Add(true, []byte{0, 4, 2, 4, 10, 1, 5, 9, 250, 20})
	f.Fuzz(func(t *testing.T, last bool, data []byte) {
		const base = 0xffffff80 // so that numbers wrap
		var list []segment
		want := map[uint32]byte{}
		for i := 0; i+1 < len(data) && i < 200; i += 2 {
			g := segment{seq: base + uint32(data[i]), data: bytes.Repeat([]byte{byte(i)}, int(data[i+1]%32))}
			list = insert(list, g, last)
			for k := range g.data {
				if _, there := want[g.seq+uint32(k)]; !there || last {
					want[g.seq+uint32(k)] = byte(i)
				}
			}
		}
		got := map[uint32]byte{}
		for i, s := range list {
			if s.length() == 0 || i > 0 && after(list[i-1].end(), s.seq) {
				t.Fatalf("segment %d of %v is empty, or overlaps", i, list)
			}
			for k, b := range s.data {
				got[s.seq+uint32(k)] = b
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%d bytes, want %d", len(got), len(want))
		}
		for at, b := range want {
			if got[at] != b {
				t.Fatalf("byte %d is %d, want %d", at, got[at], b)
			}
		}
	})
}
