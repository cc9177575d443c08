package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"github.com/klauspost/compress/zstd"

	"github.com/t2host/t2host/host/capture"
)

// unpack undoes the compression that a file's name tells.
func unpack(path string, data []byte) ([]byte, error) {
	switch filepath.Ext(path) {
	case ".gz":
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	case ".zst":
		r, err := zstd.NewReader(nil)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return r.DecodeAll(data, nil)
	}
	return data, nil
}

type source interface {
	gopacket.PacketDataSource
	LinkType() layers.LinkType
}

// verify reads a capture with another hand than the one that wrote it.
func (r rule) verify(data []byte) error {
	if len(data) > maxSize {
		return fmt.Errorf("%d bytes, more than %d", len(data), maxSize)
	}
	data, err := unpack(r.name, data)
	if err != nil {
		return err
	}
	var s source
	if strings.Contains(r.name, ".pcapng") {
		s, err = pcapgo.NewNgReader(bytes.NewReader(data), pcapgo.NgReaderOptions{WantMixedLinkType: true})
	} else {
		s, err = pcapgo.NewReader(bytes.NewReader(data))
	}
	if err != nil {
		return err
	}
	packets, zero := 0, 0
	var end error
	for {
		frame, info, err := s.ReadPacketData()
		if err != nil {
			end = err
			break
		}
		packets++
		link := s.LinkType()
		if len(info.AncillaryData) > 0 {
			link = info.AncillaryData[0].(layers.LinkType) // of the packet's own interface
		}
		z, err := zeroWindow(frame, link, info.CaptureLength == info.Length)
		if err != nil {
			return fmt.Errorf("packet %d: %w", packets, err)
		}
		if z {
			zero++
		}
	}
	if errors.Is(end, io.EOF) && r.fault == "" {
		end = nil
	}
	if packets != r.packets || zero != r.zero {
		return fmt.Errorf("%d packets, %d with window 0; the rule names %d and %d", packets, zero, r.packets, r.zero)
	}
	if (end != nil) != (r.fault != "") || end != nil && !strings.Contains(end.Error(), r.fault) {
		return fmt.Errorf("reading ends with %v; the rule names %q", end, r.fault)
	}
	return nil
}

// zeroWindow reports whether a frame has the header of a TCP segment with window 0. A whole packet must be well-formed,
// checksum included.
func zeroWindow(frame []byte, link layers.LinkType, whole bool) (bool, error) {
	if link == layers.LinkType(capture.LinkTypeUser0) {
		return false, nil
	}
	p := gopacket.NewPacket(frame, link, gopacket.Default)
	if fault := p.ErrorLayer(); whole && fault != nil {
		return false, fault.Error()
	}
	if s, ok := p.TransportLayer().(*layers.TCP); whole && ok {
		if err := s.SetNetworkLayerForChecksum(p.NetworkLayer()); err != nil {
			return false, err
		}
		c, err := s.ComputeChecksum()
		if err != nil {
			return false, err
		}
		if c != 0 {
			return false, fmt.Errorf("TCP checksum is off by %#x", c)
		}
	}
	header := tcpHeader(p)
	return len(header) >= 16 && be.Uint16(header[14:]) == 0, nil
}

// tcpHeader returns what follows IP if that is the begin of a TCP segment. gopacket leaves fragments alone and takes the
// missing part of a cut header for zeros, so its own TCP layer is of no use here.
func tcpHeader(p gopacket.Packet) []byte {
	switch l := p.NetworkLayer().(type) {
	case *layers.IPv4:
		if l.Protocol == tcp && l.FragOffset == 0 {
			return l.Payload
		}
	case *layers.IPv6:
		if l.NextHeader == tcp {
			return l.Payload
		}
		f, ok := p.Layer(layers.LayerTypeIPv6Fragment).(*layers.IPv6Fragment)
		if ok && f.NextHeader == tcp && f.FragmentOffset == 0 {
			return f.Payload
		}
	}
	return nil
}
