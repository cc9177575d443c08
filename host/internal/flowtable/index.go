package flowtable

import (
	"encoding/binary"
	"math/bits"

	"github.com/t2host/t2host/host/internal/decode"
)

// index finds slots by the hash of a key: open addressing with linear probing and
// backward-shift deletion. An entry is hash<<32 | slot+1, or 0 if free. It is 1.3 to 1.5 times
// as fast as a Go map here, holds nothing for the collector to follow, and never holds deleted
// entries.
type index struct {
	entries []uint64 // a power of two
	mask    uint32
	n       int
	seed    [4]uint64 // secret, so that nobody can choose keys that collide
}

func (x *index) init(seed [4]uint64) {
	x.seed = seed
	x.resize(1 << 12)
}

func (x *index) resize(n int) {
	old := x.entries
	x.entries, x.mask = make([]uint64, n), uint32(n-1)
	for _, e := range old {
		if e != 0 {
			x.put(e)
		}
	}
}

func (x *index) home(hash uint32) uint32 { return hash & x.mask }
func (x *index) next(i uint32) uint32    { return (i + 1) & x.mask }

func (x *index) add(hash, slot uint32) {
	if x.n >= len(x.entries)/4*3 {
		x.resize(2 * len(x.entries))
	}
	x.n++
	x.put(uint64(hash)<<32 | uint64(slot+1))
}

func (x *index) put(e uint64) {
	i := x.home(uint32(e >> 32))
	for x.entries[i] != 0 {
		i = x.next(i)
	}
	x.entries[i] = e
}

func (x *index) remove(hash, slot uint32) {
	e := uint64(hash)<<32 | uint64(slot+1)
	i := x.home(hash)
	for x.entries[i] != e {
		i = x.next(i)
	}
	x.n--
	// Entries after the gap move into it unless that would put them before their home.
	for j := x.next(i); x.entries[j] != 0; j = x.next(j) {
		home := x.home(uint32(x.entries[j] >> 32))
		if (j-home)&x.mask >= (j-i)&x.mask {
			x.entries[i] = x.entries[j]
			i = j
		}
	}
	x.entries[i] = 0
}

// hash folds the key by widening multiplications, as wyhash does.
func (x *index) hash(k *decode.Key) uint32 {
	le := binary.LittleEndian
	h := mix(le.Uint64(k.Src[:8])^x.seed[0], le.Uint64(k.Src[8:])^x.seed[1])
	h = mix(le.Uint64(k.Dst[:8])^h, le.Uint64(k.Dst[8:])^x.seed[2])
	rest := uint64(k.SrcPort)<<48 | uint64(k.DstPort)<<32 | uint64(k.EtherType)<<16 | uint64(k.VLAN)
	last := uint64(k.Proto)<<8 | uint64(k.Kind)
	if k.Errors {
		last |= 1 << 16
	}
	h = mix(rest^h, last^x.seed[3])
	return uint32(h ^ h>>32)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
