package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// long writes the long capture: real traffic ten times, each copy 1,071 s later. It returns the number of packets.
func long(mix, path string) (packets int, err error) {
	data, err := os.ReadFile(mix)
	if strings.HasSuffix(mix, ".xz") {
		data, err = exec.Command("xz", "-dc", mix).Output()
	}
	if err != nil {
		return 0, fmt.Errorf("capture %s: %w", mix, err)
	}
	const file, record, later, copies = 24, 16, 1071, 10
	le := binary.LittleEndian
	if len(data) < file || le.Uint32(data) != 0xa1b2c3d4 && le.Uint32(data) != 0xa1b23c4d {
		return 0, fmt.Errorf("capture %s: not a pcap file in little-endian order", mix)
	}
	return packets, write(path, func(w io.Writer) error {
		if _, err := w.Write(data[:file]); err != nil {
			return err
		}
		for range copies {
			if _, err := w.Write(data[file:]); err != nil {
				return err
			}
			for at := file; at+record <= len(data); packets++ {
				le.PutUint32(data[at:], le.Uint32(data[at:])+later)
				at += record + int(le.Uint32(data[at+8:]))
			}
		}
		return nil
	})
}

// flows writes a capture of TCP packets in n flows that all live from the first packet to the last one, 100 s later. Neighbours in
// time are no neighbours in the flow table.
func flows(n, packets int, path string) error {
	const span, stride = 100_000_000_000, 7_368_787 // ns, a prime
	le, be := binary.LittleEndian, binary.BigEndian
	return write(path, func(w io.Writer) error {
		head := make([]byte, 24)
		le.PutUint32(head, 0xa1b23c4d)
		le.PutUint16(head[4:], 2)
		le.PutUint16(head[6:], 4)
		le.PutUint32(head[16:], 1<<18)
		le.PutUint32(head[20:], 1)
		if _, err := w.Write(head); err != nil {
			return err
		}
		const frame = 60
		b := make([]byte, 16+frame)
		le.PutUint32(b[8:], frame)
		le.PutUint32(b[12:], frame)
		eth := b[16:]
		copy(eth, []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6})
		ip, tcp := eth[14:], eth[34:]
		tcp[12], tcp[13] = 5<<4, 0x10
		for i := range packets {
			at := int64(i) * (span / int64(packets))
			flow := i * stride % n
			le.PutUint32(b, uint32(1_800_000_000+at/1e9))
			le.PutUint32(b[4:], uint32(at%1e9))
			be.PutUint32(ip[12:], 10<<24|uint32(flow>>8))
			be.PutUint32(ip[16:], 192<<24|168<<16|uint32(flow&0xff))
			be.PutUint16(tcp, uint16(1024+flow%50_000))
			be.PutUint16(tcp[2:], 443)
			be.PutUint32(tcp[4:], uint32(i))
			be.PutUint16(tcp[14:], uint16(i*31))
			if _, err := w.Write(b); err != nil {
				return err
			}
		}
		return nil
	})
}

// write makes a file.
func write(path string, fill func(io.Writer) error) error {
	f, err := os.Create(filepath.Clean(path))
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	return errors.Join(fill(w), w.Flush(), f.Close())
}
