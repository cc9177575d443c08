package sdk

import (
	"errors"
	"strconv"
)

// PacketRow is one packet of a batch. Asking for a field that was not declared
// panics.
type PacketRow struct {
	p *Packets
	i int
}

// Flow is the slot of the packet's flow.
func (r PacketRow) Flow() uint32 { return r.p.Flow[r.i] }

// Time is when it was captured, nanoseconds since 1970 UTC.
func (r PacketRow) Time() int64 { return r.p.Time[r.i] }

// Window is the raw TCP window, 0 to 65535; 65536 where it was cut off.
func (r PacketRow) Window() uint32 { return r.p.Window[r.i] }

// TCPFlags are CWR ECE URG ACK PSH RST SYN FIN.
func (r PacketRow) TCPFlags() uint8 { return r.p.TCPFlags[r.i] }

// WireLen is its length on the wire, in bytes.
func (r PacketRow) WireLen() uint32 { return r.p.WireLen[r.i] }

// L7Len is its payload by the headers' lengths, in bytes.
func (r PacketRow) L7Len() uint16 { return r.p.L7Len[r.i] }

// PadLen is its padding, in bytes, where it has at most 64.
func (r PacketRow) PadLen() uint16 { return r.p.PadLen[r.i] }

// Payload is the first bytes of its payload that were captured, valid during the call
// of the stage.
func (r PacketRow) Payload() []byte { return r.p.Payload.Bytes(r.i) }

// EndRow is the end of one flow: what was declared can be read, every column of
// the plugin is to be written once. Asking for a field that was not declared
// panics.
type EndRow struct {
	b *Batch
	i int
}

// End goes on to flow end i: imported tables now stand as at this end, and
// changes of exported ones belong to it. Ends are taken in their order, each
// once.
func (b *Batch) End(i int) EndRow {
	e := b.env
	if i != e.next {
		e.fail(errors.New("flow end " + strconv.Itoa(i) + " is taken out of order"))
	}
	if e.puts != i*len(e.cells) && e.err == nil {
		e.err = e.complete(i)
	}
	if b.applied < len(b.Imports) {
		b.advance(i)
	}
	e.next, e.atEnd = i+1, true
	return EndRow{b, i}
}

// advance applies the changes of imported tables up to and with flow end i.
func (b *Batch) advance(i int) {
	for b.applied < len(b.Imports) && int(b.Imports[b.applied].At) <= i {
		d := &b.Imports[b.applied]
		b.applied++
		if int(d.Table) >= len(b.env.views) {
			b.env.fail(errors.New("change of a table that is not imported"))
		} else if apply := b.env.views[d.Table]; apply != nil {
			if err := apply(d); err != nil {
				b.env.fail(err)
			}
		}
	}
}

// Flow is the slot of the flow.
func (r EndRow) Flow() uint32 { return r.b.Ends.Flow[r.i] }

// At is the packet time that ended it, nanoseconds since 1970 UTC.
func (r EndRow) At() int64 { return r.b.Ends.At[r.i] }

// FirstSeen is the time of its first packet.
func (r EndRow) FirstSeen() int64 { return r.b.Ends.FirstSeen[r.i] }

// LastSeen is the time of its last packet.
func (r EndRow) LastSeen() int64 { return r.b.Ends.LastSeen[r.i] }

// FlowInd is the flow index, shared with the opposite direction.
func (r EndRow) FlowInd() uint64 { return r.b.Ends.FlowInd[r.i] }

// Dir is 0 for A, the client's direction, and 1 for B.
func (r EndRow) Dir() uint8 { return r.b.Ends.Dir[r.i] }

// SrcIP is the source address.
func (r EndRow) SrcIP() IP { return r.b.Ends.SrcIP[r.i] }

// DstIP is the destination address.
func (r EndRow) DstIP() IP { return r.b.Ends.DstIP[r.i] }

// SrcPort is the source port.
func (r EndRow) SrcPort() uint16 { return r.b.Ends.SrcPort[r.i] }

// DstPort is the destination port.
func (r EndRow) DstPort() uint16 { return r.b.Ends.DstPort[r.i] }

// Proto is the IP protocol, 0 for layer-2 flows.
func (r EndRow) Proto() uint8 { return r.b.Ends.Proto[r.i] }

// TCPStates is T2's tcpStatesAFlags, 0 for other flows than TCP.
func (r EndRow) TCPStates() uint8 { return r.b.Ends.TCPStates[r.i] }

// UTCOffset is the host's zone at At, in seconds east of UTC.
func (r EndRow) UTCOffset() int32 { return r.b.Ends.UTCOffset[r.i] }

// FlowStat is T2's flowStat.
func (r EndRow) FlowStat() uint64 { return r.b.Ends.FlowStat[r.i] }

// Opposite is the slot of the opposite, NoFlow without one. The two end in one
// batch, A before B.
func (r EndRow) Opposite() uint32 { return r.b.Ends.Opposite[r.i] }

// EtherType is that of the IP header, or of the layer-2 payload.
func (r EndRow) EtherType() uint16 { return r.b.Ends.EtherType[r.i] }

// Vec is the value of one of VecFields as on the wire: a list. It is valid during
// the call of the stage.
func (r EndRow) Vec(f EndField) []byte { return r.b.Ends.Vec(f).Bytes(r.i) }

// Bytes is the value of the declared column n of another plugin as on the wire,
// valid during the call of the stage.
func (r EndRow) Bytes(n int) []byte { return r.b.Ends.Columns[n].Bytes(r.i) }

// IP is the value of the declared column n, an address, of another plugin.
func (r EndRow) IP(n int) IP { return r.b.Ends.Columns[n].IP(r.i) }

// Uint is the value of the declared column n of another plugin.
func (r EndRow) Uint(n int) uint64 { return r.b.Ends.Columns[n].Uint(r.i) }

// Int is the value of the declared column n, a signed number, of another plugin.
func (r EndRow) Int(n int) int64 { return r.b.Ends.Columns[n].Int(r.i) }

// Float is the value of the declared column n, a float, of another plugin.
func (r EndRow) Float(n int) float64 { return r.b.Ends.Columns[n].Float(r.i) }
