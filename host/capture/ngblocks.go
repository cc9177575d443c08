package capture

import (
	"encoding/binary"
	"math/bits"
)

// Block types of pcapng.
const (
	ngSection     = 0x0a0d0d0a // the same in both byte orders
	ngInterface   = 1
	ngPacket      = 2 // obsolete, still written by old dumpcap
	ngSimple      = 3
	ngEnhanced    = 6
	ngByteOrder   = 0x1a2b3c4d
	ngMaxBlock    = 16 << 20 // as libpcap
	ngMaxIfaces   = 1 << 16  // of one section; pcapgo keeps 200 bytes for each
	ngBlockHeader = 8
)

// ngBlocks stands before pcapgo's reader: it checks a pcapng file block by block and gives pcapgo the same file made
// plain, in one byte order, with sections, interfaces and enhanced packets only, without options. So a cut
// and a corruption are told apart and have a place, and none of the gaps of pcapgo 1.1.19 can be
// reached:
//
//   - it takes a file's end in a block for the end of the file, and ignores the trailing length;
//   - it believes every length: a captured length beyond its block runs into the next one, a snaplen
//     of 4 GiB is allocated, an option beyond its block wraps the block's length around;
//   - time resolutions: it divides by zero at 10^-64, takes 10^0 for 10^-6, and is wrong for 2^-n: scales are whole
//     numbers, so at 2^-30 half a second becomes 0.536870912;
//   - the link type is a uint8 (gopacket/layers), so 276, Linux cooked v2, becomes 20;
//   - a simple packet has the time of the year 1;
//   - version 1.2, which is 1.0 by another name, is refused.
//
// Hence times and link types are made here, and pcapgo gives lengths and bytes.
type ngBlocks struct {
	w      *window
	info   *FileInfo
	big    bool // this section is big-endian
	ifaces []ngIface

	time int64 // of the packet given last
	link LinkType

	head [28]byte // what pcapgo reads first of a block,
	rest []byte   // then this, where it lies in the window
	give []byte   // what is left to give of head, then of rest
	err  error    // the last one given to pcapgo
}

// ngIface is what packets need of an Interface Description Block.
type ngIface struct {
	link    LinkType
	snaplen uint32
	clock   ngClock
}

// Read gives the plain form of one block at most, and looks at the next one only when that is used up. pcapgo's
// bufio.Reader asks only when it has nothing left; so what is known here of the last block is true of the packet that
// pcapgo gives.
func (b *ngBlocks) Read(p []byte) (int, error) {
	for len(b.give) == 0 {
		if len(b.rest) > 0 {
			b.give, b.rest = b.rest, nil
		} else if err := b.block(); err != nil {
			b.err = err
			return 0, err
		}
	}
	n := copy(p, b.give)
	b.give = b.give[n:]
	return n, nil
}

func (b *ngBlocks) u32(p []byte) uint32 {
	v := binary.LittleEndian.Uint32(p)
	if b.big {
		v = bits.ReverseBytes32(v)
	}
	return v
}

func (b *ngBlocks) u16(p []byte) uint16 {
	v := binary.LittleEndian.Uint16(p)
	if b.big {
		v = bits.ReverseBytes16(v)
	}
	return v
}

func (b *ngBlocks) corrupt(format string, a ...any) error {
	return b.w.corrupt(b.info.Packets+1, format, a...)
}

// block reads the next block, whatever it is, and checks it. Nothing is used up before the whole block is there, so
// that it may be called again after ErrIdle.
func (b *ngBlocks) block() error {
	const least = 12
	w := b.w
	blk := w.unread()
	if len(blk) < least {
		var err error
		if blk, err = w.need(least); err != nil {
			return w.short(err, b.info.Packets+1, least)
		}
	}
	typ := b.u32(blk)
	if typ == ngSection {
		switch uint32(ngByteOrder) {
		case binary.LittleEndian.Uint32(blk[8:]):
			b.big = false
		case binary.BigEndian.Uint32(blk[8:]):
			b.big = true
		default:
			return b.corrupt("section header with the byte-order magic %#08x", binary.BigEndian.Uint32(blk[8:]))
		}
	}
	total := b.u32(blk[4:])
	if total < least || total%4 != 0 || total > ngMaxBlock {
		return b.corrupt("block length %d (type %#x) is not a multiple of 4 from %d to %d", total, typ, least, ngMaxBlock)
	}
	if len(blk) < int(total) {
		var err error
		if blk, err = w.need(int(total)); err != nil {
			return w.short(err, b.info.Packets+1, int(total))
		}
	}
	blk = blk[:total]
	if trail := b.u32(blk[total-4:]); trail != total {
		return b.corrupt("block (type %#x) has the length %d at its beginning and %d at its end", typ, total, trail)
	}
	if err := b.plain(typ, blk[ngBlockHeader:total-4]); err != nil {
		return err
	}
	w.r += int(total)
	return nil
}

