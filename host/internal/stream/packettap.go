package stream

import (
	"slices"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// PacketTap is the stage after all others that puts packets that have a flow into their stream.
type PacketTap struct {
	puts    []Put
	columns []packetColumn
	used    []bool       // by column: somebody reads it
	plugins []value.Vec  // the columns of plugins at the packets of the batch in work, see SetColumns
	flows   []packetFlow // by slot
	rows    Rows
	vecs    []value.Vec // by column
}

// packetFlow is what is known of the flow in a slot.
type packetFlow struct {
	flowInd          uint64
	first, last      int64 // packet time
	srcIP, dstIP     sdk.IP
	opposite         uint32 // sdk.NoFlow if there is none yet
	srcPort, dstPort uint16
	vlan, etherType  uint16
	proto            uint8
	seen             bool // a packet, of which last is the time
}

// NewPacketTap returns a tap of the packets of a run with these plugins.
func NewPacketTap(plugins []*sdk.Plugin) *PacketTap {
	t := &PacketTap{}
	t.columns, _ = packetColumnsOf(plugins)
	t.used, t.vecs = make([]bool, len(t.columns)), make([]value.Vec, len(t.columns))
	return t
}

// Add adds a reader of these columns of the stream.
func (t *PacketTap) Add(columns []int, put Put) {
	t.puts = append(t.puts, put)
	for _, i := range columns {
		t.used[i] = true
	}
}

// Plugin returns the declaration of the tap.
func (t *PacketTap) Plugin() *sdk.Plugin {
	fields := field.Time
	payload := false
	for i := range t.columns {
		if t.used[i] {
			fields |= t.columns[i].field
			payload = payload || t.columns[i].Name == content.Name
		}
	}
	fields |= field.PktDir
	p := &sdk.Plugin{
		Name: "packets", Number: 999, Version: "1.0.0", Doc: "puts packets into their stream",
		Packets: sdk.All(fields),
		Starts:  sdk.Start(field.FlowInd, field.FirstSeen, field.SrcIP, field.DstIP, field.SrcPort, field.DstPort, field.Proto, field.Opposite, field.VLAN, field.EtherType),
	}
	if payload || fields&field.Payload != 0 {
		p.Packets = p.Packets.WithPayload(sdk.MaxPayload)
	}
	return p
}

// SetColumns sets the plugins' columns of packets of the batch that comes next, in the order of the plugins: each has a value
// for each packet that has a flow.
func (t *PacketTap) SetColumns(columns []value.Vec) { t.plugins = columns }

// Batch puts the packets of a batch into the stream.
func (t *PacketTap) Batch(b *sdk.Batch) error {
	t.begin(&b.Starts) // a slot has one flow in a batch
	p := &b.Packets
	if p.N == 0 {
		return nil
	}
	t.rows.N, t.rows.At, t.rows.Columns = p.N, p.Time, t.rows.Columns[:0]
	for i := range t.columns {
		c, v := &t.columns[i], &t.vecs[i]
		switch {
		case !t.used[i]:
		case c.plugin >= 0:
			v = &t.plugins[c.plugin]
		case c.field != 0:
			setPacketField(v, p, c.field)
			v.Type = c.Type
		default:
			v.Reset(c.Type)
		}
		t.rows.Columns = append(t.rows.Columns, v)
	}
	for i := range p.N {
		t.packet(p, i)
	}
	for _, put := range t.puts {
		if err := put(&t.rows); err != nil {
			return err
		}
	}
	return nil
}

// packet adds the values of packet i that are no field of it.
func (t *PacketTap) packet(p *sdk.Packets, i int) {
	at := p.Time[i]
	f := &t.flows[p.Flow[i]]
	row := packet{flow: f, dir: p.PktDir[i]}
	if f.seen {
		row.sincePrevious = at - f.last
	}
	if f.opposite != sdk.NoFlow {
		if o := &t.flows[f.opposite]; o.seen {
			row.sinceOpposite = at - o.last
		}
	}
	f.last, f.seen = at, true
	if p.Payload.Type != 0 {
		row.payload = p.Payload.Bytes(i)
	}
	for k := range t.columns {
		if put := t.columns[k].put; put != nil && t.used[k] {
			put(&t.vecs[k], &row)
		}
	}
}

// begin notes the flows that begin.
func (t *PacketTap) begin(s *sdk.Starts) {
	for i, slot := range s.Flow {
		if n := int(slot) + 1; n > len(t.flows) {
			t.flows = slices.Grow(t.flows, n-len(t.flows))[:n]
		}
		t.flows[slot] = packetFlow{
			flowInd: s.FlowInd[i], first: s.FirstSeen[i], srcIP: s.SrcIP[i], dstIP: s.DstIP[i], opposite: s.Opposite[i],
			srcPort: s.SrcPort[i], dstPort: s.DstPort[i], vlan: s.VLAN[i], etherType: s.EtherType[i], proto: s.Proto[i],
		}
		if other := s.Opposite[i]; other != sdk.NoFlow {
			t.flows[other].opposite = slot
		}
	}
}

// Close has nothing to release.
func (t *PacketTap) Close() error { return nil }
