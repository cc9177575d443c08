package stream

import (
	"slices"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// firstPacketFields are those that T2's text shows, after the columns of the flow.
var firstPacketFields = []field.Packet{field.WireLen, field.L7Len, field.PadLen, field.TCPFlags, field.Window, field.TCPSeq, field.TCPAck}

// packetColumn is a column of the stream of packets and where its values are from: a field of the packet, a column of a
// plugin, or put.
type packetColumn struct {
	value.Column
	owner  string
	field  field.Packet
	plugin int // number of the plugins' column; -1: none
	put    func(v *value.Vec, p *packet)
}

// packet is what a stream's row of a packet has that is no field of it.
type packet struct {
	flow                         *packetFlow
	dir                          uint8
	sincePrevious, sinceOpposite int64
	payload                      []byte
}

// hostFirst are the columns before, hostFlow those after the columns of plugins.
var (
	hostFirst = []packetColumn{
		{Column: value.Column{Name: "pktNo", Type: value.Uint64, Doc: "the frame's number in the capture, from 1"}, field: field.FrameNum},
		{Column: value.Column{Name: "time", Type: value.Time, Doc: "when it was captured"}, field: field.Time},
		{Column: value.Column{Name: "flowInd", Type: value.Uint64, Doc: "the flow index", Element: 148}, put: func(v *value.Vec, p *packet) { appendNumber(v, p.flow.flowInd) }},
	}
	hostFlow = []packetColumn{
		{Column: value.Column{Name: "dir", Type: value.Text, Doc: "A from the client, B from the server"}, put: func(v *value.Vec, p *packet) { v.Append([]byte{"AB"[p.dir&1]}) }},
		{Column: value.Column{Name: "pktIAT", Type: value.Duration, Doc: "time since the packet before it in the same direction, 0 for the first one"}, put: func(v *value.Vec, p *packet) { appendNumber(v, p.sincePrevious) }},
		{Column: value.Column{Name: "pktTrip", Type: value.Duration, Doc: "time since the last packet of the opposite direction, 0 without one"}, put: func(v *value.Vec, p *packet) { appendNumber(v, p.sinceOpposite) }},
		{Column: value.Column{Name: "flowDuration", Type: value.Duration, Doc: "time since the first packet in the same direction"}, put: func(v *value.Vec, p *packet) { appendNumber(v, p.flow.last-p.flow.first) }},
		{Column: value.Column{Name: "ethType", Type: value.Hex16, Doc: "the EtherType of the IP header, or of the layer-2 payload", Element: 256}, put: func(v *value.Vec, p *packet) { appendNumber(v, p.flow.etherType) }},
		{Column: value.Column{Name: "vlan", Type: value.Uint16, Doc: "the VLAN identifier of its flow, of the innermost tag; 0 without one", Element: 58}, put: func(v *value.Vec, p *packet) { appendNumber(v, p.flow.vlan) }},
		{Column: value.Column{Name: "srcIP", Type: value.IP, Doc: "the source address", Element: 8}, put: func(v *value.Vec, p *packet) { v.Data = p.flow.srcIP.AppendWire(v.Data) }},
		{Column: value.Column{Name: "srcPort", Type: value.Uint16, Doc: "the source port", Element: 7}, put: func(v *value.Vec, p *packet) { appendNumber(v, p.flow.srcPort) }},
		{Column: value.Column{Name: "dstIP", Type: value.IP, Doc: "the destination address", Element: 12}, put: func(v *value.Vec, p *packet) { v.Data = p.flow.dstIP.AppendWire(v.Data) }},
		{Column: value.Column{Name: "dstPort", Type: value.Uint16, Doc: "the destination port", Element: 11}, put: func(v *value.Vec, p *packet) { appendNumber(v, p.flow.dstPort) }},
		{Column: value.Column{Name: "l4Proto", Type: value.Uint8, Doc: "the IP protocol, 0 for layer-2 flows", Element: 4}, put: func(v *value.Vec, p *packet) { v.Data = append(v.Data, p.flow.proto) }},
	}
	content = packetColumn{
		Column: value.Column{Name: "l7Content", Type: value.Text, Doc: "its payload as T2 shows it: dots for all but printable ASCII and line ends"},
		put:    func(v *value.Vec, p *packet) { v.Append(printed(p.payload)) },
	}
)

// packetColumnsOf returns the columns of the stream of packets, and how many of them T2's text shows.
func packetColumnsOf(plugins []*sdk.Plugin) (list []packetColumn, record int) {
	add := func(columns ...packetColumn) {
		for _, c := range columns {
			if c.field != 0 || c.put != nil {
				c.plugin = -1
			}
			list = append(list, c)
		}
	}
	add(hostFirst...)
	n := 0
	for _, p := range plugins {
		for _, c := range p.Packets.Columns {
			list = append(list, packetColumn{Column: c, owner: p.Name, plugin: n})
			n++
		}
	}
	add(hostFlow...)
	first := func(f field.Packet) {
		c := packetColumn{Column: packetColumns[f], field: f}
		if f == field.TCPFlags {
			c.Type = value.Hex16
		}
		add(c)
	}
	for _, f := range firstPacketFields {
		first(f)
	}
	add(content)
	record = len(list)
	for _, f := range packetFields {
		if f&(field.Time|field.FrameNum|field.PktDir|field.Header) == 0 && !slices.Contains(firstPacketFields, f) {
			first(f)
		}
	}
	return list, record
}

func packetsOf(plugins []*sdk.Plugin) Stream {
	s := Stream{Name: Packets}
	list, record := packetColumnsOf(plugins)
	for i := range list {
		s.Columns, s.Owners = append(s.Columns, list[i].Column), append(s.Owners, list[i].owner)
	}
	s.Record = record
	s.unique()
	return s
}

func appendNumber[T value.Number](v *value.Vec, n T) { v.Data = value.AppendNumbers(v.Data, []T{n}) }

// printed returns a payload with dots for what T2 does not show.
func printed(payload []byte) []byte {
	text := make([]byte, len(payload))
	for i, c := range payload {
		if (c < ' ' || c >= 0x7f) && (c < '\b' || c > '\r') {
			c = '.'
		}
		text[i] = c
	}
	return text
}
