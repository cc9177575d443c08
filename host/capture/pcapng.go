package capture

import "encoding/binary"

// Block types of pcapng (draft-ietf-opsawg-pcapng, 10.1) and bounds of its blocks.
const (
	ngSection     = 0x0a0d0d0a // the same in both byte orders
	ngInterface   = 1
	ngPacket      = 2 // obsolete, still written by old dumpcap
	ngSimple      = 3
	ngStatistics  = 5
	ngEnhanced    = 6
	ngByteOrder   = 0x1a2b3c4d
	ngMinBlock    = 12       // type, length, and the length again
	ngMaxBlock    = 16 << 20 // as libpcap
	ngMaxIfaces   = 1 << 16  // of one section
	ngBlockHeader = 8
)

// ngReader reads pcapng (draft-ietf-opsawg-pcapng). It checks every length before it uses it, so that a cut and a
// corruption are told apart and have a place. Blocks that no packet needs (name resolution, statistics but for
// QuietMark, secrets, custom and unknown ones) are skipped.
type ngReader struct {
	w      *window
	info   *FileInfo
	begun  bool // the first section header has been read
	endian      // of this section
	ifaces []ngIface
}

// ngIface is what packets need of an Interface Description Block.
type ngIface struct {
	link    LinkType
	snaplen uint32
	clock   ngClock
}

func newPcapng(w *window, info *FileInfo) *ngReader { return &ngReader{w: w, info: info} }

func (r *ngReader) corrupt(format string, a ...any) error {
	return r.w.corrupt(r.info.Packets+1, format, a...)
}

// next reads blocks up to the next packet's. A block is used up only after it was read without an error, so that
// damage has its offset, and next may be called again after ErrIdle.
func (r *ngReader) next(f *Frame) error {
	for {
		typ, blk, err := r.block()
		if err != nil {
			return err
		}
		body, packet := blk[ngBlockHeader:len(blk)-4], false
		switch typ {
		case ngEnhanced:
			packet, err = true, r.enhanced(f, body)
		case ngPacket:
			packet, err = true, r.obsolete(f, body)
		case ngSimple:
			packet, err = true, r.simple(f, body)
		case ngStatistics:
			if r.quiet(f, body) {
				r.w.r += len(blk)
				return ErrQuiet
			}
		case ngInterface:
			err = r.iface(body)
		case ngSection:
			err = r.section(body)
		}
		if err != nil {
			return err
		}
		r.w.r += len(blk)
		if packet {
			r.info.Packets++
			return nil
		}
	}
}

// block returns the next block and its type, with its lengths checked. It does not use it up.
func (r *ngReader) block() (typ uint32, blk []byte, err error) {
	w := r.w
	blk = w.unread()
	if len(blk) < ngMinBlock {
		if blk, err = w.need(ngMinBlock); err != nil {
			return 0, nil, w.short(err, r.info.Packets+1, ngMinBlock)
		}
	}
	typ = r.u32(blk)
	if typ == ngSection {
		switch uint32(ngByteOrder) {
		case binary.LittleEndian.Uint32(blk[8:]):
			r.big = false
		case binary.BigEndian.Uint32(blk[8:]):
			r.big = true
		default:
			return 0, nil, r.corrupt("section header with the byte-order magic %#08x", binary.BigEndian.Uint32(blk[8:]))
		}
	} else if !r.begun { // Open saw one: the file was replaced since
		return 0, nil, r.corrupt("no pcapng section header")
	}
	total := r.u32(blk[4:])
	if total < ngMinBlock || total%4 != 0 || total > ngMaxBlock {
		return 0, nil, r.corrupt("block length %d (type %#x) is not a multiple of 4 from %d to %d", total, typ, ngMinBlock, ngMaxBlock)
	}
	if len(blk) < int(total) {
		if blk, err = w.need(int(total)); err != nil {
			return 0, nil, w.short(err, r.info.Packets+1, int(total))
		}
	}
	blk = blk[:total]
	if trail := r.u32(blk[total-4:]); trail != total {
		return 0, nil, r.corrupt("block (type %#x) has the length %d at its beginning and %d at its end", typ, total, trail)
	}
	return typ, blk, nil
}

// section reads a Section Header Block. Version 1.2 is 1.0 by another name.
func (r *ngReader) section(body []byte) error {
	if len(body) < 16 {
		return r.corrupt("section header of %d bytes is too short", len(body)+ngMinBlock)
	}
	major, minor := r.u16(body[4:]), r.u16(body[6:])
	if major != 1 || minor != 0 && minor != 2 {
		return r.corrupt("pcapng version %d.%d: only 1.0 and 1.2 are known", major, minor)
	}
	r.ifaces = r.ifaces[:0]
	r.begun = true
	return nil
}

// iface reads an Interface Description Block.
func (r *ngReader) iface(body []byte) error {
	if len(body) < 8 {
		return r.corrupt("interface description of %d bytes is too short", len(body)+ngMinBlock)
	}
	if len(r.ifaces) == ngMaxIfaces {
		return r.corrupt("section has more than %d interfaces", ngMaxIfaces)
	}
	in := ngIface{link: LinkType(r.u16(body)), snaplen: r.u32(body[4:])}
	var err error
	if in.clock, err = r.clock(body[8:]); err != nil {
		return err
	}
	r.ifaces = append(r.ifaces, in)
	r.info.sawLink(in.link)
	r.info.Snaplen = max(r.info.Snaplen, in.snaplen)
	return nil
}