// plain makes what pcapgo is to read of a block, from the block's body. Types not named here
// (name resolution, statistics, secrets, custom and unknown ones) are left out: no packet needs them.
func (b *ngBlocks) plain(typ uint32, body []byte) error {
	switch typ {
	case ngSection:
		return b.section(body)
	case ngInterface:
		return b.iface(body)
	case ngEnhanced, ngPacket:
		if len(body) < 20 {
			return b.corrupt("packet block of %d bytes is too short", len(body)+12)
		}
		id := b.u32(body)
		if typ == ngPacket {
			id = uint32(b.u16(body)) // then a count of drops
		}
		ts := uint64(b.u32(body[4:]))<<32 | uint64(b.u32(body[8:]))
		return b.packet(id, ts, b.u32(body[12:]), b.u32(body[16:]), body, 20)
	case ngSimple:
		if len(body) < 4 {
			return b.corrupt("packet block of %d bytes is too short", len(body)+12)
		}
		wire := b.u32(body)
		captured := wire // no length but this: what was captured follows from the snaplen
		if len(b.ifaces) > 0 && b.ifaces[0].snaplen != 0 {
			captured = min(wire, b.ifaces[0].snaplen)
		}
		if err := b.packet(0, 0, captured, wire, body, 4); err != nil {
			return err
		}
		b.time = 0 // it has none, and the interface's offset must not make one
	}
	return nil
}

func (b *ngBlocks) section(body []byte) error {
	if len(body) < 16 {
		return b.corrupt("section header of %d bytes is too short", len(body)+12)
	}
	major, minor := b.u16(body[4:]), b.u16(body[6:])
	if major != 1 || minor != 0 && minor != 2 {
		return b.corrupt("pcapng version %d.%d: only 1.0 and 1.2 are known", major, minor)
	}
	b.ifaces = b.ifaces[:0]
	le := binary.LittleEndian
	le.PutUint32(b.head[:], ngSection)
	le.PutUint32(b.head[4:], 28)
	le.PutUint32(b.head[8:], ngByteOrder)
	le.PutUint32(b.head[12:], 1) // version 1.0
	le.PutUint64(b.head[16:], ^uint64(0))
	le.PutUint32(b.head[24:], 28)
	b.give = b.head[:28]
	return nil
}

func (b *ngBlocks) iface(body []byte) error {
	if len(body) < 8 {
		return b.corrupt("interface description of %d bytes is too short", len(body)+12)
	}
	if len(b.ifaces) == ngMaxIfaces {
		return b.corrupt("section has more than %d interfaces", ngMaxIfaces)
	}
	in := ngIface{link: LinkType(b.u16(body)), snaplen: b.u32(body[4:])}
	var err error
	if in.clock, err = b.clock(body[8:]); err != nil {
		return err
	}
	b.ifaces = append(b.ifaces, in)
	b.info.sawLink(in.link)
	b.info.Snaplen = max(b.info.Snaplen, in.snaplen)
	le := binary.LittleEndian
	le.PutUint32(b.head[:], ngInterface)
	le.PutUint32(b.head[4:], 20)
	le.PutUint32(b.head[8:], 0)            // a link type that it cannot hold is of no use to it
	le.PutUint32(b.head[12:], usualRecord) // it allocates that much at the first packet
	le.PutUint32(b.head[16:], 20)
	b.give = b.head[:20]
	return nil
}

// packet gives an enhanced packet block; its data begins at body[at].
func (b *ngBlocks) packet(id uint32, ts uint64, captured, wire uint32, body []byte, at int) error {
	if uint64(id) >= uint64(len(b.ifaces)) {
		return b.corrupt("packet of interface %d, but the section has %d", id, len(b.ifaces))
	}
	padded := (uint64(captured) + 3) &^ 3
	if padded > uint64(len(body)-at) {
		return b.corrupt("captured length %d is above the %d bytes that its block holds", captured, len(body)-at)
	}
	in := &b.ifaces[id]
	b.time, b.link = in.clock.nanoseconds(ts), in.link
	le := binary.LittleEndian
	le.PutUint32(b.head[:], ngEnhanced)
	le.PutUint32(b.head[4:], 32+uint32(padded))
	le.PutUint32(b.head[8:], id)
	le.PutUint64(b.head[12:], 0)
	le.PutUint32(b.head[20:], captured)
	le.PutUint32(b.head[24:], wire)
	b.give = b.head[:28]
	// Four bytes more than the data, in the place of the trailing length, which pcapgo skips unseen. They are there:
	// the block's own trailing length ends it.
	b.rest = body[at : at+int(padded)+4]
	return nil
}
