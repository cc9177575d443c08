// Package tcpstream puts the payload of TCP packets in order: each direction's bytes by their
// sequence numbers, each once (RFC 9293, 3.4). It is for plugins, in every runtime.
//
// A plugin declares what [Streams] reads, and hands it what it is called with:
//
//	Starts:  tcpstream.Starts,
//	Packets: tcpstream.Packets,
//	Ends:    sdk.End(),
//	…
//	s := tcpstream.New(tcpstream.Config{Data: t.data})
//	return &sdk.Loop{StartFlow: s.StartFlow, Packet: s.Packet, EndFlow: t.endFlow}, nil
//
// and in its EndFlow calls [Streams.EndFlow].
package tcpstream

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// What a plugin must declare, at least.
var (
	Starts  = sdk.Start(field.Opposite)
	Packets = sdk.TCP(field.TCPSeq, field.TCPAck, field.TCPFlags, field.L7Len).WithPayload(sdk.MaxPayload)
)

// Bounds of what waits for bytes that come before it.
const (
	DefaultPerFlow = 256 << 10
	DefaultTotal   = 16 << 20
)

// End is how a direction ended.
type End uint8

// How a direction ended.
const (
	Timeout End = iota // its flow ended, and nothing had closed it
	FIN                // all its bytes up to its FIN came
	RST                // it was reset: at once by its own side, at the end of its flow by the other one, which may be forged
)

// Config is what is called, and what is held. A nil callback is not called.
type Config struct {
	// Data is called with the next bytes of a flow. They are valid during the call.
	Data func(flow uint32, data []byte)
	// Gap is called where n bytes are missing: they were not captured, or too many bytes wait
	// for them.
	Gap func(flow uint32, n uint32)
	// End is called once for each flow that had a packet, after all its bytes.
	End func(flow uint32, why End)

	// LastWins makes bytes that come twice, and differ, those of the later packet, as far as they
	// wait for others. Else the first ones count, as in most receivers.
	LastWins bool
	// Bounds in bytes of what waits in a flow, and in all, where each segment counts 64 bytes more;
	// 0: DefaultPerFlow, DefaultTotal.
	PerFlow, Total int
}

// Streams puts the packets of a run in order.
type Streams struct {
	Config
	flows sdk.PerFlow[stream]
	held  int // what waits counts as, in all
}

// New returns streams without a packet.
func New(c Config) *Streams {
	if c.PerFlow == 0 {
		c.PerFlow = DefaultPerFlow
	}
	if c.Total == 0 {
		c.Total = DefaultTotal
	}
	return &Streams{Config: c}
}

// stream is one direction.
type stream struct {
	opposite uint32 // slot, and 1, or 0
	next     uint32 // sequence number of the next byte
	finAt    uint32 // that of the FIN
	begun    bool
	fin      bool
	ended    bool
	reset    bool      // by either side
	waiting  []segment // in order, without overlaps, all after next
	bytes    int       // that they count as
}

// Flags of TCP.
const (
	fin = 0x01
	syn = 0x02
	rst = 0x04
	ack = 0x10
)

// State is what the package keeps of a flow, for Spec.State, beside what waits in it.
func State() sdk.State { return sdk.StateOf[stream]() }

// StartFlow notes a flow and its opposite.
func (s *Streams) StartFlow(start sdk.StartRow) {
	if o := start.Opposite(); o != sdk.NoFlow {
		s.flows.At(start.Flow()).opposite = o + 1
		s.flows.At(o).opposite = start.Flow() + 1
	}
}

// Packet adds a packet.
func (s *Streams) Packet(p sdk.PacketRow) {
	slot := p.Flow()
	f, flags := s.flows.At(slot), p.TCPFlags()
	seq, length, payload := p.TCPSeq(), p.L7Len(), p.Payload()
	if flags&syn != 0 {
		seq++ // of the first byte of data, also of TCP Fast Open
	}
	if !f.begun {
		f.begun, f.next = true, seq
	}
	if flags&ack != 0 && f.opposite != 0 {
		s.acknowledged(f.opposite-1, p.TCPAck())
	}
	if flags&rst != 0 { // its payload is no data (RFC 9293, 3.5.3)
		s.end(slot, f, RST)
		f.reset = true
		if f.opposite != 0 {
			s.flows.At(f.opposite - 1).reset = true
		}
	}
	if f.ended {
		return
	}
	if length > 0 {
		s.add(slot, f, segment{seq: seq, data: payload, missing: length - min(length, uint32(len(payload)))})
	}
	if flags&fin != 0 && !f.fin {
		f.fin, f.finAt = true, seq+length
	}
	s.close(slot, f)
}

// EndFlow ends a flow: what waits comes after the bytes that are missing.
func (s *Streams) EndFlow(slot uint32) {
	f := s.flows.At(slot)
	why := Timeout
	if f.reset {
		why = RST
	}
	s.end(slot, f, why)
	if f.opposite != 0 {
		s.flows.At(f.opposite - 1).opposite = 0
	}
	*f = stream{}
}

// add adds a segment, and hands on what is in order.
func (s *Streams) add(slot uint32, f *stream, g segment) {
	if len(f.waiting) == 0 && g.seq == f.next { // most are
		s.hand(slot, f, g)
		return
	}
	if g = g.from(f.next); g.length() == 0 {
		return
	}
	s.held -= f.bytes
	f.waiting = insert(f.waiting, g, s.LastWins)
	f.bytes = cost(f.waiting)
	s.held += f.bytes
	s.drain(slot, f)
	for len(f.waiting) > 0 && (f.bytes > s.PerFlow || s.held > s.Total) {
		s.skip(slot, f)
	}
}

// drain hands on what waits and is next.
func (s *Streams) drain(slot uint32, f *stream) {
	n := 0
	for ; n < len(f.waiting) && f.waiting[n].seq == f.next; n++ {
		g := f.waiting[n]
		f.bytes -= g.cost()
		s.held -= g.cost()
		s.hand(slot, f, g)
	}
	f.waiting = append(f.waiting[:0], f.waiting[n:]...)
	if len(f.waiting) == 0 {
		f.waiting = nil
	}
}

func (s *Streams) hand(slot uint32, f *stream, g segment) {
	f.next = g.end()
	if len(g.data) > 0 && s.Data != nil {
		s.Data(slot, g.data)
	}
	s.gap(slot, g.missing)
}

func (s *Streams) gap(slot, n uint32) {
	if n > 0 && s.Gap != nil {
		s.Gap(slot, n)
	}
}

// skip goes on with the first segment that waits: the bytes before it are missing.
func (s *Streams) skip(slot uint32, f *stream) {
	s.gap(slot, f.waiting[0].seq-f.next)
	f.next = f.waiting[0].seq
	s.drain(slot, f)
}

// acknowledged notes that the other side has all bytes before a number: those that are missing here
// do not come any more.
func (s *Streams) acknowledged(slot, number uint32) {
	f := s.flows.At(slot)
	if f.ended {
		return
	}
	for len(f.waiting) > 0 && after(number, f.waiting[0].seq) {
		s.skip(slot, f)
	}
	s.close(slot, f)
}

// close ends a flow whose bytes up to its FIN have come.
func (s *Streams) close(slot uint32, f *stream) {
	if f.fin && !after(f.finAt, f.next) {
		s.end(slot, f, FIN)
	}
}

func (s *Streams) end(slot uint32, f *stream, why End) {
	if f.ended || !f.begun {
		return
	}
	for len(f.waiting) > 0 {
		s.skip(slot, f)
	}
	f.ended = true
	if s.End != nil {
		s.End(slot, why)
	}
}
