package main

import (
	"encoding/binary"
	"time"

	"github.com/t2host/t2host/host/capture"
)

// ordinary is a connection of 60 packets of the client, 6 with window 0, and 16 of the server: what the rules about file
// formats hold.
func ordinary() []packet {
	t := &tape{start: start}
	t.talk(host(1), server).open().data(58, 6).finish()
	return t.inTime()
}

func little(packets []packet) []byte {
	return pcap(binary.LittleEndian, false, capture.LinkTypeEthernet, packets)
}

// bigEndianNano: packet n is n nanoseconds later than its millisecond.
func bigEndianNano() []byte {
	packets := ordinary()
	for n := range packets {
		packets[n].at = packets[n].at.Add(time.Duration(n))
	}
	return pcap(binary.BigEndian, true, capture.LinkTypeEthernet, packets)
}

// twoLinks: every second packet of one connection comes from a raw IP interface in nanoseconds, the others from an
// Ethernet one in microseconds.
func twoLinks() []byte {
	n := &ng{}
	n.section(binary.LittleEndian)
	n.intf(capture.LinkTypeEthernet, 6)
	n.intf(capture.LinkTypeRaw, 9)
	for i, p := range ordinary() {
		if i%2 == 0 {
			n.packet(0, time.Microsecond, p.at, p.data)
		} else {
			n.packet(1, time.Nanosecond, p.at.Add(time.Duration(i)), p.data[14:])
		}
	}
	return n.bytes
}

// twoSections: the first half of a connection little-endian in microseconds, the second half big-endian in milliseconds.
func twoSections() []byte {
	n := &ng{}
	packets := ordinary()
	n.section(binary.LittleEndian)
	n.intf(capture.LinkTypeEthernet, 6)
	for _, p := range packets[:40] {
		n.packet(0, time.Microsecond, p.at, p.data)
	}
	n.section(binary.BigEndian)
	n.intf(capture.LinkTypeEthernet, 3)
	for _, p := range packets[40:] {
		n.packet(0, time.Millisecond, p.at, p.data)
	}
	return n.bytes
}

func headerOnly() []byte { return little(nil) }

func headerOnlyNg() []byte {
	n := &ng{}
	n.section(binary.LittleEndian)
	n.intf(capture.LinkTypeEthernet, 6)
	return n.bytes
}

func unknownLink() []byte {
	return pcap(binary.LittleEndian, false, capture.LinkTypeUser0, ordinary()[:1])
}

// cutData: the last packet's bytes end early.
func cutData() []byte {
	b := little(ordinary())
	return b[:len(b)-20]
}

// cutHeader: the last record's header ends early.
func cutHeader() []byte {
	packets := ordinary()
	whole := len(little(packets[:len(packets)-1]))
	return little(packets)[:whole+7]
}

// corruptLength: packet 41 claims 2 GiB.
func corruptLength() []byte {
	packets := ordinary()
	b, at := little(packets), len(little(packets[:40]))
	binary.LittleEndian.PutUint32(b[at+8:], 0x7fff_ffff)
	binary.LittleEndian.PutUint32(b[at+12:], 0x7fff_ffff)
	return b
}

// corruptBlock: after packet 40 comes a block of 11 bytes, which is impossible.
func corruptBlock() []byte {
	n := &ng{}
	n.section(binary.LittleEndian)
	n.intf(capture.LinkTypeEthernet, 6)
	var at int
	for i, p := range ordinary() {
		if i == 40 {
			at = len(n.bytes)
		}
		n.packet(0, time.Microsecond, p.at, p.data)
	}
	binary.LittleEndian.PutUint32(n.bytes[at+4:], 11)
	return n.bytes
}
