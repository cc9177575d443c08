// Package flood makes the capture of a flood: many flows of one forged packet each, in between
// a few conversations that are whole.
package flood

import (
	"encoding/binary"
	"io"
	"time"
)

// Flood is what a capture holds.
type Flood struct {
	Flows int           // forged ones: a SYN each, from an address that no other has
	Gap   time.Duration // between two packets
	Real  int           // whole conversations: a handshake at the start, and a packet of data now and then
	Every int           // forged packets between two packets of the whole ones
}

// Reader returns the capture, in the format pcap, made while it is read.
func (f Flood) Reader() io.Reader {
	r := &reader{Flood: f}
	le := binary.LittleEndian
	r.buf = le.AppendUint32(r.buf, 0xa1b23c4d) // nanoseconds
	r.buf = le.AppendUint16(r.buf, 2)
	r.buf = le.AppendUint16(r.buf, 4)
	r.buf = append(r.buf, make([]byte, 8)...)
	r.buf = le.AppendUint32(r.buf, 1<<18)
	r.buf = le.AppendUint32(r.buf, 1) // Ethernet
	for i := range f.Real {
		r.packet(client(i), server, port(i), 443, 1000, 0, syn)
		r.packet(server, client(i), 443, port(i), 5000, 1001, syn|ack)
		r.packet(client(i), server, port(i), 443, 1001, 5001, ack)
	}
	return r
}

const (
	syn = 0x02
	ack = 0x10

	target = 10<<24 | 1 // 10.0.0.1
	server = 10<<24 | 2
)

func client(i int) uint32 { return 172<<24 | 16<<16 | uint32(i) }
func port(i int) uint16   { return uint16(20000 + i%40000) }

type reader struct {
	Flood
	buf  []byte // of the capture, not read yet
	at   int
	made int    // forged flows
	now  uint64 // nanoseconds since start
	data int    // packets of data
}

const start = 1_800_000_000

func (r *reader) Read(p []byte) (int, error) {
	if r.at == len(r.buf) {
		r.buf, r.at = r.buf[:0], 0
		for r.made < r.Flows && len(r.buf) < 1<<16 {
			r.forged()
		}
	}
	if r.at == len(r.buf) {
		return 0, io.EOF
	}
	n := copy(p, r.buf[r.at:])
	r.at += n
	return n, nil
}

// forged adds a SYN, and after some of them a packet of a whole conversation.
func (r *reader) forged() {
	i := uint32(r.made)
	r.made++
	// An odd factor: all addresses differ, and seem to have no order. None is a client's.
	r.packet(64<<24|i*2654435761&0x3fffffff, target, uint16(1024+i%60000), 80, i, 0, syn)
	if r.Real > 0 && r.made%r.Every == 0 {
		k := r.data % r.Real
		r.packet(client(k), server, port(k), 443, 1001, 5001, ack)
		r.data++
	}
}

// packet adds an Ethernet frame with an IPv4 header and a TCP header.
func (r *reader) packet(src, dst uint32, srcPort, dstPort uint16, seq, acked uint32, flags byte) {
	const ethernet, ip, tcp = 14, 20, 20
	le, be := binary.LittleEndian, binary.BigEndian
	b := r.buf
	b = le.AppendUint32(b, uint32(start+r.now/1e9))
	b = le.AppendUint32(b, uint32(r.now%1e9))
	b = le.AppendUint32(b, ethernet+ip+tcp)
	b = le.AppendUint32(b, ethernet+ip+tcp)
	b = append(b, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0)
	b = append(b, 0x45, 0)
	b = be.AppendUint16(b, ip+tcp)
	b = append(b, 0, 0, 0, 0, 64, 6, 0, 0) // no identification, no checksum
	b = be.AppendUint32(b, src)
	b = be.AppendUint32(b, dst)
	b = be.AppendUint16(b, srcPort)
	b = be.AppendUint16(b, dstPort)
	b = be.AppendUint32(b, seq)
	b = be.AppendUint32(b, acked)
	b = append(b, 5<<4, flags)
	b = be.AppendUint16(b, 1024)
	b = append(b, 0, 0, 0, 0)
	r.buf = b
	r.now += uint64(r.Gap)
}
