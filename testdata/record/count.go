package main

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// A direction is what one side of a TCP connection sent.
type direction struct {
	from, to   netip.AddrPort
	packets    int
	shut       int // packets with window 0, resets too
	since      time.Time
	total, max time.Duration // how long the window was shut, up to the direction's last packet
	last       time.Time
}

// countFiles prints what captures hold, so that a new recording can be judged: the directions that a plugin counting
// windows would list have at least 50 packets and a window of 0 among them.
func countFiles(paths []string) error {
	for _, path := range paths {
		if err := countFile(path); err != nil {
			return fmt.Errorf("count %s: %w", path, err)
		}
	}
	return nil
}

func countFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var source gopacket.PacketDataSource
	if filepath.Ext(path) == ".pcapng" {
		source, err = pcapgo.NewNgReader(file, pcapgo.DefaultNgReaderOptions)
	} else {
		source, err = pcapgo.NewReader(file)
	}
	if err != nil {
		return err
	}
	var packets, tcp, zero, doubled, backwards int
	var first, last time.Time
	var before [4]string // the latest frames: a packet seen twice is one of them
	found := map[[2]netip.AddrPort]*direction{}
	var order []*direction
	for {
		data, info, err := source.ReadPacketData()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if packets == 0 {
			first = info.Timestamp
		}
		if info.Timestamp.Before(last) {
			backwards++
		}
		for _, b := range before {
			if b == string(data) {
				doubled++
			}
		}
		before[packets%len(before)] = string(data)
		last = info.Timestamp
		packets++
		from, to, window, ok := decode(data)
		if !ok {
			continue
		}
		tcp++
		key := [2]netip.AddrPort{from, to}
		d := found[key]
		if d == nil {
			d = &direction{from: from, to: to}
			found[key], order = d, append(order, d)
		}
		if window == 0 {
			zero++
		}
		d.count(window, info.Timestamp)
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d bytes, %d packets, %d of TCP in %d directions, %d with window 0, %.1f s, %d out of order, %d seen twice\n",
		path, size, packets, tcp, len(order), zero, last.Sub(first).Seconds(), backwards, doubled)
	hosts := map[netip.Addr]bool{}
	for _, d := range order {
		if d.shut > 0 {
			if d.packets >= 50 {
				hosts[d.from.Addr()] = true
			}
			fmt.Printf("  %s to %s: %d packets, %d with window 0, shut %.2f s, longest %.2f s, last packet at %.2f s\n",
				d.from, d.to, d.packets, d.shut, d.total.Seconds(), d.max.Seconds(), d.last.Sub(first).Seconds())
		}
	}
	fmt.Printf("  %d hosts for the table\n", len(hosts))
	return nil
}

func (d *direction) count(window uint16, at time.Time) {
	d.packets++
	if !d.since.IsZero() {
		d.total += at.Sub(d.last)
		d.max = max(d.max, at.Sub(d.since))
	}
	switch {
	case window > 0:
		d.since = time.Time{}
	case d.since.IsZero():
		d.since = at
	}
	if window == 0 {
		d.shut++
	}
	d.last = at
}

// decode reads a TCP segment's ends and window.
func decode(data []byte) (from, to netip.AddrPort, window uint16, ok bool) {
	p := gopacket.NewPacket(data, layers.LayerTypeEthernet, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
	segment, ok := p.TransportLayer().(*layers.TCP)
	if !ok {
		return from, to, 0, false
	}
	src, dst := p.NetworkLayer().NetworkFlow().Endpoints()
	a, _ := netip.AddrFromSlice(src.Raw())
	b, _ := netip.AddrFromSlice(dst.Raw())
	return netip.AddrPortFrom(a, uint16(segment.SrcPort)), netip.AddrPortFrom(b, uint16(segment.DstPort)), segment.Window, true
}
