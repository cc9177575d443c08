package decode

import (
	"math"

	"github.com/google/gopacket/layers"

	"github.com/t2host/t2host/host/capture"
)

// Decoder reads frames. One goroutine uses it at a time; its memory is bounded.
type Decoder struct {
	// AsT2 leaves closed what T2 does not open, of the headers that came to this decoder after
	// the comparison with it: docs/from-t2.md names them. It must be set before the first call
	// of Decode.
	AsT2 bool

	// Counts may be read between two calls of Decode.
	Counts Counts
	// WrapLengths makes lengths above 65535 be taken modulo 2^16, as in T2.
	WrapLengths bool

	stacks      Stacks
	plainStacks [2][2]uint32 // of plain's packets, by version, TCP and UDP

	// Layers of gopacket, reused for each packet. They are called with the bytes of their
	// header only, so that they neither fail nor allocate.
	llc  layers.LLC
	snap layers.SNAP

	busy    bool     // within Decode; if still set at its end, it panicked
	scratch [40]byte // for head: the longest header asked for is IPv6's
	walked           // what is known of the current packet
	outer   outer
}

// walked is what the headers read so far tell that is not in Headers.
type walked struct {
	stack uint32 // of headers
	link  int    // offset of the link-layer header whose addresses are in MACs
	inner bool   // outer holds the packet's flow in case nothing more can be read

	tunnelled bool // a tunnel was entered

	// Of IP: offset, length of header and extensions, of the packet.
	ip, ipHeader, ipLength int
	transportHeader        int // bytes, as T2 counts them

	// Of layer 2: where the payload begins, and where padding begins.
	payload, end int

	unopened HeaderCount // which header was not opened; no Kind: none

	nTags, nLabels int // VLAN and MPLS, in all
	fragments      int // fragment headers of IPv6
	llcHeader      bool
	clipped        bool // a header ends after the captured bytes
}

// New returns a decoder with all counts 0.
func New() *Decoder {
	d := &Decoder{Counts: Counts{MinHeaders: math.MaxUint16}}
	d.stacks.begin()
	link := d.stacks.add(0, pieceEthernet)
	for i, p := range []piece{pieceIPv4, pieceIPv6} {
		ip := d.stacks.add(link, p)
		d.plainStacks[i] = [2]uint32{d.stacks.add(ip, pieceTCP), d.stacks.add(ip, pieceUDP)}
	}
	return d
}

// Stacks returns the header stacks that Headers.Stack numbers. Any goroutine may read them.
func (d *Decoder) Stacks() *Stacks { return &d.stacks }

// Decode reads the headers of f into h. Every field of h is set or zeroed; nothing in it
// points into the frame. A packet whose flow cannot be told has Kind NoFlow and an empty Key;
// it is counted, never an error.
func (d *Decoder) Decode(f *capture.Frame, h *Headers) {
	defer d.rescue(h) // a panic of foreign code costs a packet, not the run
	d.busy = true
	h.begin(f)
	d.walked = walked{}
	if f.Link == capture.LinkTypeEthernet && d.plain(f.Data, h) {
		d.count(h, h.FlowStat)
	} else {
		if h.FlowStat != 0 { // plain has begun
			h.begin(f)
			d.walked = walked{}
		}
		d.count(h, d.walk(f.Link, f.Data, h))
	}
	d.busy = false
}

// begin sets what is known of the frame before its headers are read.
func (h *Headers) begin(f *capture.Frame) {
	*h = Headers{Number: f.Number, Time: f.Time, WireLen: f.WireLen, CapLen: uint32(len(f.Data))}
}

// header is what begins at a place.
type header uint8

const (
	end       header = iota // nothing to read: the key is complete, or there is no flow
	ethernet                // destination, source, type: of a link
	frame                   // the same in a tunnel
	tagged                  // after a type or length (in Key.EtherType): tags, LLC or payload
	etherType               // the payload of Key.EtherType
	ipv4
	ipv6
	anyIP // the version nibble tells which
)

// place is a position of the walk: which header begins at which offset of the frame.
type place struct {
	next header
	off  int
}

var stop = place{next: end}

// maxRounds bounds the headers of a packet, so that hostile ones end; T2 has no limit.
const maxRounds = 64

// walk goes from header to header. Each writes what it knows into h, over what the one before
// it wrote, and returns what comes next: a tunnel is a header that returns not stop but the
// place of its payload. walk returns the packet's status, which a packet without a flow does
// not keep.
func (d *Decoder) walk(l capture.LinkType, data []byte, h *Headers) FlowStat {
	p := place{ethernet, 0}
	if l != capture.LinkTypeEthernet {
		p = d.linkHeader(l, data, 0, h)
	}
	for rounds := 0; p.next != end; rounds++ {
		if rounds == maxRounds {
			d.unreadable(h)
			break
		}
		switch p.next {
		case ethernet:
			p = d.ethernet(data, p.off, h)
		case frame:
			p = d.frame(data, p.off, h)
		case tagged:
			p = d.tagged(data, p.off, h)
		case etherType:
			p = d.etherType(data, p.off, h)
		case ipv4:
			p = d.ipv4(data, p.off, h)
		case ipv6:
			p = d.ipv6(data, p.off, h)
		case anyIP:
			p = d.anyIP(data, p.off, h)
		default:
			p = stop
		}
	}
	return d.finish(data, h)
}

// rescue counts a packet on which Decode panicked as one without a flow.
func (d *Decoder) rescue(h *Headers) {
	if d.busy && recover() != nil { // recover costs 4 ns even where nothing panicked
		h.clear()
		d.Counts.Panics++
		d.count(h, 0)
	}
}

// clear resets what was read of a packet that has no flow.
func (h *Headers) clear() {
	*h = Headers{Number: h.Number, Time: h.Time, WireLen: h.WireLen, CapLen: h.CapLen}
}

// clip ends the walk of a packet that was cut within its link-layer header.
func (d *Decoder) clip(h *Headers) place {
	d.clipped = true
	h.FlowStat |= L2Cut
	h.Key.Kind = NoFlow
	return stop
}

// head returns the n bytes at off, valid until the next call. Bytes that were not captured
// are zero (docs/reference/decoding.md#bytes-that-were-not-captured).
func (d *Decoder) head(data []byte, off, n int) []byte {
	if off+n <= len(data) {
		return data[off : off+n]
	}
	return d.clippedHead(data, off, n)
}

func (d *Decoder) clippedHead(data []byte, off, n int) []byte {
	d.clipped = true
	b := d.scratch[:n]
	clear(b)
	if off < len(data) {
		copy(b, data[off:])
	}
	return b
}

// after returns data from off on; it is empty if data ends before.
func after(data []byte, off int) []byte {
	if off >= len(data) {
		return nil
	}
	return data[off:]
}

// nibble returns the high half of the byte at off: the version of IP.
func nibble(data []byte, off int) byte {
	if off < len(data) {
		return data[off] >> 4
	}
	return 0
}
