// Package basicflow adds to each flow record what identifies its flow: times,
// addresses, ports, protocol, and which headers its packets had.
package basicflow

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// The plugin's columns, by index.
const (
	colFlowStat = iota
	colTimeFirst
	colTimeLast
	colDuration
	colNumHdrDesc
	colNumHdrs
	colHdrDesc
	colSrcMAC
	colDstMAC
	colEtherType
	colVLANID
	colSrcIP
	colSrcPort
	colDstIP
	colDstPort
	colProto
	colICMP
)

// Plugin is the declaration. Names and descriptions are T2's.
var Plugin = sdk.Define(sdk.Spec[struct{}]{
	Name: "basicflow", Number: 100, Version: "1.0.0",
	Doc: "adds times, addresses, ports, protocol and headers of the flow to each record",
	Ends: sdk.End(field.FlowStat, field.FirstSeen, field.LastSeen, field.HdrDesc, field.NumHdrs, field.SrcMAC, field.DstMAC,
		field.EtherType, field.VLANID, field.SrcIP, field.SrcPort, field.DstIP, field.DstPort, field.Proto, field.ICMP),
	Columns: []sdk.Column{
		colFlowStat:   sdk.Hex64Column("flowStat", "Flow status and warnings"),
		colTimeFirst:  sdk.TimeColumn("timeFirst", "Date time of first packet"),
		colTimeLast:   sdk.TimeColumn("timeLast", "Date time of last packet"),
		colDuration:   sdk.DurationColumn("duration", "Flow duration"),
		colNumHdrDesc: sdk.Uint8Column("numHdrDesc", "Number of different headers descriptions"),
		colNumHdrs:    sdk.ColumnOf(value.Uint16|value.List, "numHdrs", "Number of headers (depth) in hdrDesc"),
		colHdrDesc:    sdk.ColumnOf(value.Text|value.List, "hdrDesc", "Headers description"),
		colSrcMAC:     sdk.ColumnOf(value.MAC|value.List, "srcMac", "Mac source"),
		colDstMAC:     sdk.ColumnOf(value.MAC|value.List, "dstMac", "Mac destination"),
		colEtherType:  sdk.Hex16Column("ethType", "Ethernet type"),
		colVLANID:     sdk.ColumnOf(value.Uint16|value.List, "vlanID", "VLAN IDs"),
		colSrcIP:      sdk.IPColumn("srcIP", "Source IP address"),
		colSrcPort:    sdk.Uint16Column("srcPort", "Source port"),
		colDstIP:      sdk.IPColumn("dstIP", "Destination IP address"),
		colDstPort:    sdk.Uint16Column("dstPort", "Destination port"),
		colProto:      sdk.Uint8Column("l4Proto", "Layer 4 protocol"),
		colICMP:       sdk.ColumnOf(value.Text|value.List, "icmpType_Code", "ICMP type and code fields"),
	},
	Open: func(*sdk.Env, struct{}) (sdk.Stage, error) { return &sdk.Loop{Ends: new(basicflow).ends}, nil },
})

// basicflow is an opened plugin. Most of its columns are the host's.
type basicflow struct {
	duration []int64
	stacks   []uint8
	icmp     value.Vec
	words    []byte // of a list on its way into icmp
}

func (t *basicflow) ends(e sdk.EndRows) error {
	t.duration, t.stacks = t.duration[:0], t.stacks[:0]
	for i, first := range e.FirstSeen {
		t.duration = append(t.duration, e.LastSeen[i]-first)
		t.stacks = append(t.stacks, uint8(len(e.NumHdrs.Bytes(i))/2))
	}
	sdk.PutColumn(e, colFlowStat, e.FlowStat)
	sdk.PutColumn(e, colTimeFirst, e.FirstSeen)
	sdk.PutColumn(e, colTimeLast, e.LastSeen)
	sdk.PutColumn(e, colDuration, t.duration)
	sdk.PutColumn(e, colNumHdrDesc, t.stacks)
	e.PutVec(colNumHdrs, &e.NumHdrs)
	e.PutVec(colHdrDesc, &e.HdrDesc)
	e.PutVec(colSrcMAC, &e.SrcMAC)
	e.PutVec(colDstMAC, &e.DstMAC)
	sdk.PutColumn(e, colEtherType, e.EtherType)
	e.PutVec(colVLANID, &e.VLANID)
	e.PutIPs(colSrcIP, e.SrcIP)
	sdk.PutColumn(e, colSrcPort, e.SrcPort)
	e.PutIPs(colDstIP, e.DstIP)
	sdk.PutColumn(e, colDstPort, e.DstPort)
	sdk.PutColumn(e, colProto, e.Proto)
	e.PutVec(colICMP, t.messages(&e.ICMP, e.N))
	return nil
}

// messages returns the types and codes of ICMP in T2's form, as 8_0, a list for each of n flows.
func (t *basicflow) messages(icmp *value.Vec, n int) *value.Vec {
	t.icmp.Reset(value.Text | value.List)
	for i := range n {
		t.words = t.words[:0]
		for list := icmp.Bytes(i); len(list) >= 2; list = list[2:] {
			start := len(t.words)
			t.words = append(t.words, 0, 0, 0, 0)
			t.words = value.AppendDecimal(t.words, uint64(list[1]))
			t.words = append(t.words, '_')
			t.words = value.AppendDecimal(t.words, uint64(list[0]))
			t.words[start] = byte(len(t.words) - start - 4)
		}
		t.icmp.Append(t.words)
	}
	return &t.icmp
}
