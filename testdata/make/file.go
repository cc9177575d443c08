package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/t2host/t2host/host/capture"
)

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// pcap makes a classic capture file.
func pcap(o byteOrder, nano bool, link capture.LinkType, packets []packet) []byte {
	magic, unit := uint32(0xa1b2c3d4), time.Microsecond
	if nano {
		magic, unit = 0xa1b23c4d, time.Nanosecond
	}
	b := o.AppendUint32(nil, magic)
	b = o.AppendUint16(o.AppendUint16(b, 2), 4)
	b = append(b, make([]byte, 8)...)
	b = o.AppendUint32(o.AppendUint32(b, 65535), uint32(link))
	for _, p := range packets {
		b = o.AppendUint32(b, uint32(p.at.Unix()))
		b = o.AppendUint32(b, uint32(p.at.Nanosecond()/int(unit)))
		b = o.AppendUint32(b, uint32(len(p.captured())))
		b = o.AppendUint32(b, uint32(len(p.data)))
		b = append(b, p.captured()...)
	}
	return b
}

// simple is what most rules are written as.
func simple(t *tape) []byte {
	return pcap(binary.LittleEndian, false, capture.LinkTypeEthernet, t.inTime())
}

// An ng makes a pcapng file block by block.
type ng struct {
	order byteOrder
	bytes []byte
}

func (n *ng) block(kind uint32, body []byte) {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	length := uint32(12 + len(body))
	n.bytes = n.order.AppendUint32(n.order.AppendUint32(n.bytes, kind), length)
	n.bytes = n.order.AppendUint32(append(n.bytes, body...), length)
}

// section begins a section of unknown length in a byte order.
func (n *ng) section(o byteOrder) {
	n.order = o
	b := o.AppendUint32(nil, 0x1a2b3c4d)
	b = o.AppendUint16(o.AppendUint16(b, 1), 0)
	n.block(0x0a0d0d0a, o.AppendUint64(b, 1<<64-1))
}

// intf describes an interface; resolution is the if_tsresol byte, 6 left out as the standard allows.
func (n *ng) intf(link capture.LinkType, resolution byte) {
	b := n.order.AppendUint16(nil, uint16(link))
	b = n.order.AppendUint32(append(b, 0, 0), 65535)
	if resolution != 6 {
		b = n.order.AppendUint16(n.order.AppendUint16(b, 9), 1)
		b = append(b, resolution, 0, 0, 0)
		b = append(b, 0, 0, 0, 0)
	}
	n.block(1, b)
}

// packet adds an enhanced packet block; unit is the interface's.
func (n *ng) packet(intf uint32, unit time.Duration, at time.Time, data []byte) {
	ticks := uint64(at.UnixNano() / int64(unit))
	b := n.order.AppendUint32(nil, intf)
	b = n.order.AppendUint32(n.order.AppendUint32(b, uint32(ticks>>32)), uint32(ticks))
	b = n.order.AppendUint32(n.order.AppendUint32(b, uint32(len(data))), uint32(len(data)))
	n.block(6, append(b, data...))
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data) // a bytes.Buffer does not fail
	w.Close()
	return b.Bytes()
}

func zstandard(data []byte) []byte {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err) // wrong options: a broken program
	}
	return w.EncodeAll(data, nil)
}
