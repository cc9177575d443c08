// Package batch turns packets and flow ends, in capture order, into batches of
// columns: those that the plugins of the run declared, built once for all of
// them.
package batch

import (
	"math"
	"slices"
	"time"

	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/host/internal/flowtable"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// MaxBytes bounds a batch on its way to a plugin.
const MaxBytes = 1 << 20

// Layout is what the plugins of a run read, in their order, and the columns that the host
// builds for them.
type Layout struct {
	plugins []*sdk.Plugin
	packets [field.AllRows + 1]field.Packet // by rows: the union of the fields
	used    [field.AllRows + 1]bool
	spread  bool                    // columns of TCP packets are read as columns of all packets
	orders  [field.AllRows + 1]bool // packets tell their places
	starts  bool
	start   field.Flow // the union of the fields
	ends    bool
	end     field.Flow // the union of the fields

	zone   *Zone
	stacks *decode.Stacks
	value  []byte // of a list on its way into a column

	// Bytes of a packet's payload and of its headers, the most that a plugin reads.
	payload, header int

	maxRows  int
	rowBytes int // the most that a plugin reads, without payload
	endBytes int // of a begin or an end
}

// NewLayout returns the layout for plugins and batches of maxRows rows, in the host's zone,
// with the header stacks of the decoder.
// Its flow ends have the fields of passed too, which rows pass on.
func NewLayout(plugins []*sdk.Plugin, passed field.Flow, maxRows int, zone *time.Location, stacks *decode.Stacks) *Layout {
	l := &Layout{plugins: plugins, end: passed, maxRows: maxRows, zone: NewZone(zone), stacks: stacks}
	for _, p := range plugins {
		rows := p.Packets.Rows
		l.packets[rows] |= p.Packets.Fields | field.FrameNum // an error names the packet
		l.used[rows] = true
		l.orders[rows] = l.orders[rows] || p.Packets.Tables
		l.spread = l.spread || rows == field.TCPRows && len(p.Packets.Columns) > 0
		l.starts = l.starts || p.Starts.On
		l.start |= p.Starts.Fields
		l.ends = l.ends || p.Ends.On
		l.end |= p.Ends.Fields
		l.rowBytes = max(l.rowBytes, p.Packets.Size())
		l.endBytes = max(l.endBytes, p.Starts.Size(), p.Ends.Size(), width(p.Columns))
		if p.Packets.Fields&field.Payload != 0 {
			l.payload = max(l.payload, p.Packets.PayloadLen)
		}
		if p.Packets.Fields&field.Header != 0 {
			l.header = max(l.header, p.Packets.HeaderLen)
		}
	}
	l.used[field.NoRows] = false
	return l
}

// width returns the bytes of a flow end in a plugin's answer, without texts.
func width(columns []sdk.ColumnInfo) int {
	n := 0
	for _, c := range columns {
		n += c.Type.Size()
	}
	return n
}

// Details reports whether the flow table must keep flows' details.
func (l *Layout) Details() bool { return l.end&details != 0 }

// Payload returns how many bytes of each packet's payload the plugins read.
func (l *Layout) Payload() int { return l.payload }

// Header returns how many bytes of each packet from its IP header on the plugins read.
func (l *Layout) Header() int { return l.header }

// Fields reports whether plugins read what is in decode.Fields.
func (l *Layout) Fields() bool { return l.packet()&(extraFields|field.WindowScaled) != 0 }

// Starts reports whether plugins read the begins of flows.
func (l *Layout) Starts() bool { return l.starts }

// Ticks returns the intervals of the plugins' ticks in nanoseconds, 0 of those without.
func (l *Layout) Ticks() []int64 {
	var list []int64
	for _, p := range l.plugins {
		list = append(list, p.Ticks.Every)
	}
	return list
}

// More reports whether plugins, or their rules, read more of a packet than its headers.
func (l *Layout) More() bool {
	const more = extraFields | field.WindowScaled | field.PktDir | field.Payload | field.Header
	return l.packet()&more != 0 || slices.ContainsFunc(l.plugins, func(p *sdk.Plugin) bool { return len(p.EndRules) > 0 })
}

// Scale reports whether the flow table must keep the scale of windows.
func (l *Layout) Scale() bool { return l.packet()&field.WindowScaled != 0 }

// packet returns the fields that are read of packets, by plugins or by their rules.
func (l *Layout) packet() field.Packet {
	fields := l.packets[field.TCPRows] | l.packets[field.AllRows]
	for _, p := range l.plugins {
		for _, r := range p.EndRules {
			fields |= r.Field
		}
	}
	return fields
}

// Selects reports whether packets with these headers are rows of that selection.
func Selects(rows field.Rows, h *decode.Headers) bool {
	return rows == field.AllRows || rows == field.TCPRows && h.Key.Proto == decode.ProtoTCP && h.Key.Kind != decode.Layer2 && !h.FragOffset
}

// Batch is the events of a stretch of the capture and, for each plugin, its view of them and
// its answer.
type Batch struct {
	Number, First, Last uint64 // see sdk.Batch
	Time                int64
	Final               bool
	Totals              sdk.Totals
	Monitored           bool // what the plugins' metrics are after it is to be kept, see Metrics

	layout  *Layout
	packets [field.AllRows + 1]sdk.Packets
	tcp     []int // the TCP packets' indexes among all, with Layout.spread
	starts  sdk.Starts
	ends    sdk.Ends
	ticks   []sdk.Ticks // by plugin
	// How many rows come before each, by rows.
	startsBefore, before [field.AllRows + 1][]uint32
	order                uint32 // of the next event
	events               int    // that a plugin reads
	bytes                int
	views                []sdk.Batch
	changes              []Changes
	absent               []bool // see SetAbsent
	metrics              [][]uint64
}

// New returns an empty batch of the layout.
func (l *Layout) New() *Batch {
	n := len(l.plugins)
	return &Batch{layout: l, ticks: make([]sdk.Ticks, n), views: make([]sdk.Batch, n), changes: make([]Changes, n), absent: make([]bool, n), metrics: make([][]uint64, n)}
}

// View returns the batch as plugin i reads it, except for the columns and tables of other
// plugins, which are as the view's last user left them.
func (b *Batch) View(i int) *sdk.Batch {
	p, v := b.layout.plugins[i], &b.views[i]
	v.Number, v.First, v.Last, v.Time, v.Final, v.Totals = b.Number, b.First, b.Last, b.Time, b.Final, b.Totals
	v.Events = b.order
	payload, header := v.Packets.Payload, v.Packets.Header // memory that firstBytes used before
	v.Packets = b.packets[p.Packets.Rows].Only(p.Packets.Fields)
	if n := p.Packets.PayloadLen; p.Packets.Fields&field.Payload != 0 && n < b.layout.payload {
		v.Packets.Payload = firstBytes(payload, &v.Packets.Payload, n)
	}
	if n := p.Packets.HeaderLen; p.Packets.Fields&field.Header != 0 && n < b.layout.header {
		v.Packets.Header = firstBytes(header, &v.Packets.Header, n)
	}
	if !p.Packets.Tables {
		v.Packets.Order = nil
	}
	v.Starts, v.Ticks = sdk.Starts{}, b.ticks[i]
	if p.Starts.On {
		v.Starts = b.starts.Only(p.Starts.Fields)
		v.Starts.Before = b.startsBefore[p.Packets.Rows]
	}
	columns := v.Ends.Columns
	v.Ends = sdk.Ends{}
	if p.Ends.On {
		v.Ends = b.ends.Only(p.Ends.Fields)
		v.Ends.Before = b.before[p.Packets.Rows]
	}
	v.Ends.Columns = columns
	return v
}

// Ends returns the batch's flow ends with all fields of the layout.
func (b *Batch) Ends() *sdk.Ends { return &b.ends }

// Answer returns the answer of plugin i to the batch: its columns.
func (b *Batch) Answer(i int) *answer.Answer { return &b.views[i].Out }

// PacketColumns appends the columns that plugin i answered for packets, with a value for each packet that has a flow: zero or empty
// where it did not select the packet.
func (b *Batch) PacketColumns(to []value.Vec, i int) []value.Vec {
	p := b.layout.plugins[i]
	if p.Packets.Rows == field.AllRows {
		return append(to, b.views[i].Out.Packets...)
	}
	for k := range b.views[i].Out.Packets {
		to = append(to, b.views[i].Out.Packets[k].Spread(b.tcp, b.packets[field.AllRows].N))
	}
	return to
}

// Changes returns the changes that plugin i made to its tables.
func (b *Batch) Changes(i int) *Changes { return &b.changes[i] }

// Zeros returns a column of n zero values, as that of an optional plugin that is not loaded.
func Zeros(t value.Type, n int) value.Vec {
	v := value.Vec{Type: t}
	v.SetZeros(n)
	return v
}

// SetAbsent sets the answer of plugin i to zeros, as that of one that is not loaded, and returns the number of flow ends that it did not see.
func (b *Batch) SetAbsent(i int) (ends int) {
	v := b.View(i)
	b.changes[i].reset()
	v.Out.Reset(b.layout.plugins[i].Columns)
	for k, c := range b.layout.plugins[i].Columns {
		v.Out.Columns[k] = Zeros(c.Type, v.Ends.N)
	}
	for _, c := range b.layout.plugins[i].Packets.Columns {
		v.Out.Packets = append(v.Out.Packets, Zeros(c.Type, v.Packets.N))
	}
	b.absent[i] = true
	return v.Ends.N
}

// SetMetrics keeps what the metrics of plugin i are after the batch, if it is monitored; Metrics returns them.
func (b *Batch) SetMetrics(i int, values []uint64) {
	if b.Monitored {
		b.metrics[i] = append(b.metrics[i][:0], values...)
	}
}

// Metrics returns what SetMetrics has kept of plugin i, nothing if its metrics have never changed.
func (b *Batch) Metrics(i int) []uint64 { return b.metrics[i] }

// Absent reports whether plugin i has zeros for answer.
func (b *Batch) Absent(i int) bool { return b.absent[i] }

// Reset empties the batch.
func (b *Batch) Reset() {
	b.Number, b.First, b.Last, b.Time, b.Final, b.Totals, b.Monitored = 0, 0, 0, 0, false, sdk.Totals{}, false
	for i := range b.packets {
		b.packets[i].Reset()
		b.before[i], b.startsBefore[i] = b.before[i][:0], b.startsBefore[i][:0]
	}
	b.tcp = b.tcp[:0]
	b.starts.Reset()
	b.ends.Reset()
	for i := range b.ticks {
		b.ticks[i].Reset()
	}
	b.order, b.events, b.bytes = 0, 0, 0
	for i := range b.changes {
		b.changes[i].reset()
	}
	clear(b.absent)
}

// Empty reports whether the batch holds nothing that a plugin would read.
func (b *Batch) Empty() bool { return b.events == 0 }

// Full reports whether there is no room for another event.
func (b *Batch) Full() bool {
	l := b.layout
	return b.events >= l.maxRows || b.bytes+max(l.rowBytes+l.payload+l.header, l.endBytes) > MaxBytes/2
}

// seen notes a frame whose events the batch holds, and its time.
func (b *Batch) seen(number uint64, time int64) {
	b.Last, b.Time = number, time
	if b.First == 0 {
		b.First = number
	}
}

// Packet is a packet of a flow, and what is known of it.
type Packet struct {
	Slot    uint32
	Headers *decode.Headers
	Fields  *decode.Fields // set if the layout needs them
	Flow    *flowtable.Flow
	Window  uint32 // scaled, see field.WindowScaled

	Payload, Header []byte // not longer than the layout's
}

// dir returns the packet's direction.
func (p *Packet) dir() uint8 { return dirOf(p.Flow) }

// dirOf returns the direction of f: 0 for A, 1 for B.
func dirOf(f *flowtable.Flow) uint8 {
	if f.Inverted {
		return 1
	}
	return 0
}

// AddPacket adds a packet.
func (b *Batch) AddPacket(p *Packet) {
	h := p.Headers
	b.seen(h.Number, h.Time)
	l := b.layout
	added := false
	if l.used[field.TCPRows] && Selects(field.TCPRows, h) {
		b.addRow(field.TCPRows, p)
		added = true
		if l.spread {
			b.tcp = append(b.tcp, b.packets[field.AllRows].N)
		}
	}
	if l.used[field.AllRows] {
		b.addRow(field.AllRows, p)
		added = true
	}
	b.order++
	if added {
		b.events++
		b.bytes += l.rowBytes + len(p.Payload) + len(p.Header)
	}
}

func (b *Batch) addRow(rows field.Rows, p *Packet) {
	r := &b.packets[rows]
	addRow(r, b.layout.packets[rows], p)
	if b.layout.orders[rows] {
		r.Order = append(r.Order, b.order)
	}
}

// AddStart adds the begin of the flow in slot, with its first packet.
func (b *Batch) AddStart(slot uint32, f *flowtable.Flow, h *decode.Headers) {
	b.seen(h.Number, h.Time)
	l := b.layout
	if !l.starts {
		return
	}
	b.events++
	b.bytes += l.endBytes
	for rows := range b.startsBefore {
		b.startsBefore[rows] = append(b.startsBefore[rows], uint32(b.packets[rows].N))
	}
	s := &b.starts
	s.N++
	s.Flow = append(s.Flow, slot)
	s.Order = append(s.Order, b.order)
	b.order++
	addStart(s, l.start, f, dirOf(f))
}

// NoTick is the time of no tick.
const NoTick = math.MinInt64

// AddTicks adds the ticks that frame number, at now, passes: of each plugin the last one, or NoTick.
// They are one event.
func (b *Batch) AddTicks(number uint64, now int64, times []int64) {
	b.seen(number, now)
	for i, at := range times {
		if at == NoTick {
			continue
		}
		t := &b.ticks[i]
		t.N++
		t.Time = append(t.Time, at)
		t.UTCOffset = append(t.UTCOffset, b.layout.zone.Offset(at))
		t.Before = append(t.Before, uint32(b.packets[b.layout.plugins[i].Packets.Rows].N))
		t.Order = append(t.Order, b.order)
		b.events++
		b.bytes += b.layout.plugins[i].Ticks.Size()
	}
	b.order++
}

// firstBytes appends the first n bytes of each payload to a column, in the column's memory.
func firstBytes(to value.Vec, from *value.Vec, n int) value.Vec {
	to.Reset(value.Text)
	for i := range from.Ends {
		p := from.Bytes(i)
		to.Append(p[:min(n, len(p))])
	}
	return to
}

// End is the end of a flow, and what is known of it.
type End struct {
	Slot    uint32
	Flow    *flowtable.Flow
	Details *flowtable.Details // set if the layout needs them
	Dir     uint8              // 0 = A, 1 = B
	Number  uint64             // of the frame that caused it
	Now     int64              // that frame's packet time
	At      int64              // packet time of the end, not after Now
}

// AddEnd adds the end of a flow.
func (b *Batch) AddEnd(end End) {
	b.seen(end.Number, end.Now)
	l := b.layout
	if !l.ends {
		return
	}
	b.events++
	b.bytes += l.endBytes
	for rows := range b.before {
		b.before[rows] = append(b.before[rows], uint32(b.packets[rows].N))
	}
	e := &b.ends
	e.N++
	e.Flow = append(e.Flow, end.Slot)
	e.Order = append(e.Order, b.order)
	b.order++
	addFields(e, l.end, end.Flow, end.Dir, end.At)
	if l.end&field.UTCOffset != 0 {
		e.UTCOffset = append(e.UTCOffset, l.zone.Offset(end.At))
	}
	if l.Details() {
		b.addDetails(end.Details)
	}
}

func ipOf(k *decode.Key, addr [16]byte) sdk.IP {
	switch k.Kind {
	case decode.IPv4:
		return sdk.IPv4(addr)
	case decode.IPv6:
		return sdk.IPv6(addr)
	}
	return sdk.IP{}
}
