package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// snap is the captured bytes of a frame: all headers (Ethernet 14, IPv6 40, TCP at most 60), and of most frames some
// payload. The captures live in the repository, so they keep no more.
const snap = 14 + 40 + 60

// end is where the datagram goes that ends a recording; no scene uses the address. The handle hides its descriptor and
// has no deadline, so a blocked read ends by a packet or not at all.
const end = "127.0.0.1:9"

type packetWriter interface {
	WritePacket(gopacket.CaptureInfo, []byte) error
}

// A recorder writes what lo carries into a file, nanosecond pcap or, by its name, pcapng.
type recorder struct {
	handle *pcapgo.EthernetHandle
	file   *os.File
	writer packetWriter
	ng     *pcapgo.NgWriter // nil for pcap
	done   chan error
}

func startRecorder(path string) (*recorder, error) {
	handle, err := pcapgo.NewEthernetHandle("lo")
	if err != nil {
		return nil, fmt.Errorf("packet socket: %w", err)
	}
	if err := handle.SetCaptureLength(snap); err != nil {
		return nil, err
	}
	// A packet socket on lo sees each packet as it leaves and as it arrives. Only the arriving one is wanted, and the
	// handle does not tell them apart; the kernel's filter does.
	filter, err := bpf.Assemble([]bpf.Instruction{
		bpf.LoadExtension{Num: bpf.ExtType},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.PACKET_OUTGOING, SkipTrue: 1},
		bpf.RetConstant{Val: snap},
		bpf.RetConstant{Val: 0},
	})
	if err != nil {
		return nil, err
	}
	if err := handle.SetBPF(filter); err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	r := &recorder{handle: handle, file: file, done: make(chan error, 1)}
	if err := r.header(path); err != nil {
		return nil, fmt.Errorf("header of %s: %w", path, err)
	}
	go func() { r.done <- r.loop() }()
	return r, nil
}

func (r *recorder) header(path string) error {
	if filepath.Ext(path) != ".pcapng" {
		w := pcapgo.NewWriterNanos(r.file)
		r.writer = w
		return w.WriteFileHeader(snap, layers.LinkTypeEthernet)
	}
	// pcapgo writes the operating system into its default section: nothing of this machine belongs into the file.
	options := pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "t2host testdata/record"}}
	lo := pcapgo.NgInterface{Name: "lo", LinkType: layers.LinkTypeEthernet, SnapLength: snap, TimestampResolution: 9}
	w, err := pcapgo.NewNgWriterInterface(r.file, lo, options)
	if err != nil {
		return err
	}
	r.writer, r.ng = w, w
	return nil
}

func (r *recorder) loop() error {
	stop := net.IPv4(127, 0, 0, 1).To4()
	for {
		data, info, err := r.handle.ZeroCopyReadPacketData()
		if err != nil {
			return err
		}
		if len(data) >= 34 && data[12] == 8 && data[13] == 0 && bytes.Equal(data[30:34], stop) {
			return nil
		}
		info.InterfaceIndex = 0 // the kernel's number; pcapng wants its own
		info.AncillaryData = nil
		if err := r.writer.WritePacket(info, data); err != nil {
			return err
		}
	}
}

// stop ends the recording after the packets seen so far and closes the file. A packet that the socket lost is an error.
func (r *recorder) stop() error {
	c, err := net.Dial("udp", end)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.Write([]byte("end")); err != nil {
		return err
	}
	select {
	case err = <-r.done:
	case <-time.After(5 * time.Second):
		err = fmt.Errorf("%s: recording does not end", r.file.Name())
	}
	if err != nil {
		return err
	}
	s, err := r.handle.Stats()
	if err != nil {
		return fmt.Errorf("%s: packets lost: %w", r.file.Name(), err)
	}
	if s.Drops > 0 {
		return fmt.Errorf("%s: %d packets lost", r.file.Name(), s.Drops)
	}
	if r.ng != nil {
		if err := r.ng.Flush(); err != nil {
			return err
		}
	}
	return r.file.Close()
}
