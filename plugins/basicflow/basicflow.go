// Package basicflow adds to each flow record what identifies its flow: times,
// addresses, ports, protocol, and which headers its packets had.
package basicflow

import "github.com/t2host/t2host/sdk"

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
)

// Plugin is the declaration. Names and descriptions are T2's.
var Plugin = sdk.Define(sdk.Spec[struct{}]{
	Name: "basicflow", Number: 100, Version: "1.0.0",
	Doc: "adds times, addresses, ports, protocol and headers of the flow to each record",
	Ends: sdk.End(sdk.FlowStat, sdk.FirstSeen, sdk.LastSeen, sdk.HdrDesc, sdk.NumHdrs, sdk.SrcMAC, sdk.DstMAC,
		sdk.EtherType, sdk.VLANID, sdk.SrcIP, sdk.SrcPort, sdk.DstIP, sdk.DstPort, sdk.Proto),
	Columns: []sdk.Column{
		colFlowStat:   sdk.Of(sdk.TypeH64, "flowStat", "Flow status and warnings"),
		colTimeFirst:  sdk.Of(sdk.TypeTime, "timeFirst", "Date time of first packet"),
		colTimeLast:   sdk.Of(sdk.TypeTime, "timeLast", "Date time of last packet"),
		colDuration:   sdk.Duration("duration", "Flow duration"),
		colNumHdrDesc: sdk.U8("numHdrDesc", "Number of different headers descriptions"),
		colNumHdrs:    sdk.Of(sdk.TypeU16|sdk.List, "numHdrs", "Number of headers (depth) in hdrDesc"),
		colHdrDesc:    sdk.Of(sdk.TypeText|sdk.List, "hdrDesc", "Headers description"),
		colSrcMAC:     sdk.Of(sdk.TypeMAC|sdk.List, "srcMac", "Mac source"),
		colDstMAC:     sdk.Of(sdk.TypeMAC|sdk.List, "dstMac", "Mac destination"),
		colEtherType:  sdk.Of(sdk.TypeH16, "ethType", "Ethernet type"),
		colVLANID:     sdk.Of(sdk.TypeU16|sdk.List, "vlanID", "VLAN IDs"),
		colSrcIP:      sdk.Of(sdk.TypeIP, "srcIP", "Source IP address"),
		colSrcPort:    sdk.U16("srcPort", "Source port"),
		colDstIP:      sdk.Of(sdk.TypeIP, "dstIP", "Destination IP address"),
		colDstPort:    sdk.U16("dstPort", "Destination port"),
		colProto:      sdk.U8("l4Proto", "Layer 4 protocol"),
	},
	Open: func(*sdk.Env, struct{}) (sdk.Stage, error) { return &sdk.Loop{Ends: new(basicflow).ends}, nil },
})

// basicflow is an opened plugin. Most of its columns are the host's.
type basicflow struct {
	duration []int64
	stacks   []uint8
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
	return nil
}
