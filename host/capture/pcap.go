package capture

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// The first four bytes of a classic pcap file, as a number in the file's byte order.
const (
	magicMicro     = 0xa1b2c3d4
	magicNano      = 0xa1b23c4d
	magicKuznetzov = 0xa1b2cd34 // "modified" pcap of old Linux patches: records have 8 more header bytes
)

const (
	pcapFileHeader = 24
	// The longest record that libpcap accepts (MAXIMUM_SNAPLEN), whatever the file's snaplen
	// is; a file may raise it for itself up to maxRecord.
	usualRecord = 256 << 10
	maxRecord   = 64 << 20
)

// pcapReader reads classic pcap (draft-ietf-opsawg-pcap). pcapgo is not used because damage
// must be located exactly and frames are returned in place, without a copy.
type pcapReader struct {
	w    *window
	info *FileInfo
	endian
	begun   bool // the file header has been read
	swapped lengths
	head    int   // bytes of a record header
	scale   int64 // nanoseconds of one unit of the fraction
	link    LinkType
	max     uint32 // captured bytes that a record may have
	snaplen uint32 // those that are kept of it, as libpcap does
}

// lengths is the order of the two lengths in a record header: files before version 2.3 have
// the wire length first, those of 2.3 may have it.
type lengths uint8

const (
	capturedFirst lengths = iota
	wireFirst
	smallerIsCaptured
)

func pcapMagic(b []byte) (magic uint32, big, ok bool) {
	magic = binary.LittleEndian.Uint32(b)
	for _, big := range []bool{false, true} {
		switch magic {
		case magicMicro, magicNano, magicKuznetzov:
			return magic, big, true
		}
		magic = bits.ReverseBytes32(magic)
	}
	return 0, false, false
}

func newPcap(w *window, info *FileInfo) *pcapReader { return &pcapReader{w: w, info: info} }

// begin reads the file header.
func (p *pcapReader) begin() error {
	b, err := p.w.need(pcapFileHeader)
	if err != nil {
		return p.w.short(err, 1, pcapFileHeader)
	}
	magic, big, ok := pcapMagic(b)
	if !ok { // Open read one: the file was replaced since then
		return p.w.corrupt(1, "no pcap magic")
	}
	p.big, p.head, p.scale = big, 16, 1000
	switch magic {
	case magicNano:
		p.scale = 1
	case magicKuznetzov:
		p.head = 24
	}
	major, minor := p.u32(b[4:])&0xffff, p.u32(b[4:])>>16
	if big {
		major, minor = minor, major
	}
	switch {
	case major != 2 || minor > 4:
		return p.w.corrupt(1, "pcap version %d.%d: only 2.0 to 2.4 are known", major, minor)
	case minor < 3:
		p.swapped = wireFirst
	case minor == 3:
		p.swapped = smallerIsCaptured
	}
	snaplen, network := p.u32(b[16:]), p.u32(b[20:])
	p.link = LinkType(network & 0xffff) // the upper bits are the length of the FCS and reserved
	p.max, p.snaplen = recordLimit(p.link, snaplen), snaplen
	if snaplen == 0 {
		p.snaplen = math.MaxUint32
	}
	p.info.Snaplen = snaplen
	p.info.sawLink(p.link)
	p.w.r += pcapFileHeader
	p.begun = true
	return nil
}

// recordLimit returns the longest record by libpcap's rule, but with 64 MiB for D-Bus and USB
// instead of its 128. As in libpcap a larger snaplen, which is wrong or "unlimited", is
// ignored.
func recordLimit(link LinkType, snaplen uint32) uint32 {
	limit := uint32(usualRecord)
	switch link {
	case LinkTypeUSBLinuxMmapped, LinkTypeDBus, LinkTypeUSBPcap, LinkTypeEBHSCR:
		limit = maxRecord
	}
	if snaplen > limit && snaplen <= maxRecord {
		limit = snaplen
	}
	return limit
}

func (p *pcapReader) next(f *Frame) error {
	if !p.begun {
		if err := p.begin(); err != nil {
			return err
		}
	}
	w := p.w
	b := w.unread()
	if len(b) < p.head {
		var err error
		if b, err = w.need(p.head); err != nil {
			return w.short(err, p.info.Packets+1, p.head)
		}
	}
	sec, frac, captured, wire := p.u32(b), p.u32(b[4:]), p.u32(b[8:]), p.u32(b[12:])
	if p.swapped == wireFirst || p.swapped == smallerIsCaptured && captured > wire {
		captured, wire = wire, captured
	}
	if captured > p.max {
		return w.corrupt(p.info.Packets+1, "record length %d is above the limit %d", captured, p.max)
	}
	n := p.head + int(captured)
	if len(b) < n {
		var err error
		if b, err = w.need(n); err != nil {
			return w.short(err, p.info.Packets+1, n)
		}
	}
	w.r += n
	p.info.Packets++
	// A fraction of a second or more is added unchanged, as T2 does.
	f.Time = int64(sec)*1e9 + int64(frac)*p.scale
	f.Iface, f.Link = 0, p.link
	f.WireLen = wire
	n = p.head + int(min(captured, p.snaplen))
	f.Data = b[p.head:n:n]
	return nil
}

func pcapFormat(magic uint32, big bool) string {
	order, unit := "little", "microseconds"
	if big {
		order = "big"
	}
	switch magic {
	case magicNano:
		unit = "nanoseconds"
	case magicKuznetzov:
		unit = "microseconds, Kuznetzov's records"
	}
	return fmt.Sprintf("pcap, %s, %s-endian", unit, order)
}
