package live

import (
	"io"
	"slices"
	"sync"
	"time"

	"github.com/google/gopacket/pcapgo"
	"golang.org/x/net/bpf"

	"github.com/t2host/t2host/host/capture"
)

// handle reads a socket frame by frame, where the kernel refuses the ring: it loses frames from some 100,000 a second on.
type handle struct {
	tally
	socket  *pcapgo.EthernetHandle
	frames  chan capture.Frame
	stopped chan struct{}
	once    sync.Once
	mu      sync.Mutex
	err     error
}

// openHandle opens a socket for the frames of an interface, if these are Ethernet's.
func openHandle(c Config, d device) (*handle, error) {
	socket, err := pcapgo.NewEthernetHandle(d.name)
	if err != nil {
		return nil, err
	}
	if err = socket.SetCaptureLength(min(c.Snaplen, DefaultSnaplen)); err == nil {
		err = socket.SetPromiscuous(c.Promiscuous)
	}
	if program := c.program(d.link, d.cooked); err == nil && program != nil {
		var list []bpf.RawInstruction
		for _, f := range program {
			list = append(list, bpf.RawInstruction{Op: f.Code, Jt: f.Jt, Jf: f.Jf, K: f.K})
		}
		err = socket.SetBPF(list)
	}
	if err != nil {
		socket.Close()
		return nil, err
	}
	h := &handle{tally: newTally(c, d), socket: socket, frames: make(chan capture.Frame, 1024), stopped: make(chan struct{})}
	go h.pump()
	return h, nil
}

// pump reads the socket, whose reads cannot be ended.
func (h *handle) pump() {
	defer h.socket.Close()
	defer close(h.frames)
	for {
		data, info, err := h.socket.ReadPacketData()
		if err != nil {
			h.mu.Lock()
			h.err = err
			h.mu.Unlock()
			return
		}
		if len(info.AncillaryData) > 0 && len(data) >= macsLength { // the tag that the kernel took out
			if tci, ok := info.AncillaryData[0].(int); ok {
				data = slices.Insert(data, macsLength, defaultTPID>>8, defaultTPID&0xff, byte(tci>>8), byte(tci))
				info.Length += tagLength
			}
		}
		select {
		case h.frames <- capture.Frame{Time: info.Timestamp.UnixNano(), Link: h.device.link, WireLen: uint32(info.Length), Data: data}:
		case <-h.stopped:
			return
		}
	}
}

func (h *handle) Next(f *capture.Frame) error {
	begun := time.Now()
	select {
	case got, ok := <-h.frames:
		if !ok {
			return io.EOF
		}
		h.number++
		*f = got
		f.Number = h.number
		return nil
	case <-h.stopped:
		return io.EOF
	case <-time.After(retire + late):
		h.quiet = begun.UnixNano()
		return capture.ErrIdle
	}
}

func (h *handle) Stop() { h.once.Do(func() { close(h.stopped) }) }

func (h *handle) Err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.err
}

func (h *handle) Info() capture.LiveInfo { return h.info("socket") }

func (h *handle) Stats() capture.LiveStats {
	if s, err := h.socket.Stats(); err == nil {
		h.stats.Ring += uint64(s.Drops)
	}
	return h.total()
}

// Close stops the capture. The socket is closed after the read that waits, with the next frame.
func (h *handle) Close() error {
	h.Stop()
	return nil
}
