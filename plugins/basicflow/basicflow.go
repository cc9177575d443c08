// Package basicflow takes flow ends and gives each record what identifies its
// flow: times, addresses, ports, protocol, and which headers its packets had.
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
	Doc: "gives each record times, addresses, ports, protocol and headers of its flow",
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
	Open: func(*sdk.Env, struct{}) (sdk.Stage, error) { return &sdk.Loop{EndFlow: endFlow}, nil },
})

func endFlow(end sdk.EndRow) error {
	headers := end.Vec(sdk.NumHdrs)
	end.PutUint(colFlowStat, end.FlowStat())
	end.PutInt(colTimeFirst, end.FirstSeen())
	end.PutInt(colTimeLast, end.LastSeen())
	end.PutInt(colDuration, end.LastSeen()-end.FirstSeen())
	end.PutUint(colNumHdrDesc, uint64(len(headers)/2))
	end.PutBytes(colNumHdrs, headers)
	end.PutBytes(colHdrDesc, end.Vec(sdk.HdrDesc))
	end.PutBytes(colSrcMAC, end.Vec(sdk.SrcMAC))
	end.PutBytes(colDstMAC, end.Vec(sdk.DstMAC))
	end.PutUint(colEtherType, uint64(end.EtherType()))
	end.PutBytes(colVLANID, end.Vec(sdk.VLANID))
	end.PutIP(colSrcIP, end.SrcIP())
	end.PutUint(colSrcPort, uint64(end.SrcPort()))
	end.PutIP(colDstIP, end.DstIP())
	end.PutUint(colDstPort, uint64(end.DstPort()))
	end.PutUint(colProto, uint64(end.Proto()))
	return nil
}
