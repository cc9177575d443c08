package decode

import (
	"github.com/google/gopacket/layers"

	"github.com/t2host/t2host/host/capture"
)

// Decoder reads frames. One goroutine uses it; its memory is fixed.
type Decoder struct {
	// Counts may be read between two calls of Decode.
	Counts Counts

	// Layers of gopacket, reused from packet to packet. They are called only with
	// as many bytes as they ask for, so that they neither fail nor allocate.
	dot1q layers.Dot1Q
	llc   layers.LLC
	snap  layers.SNAP

	busy    bool     // within Decode: seen at its end, it panicked
	clipped bool     // a header of this packet ends behind what was captured
	scratch [40]byte // for head: the longest header asked for is IPv6's
}

// New gives a decoder with all counts 0.
func New() *Decoder { return new(Decoder) }

// Decode reads the headers of f into h. Every field of h is set or zeroed; nothing
// in it points to the frame. What cannot be told is a packet of Kind NoFlow with
// an empty Key; it is counted, never an error.
func (d *Decoder) Decode(f *capture.Frame, h *Headers) {
	defer d.rescue(h) // a panic of foreign code costs a packet, not the run
	d.busy = true
	*h = Headers{}
	h.Number = f.Number
	h.Time = f.Time
	h.WireLen = f.WireLen
	h.CapLen = uint32(len(f.Data))
	d.clipped = false
	d.walk(f.Link, f.Data, int(f.WireLen), h)
	if h.Key.Kind == NoFlow {
		h.clear()
	}
	d.Counts.add(h, d.clipped)
	d.busy = false
}

// header names what begins at a place.
type header uint8

const (
	end       header = iota // nothing to read: the key stands, or there is no flow
	ethernet                // destination, source, type
	tagged                  // behind a type or length (in Key.EtherType): tags, LLC or payload
	etherType               // the payload of Key.EtherType
	ipv4
	ipv6
	anyIP // the version nibble says which
)

// place is where the walk stands: which header begins at which offset of the frame.
type place struct {
	next header
	off  int
}

var stop = place{next: end}

// walk goes from header to header. Each one writes what it knows into h.Key, over
// what the one before it wrote, and says what comes next: a tunnel is a header
// that does not answer with stop but with the place of what it carries. With the
// first one comes a limit of rounds; without any each round goes down this list, or
// 26 bytes on (ISL).
func (d *Decoder) walk(l capture.LinkType, data []byte, wire int, h *Headers) {
	p := place{ethernet, 0}
	if l != linkEthernet {
		p = d.link(l, data, h)
	}
	for p.next != end {
		switch p.next {
		case ethernet:
			p = d.ethernet(data, p.off, h)
		case tagged:
			p = d.tagged(data, p.off, h)
		case etherType:
			p = d.etherType(data, p.off, h)
		case ipv4:
			p = d.ipv4(data, p.off, wire, h)
		case ipv6:
			p = d.ipv6(data, p.off, h)
		case anyIP:
			p = byNibble(data, p.off)
		default:
			p = stop
		}
	}
}

// rescue counts a packet on which Decode panicked as one without a flow.
func (d *Decoder) rescue(h *Headers) {
	if d.busy && recover() != nil { // recover costs 4 ns even where nothing panicked
		h.clear()
		d.Counts.Panics++
		d.Counts.add(h, d.clipped)
	}
}

// clear takes back what was read of a packet that has no flow.
func (h *Headers) clear() {
	*h = Headers{Number: h.Number, Time: h.Time, WireLen: h.WireLen, CapLen: h.CapLen}
}

// clip ends the walk of a packet that was cut within its link-layer header.
func (d *Decoder) clip() place {
	d.clipped = true
	return stop
}

// head gives the n bytes at off, valid until its next call. What was not captured
// counts as zero: T2 reads there what earlier packets left behind (t2-decode.md 0).
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
