// Package basicflow adds to each flow record what identifies its flow: times,
// addresses, ports, protocol, and which headers its packets had.
package basicflow

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// The plugin's columns. Names and descriptions are T2's.
var (
	FlowStat   = sdk.NewColumn[uint64]("flowStat", "Flow status and warnings", sdk.ShowHex)
	TimeFirst  = sdk.NewColumn[int64]("timeFirst", "Date time of first packet", sdk.ShowTime, sdk.IPFIX(0, 156))
	TimeLast   = sdk.NewColumn[int64]("timeLast", "Date time of last packet", sdk.ShowTime, sdk.IPFIX(0, 157))
	Duration   = sdk.NewColumn[int64]("duration", "Flow duration", sdk.ShowDuration)
	NumHdrDesc = sdk.NewColumn[uint8]("numHdrDesc", "Number of different headers descriptions")
	NumHdrs    = sdk.NewListColumn[uint16]("numHdrs", "Number of headers (depth) in hdrDesc")
	HdrDesc    = sdk.NewListColumn[string]("hdrDesc", "Headers description")
	SrcMAC     = sdk.NewListColumn[sdk.MAC]("srcMac", "Mac source", sdk.IPFIX(0, 56))
	DstMAC     = sdk.NewListColumn[sdk.MAC]("dstMac", "Mac destination", sdk.IPFIX(0, 80))
	EtherType  = sdk.NewColumn[uint16]("ethType", "Ethernet type", sdk.ShowHex, sdk.IPFIX(0, 256))
	VLANID     = sdk.NewListColumn[uint16]("vlanID", "VLAN IDs", sdk.IPFIX(0, 58))
	SrcIP      = sdk.NewColumn[sdk.IP]("srcIP", "Source IP address", sdk.IPFIX(0, 8))
	SrcPort    = sdk.NewColumn[uint16]("srcPort", "Source port", sdk.IPFIX(0, 7))
	DstIP      = sdk.NewColumn[sdk.IP]("dstIP", "Destination IP address", sdk.IPFIX(0, 12))
	DstPort    = sdk.NewColumn[uint16]("dstPort", "Destination port", sdk.IPFIX(0, 11))
	Proto      = sdk.NewColumn[uint8]("l4Proto", "Layer 4 protocol", sdk.IPFIX(0, 4))
	ICMP       = sdk.NewListColumn[string]("icmpType_Code", "ICMP type and code fields")
)

// Plugin is the declaration.
var Plugin = sdk.Define(sdk.Spec[struct{}]{
	Name: "basicflow", Number: 100, Version: "1.0.0",
	Doc: "adds times, addresses, ports, protocol and headers of the flow to each record",
	Ends: sdk.End(field.FlowStat, field.FirstSeen, field.LastSeen, field.HdrDesc, field.NumHdrs, field.SrcMAC, field.DstMAC,
		field.EtherType, field.VLANID, field.SrcIP, field.SrcPort, field.DstIP, field.DstPort, field.Proto, field.ICMP),
	Columns: []sdk.AnyColumn{
		FlowStat, TimeFirst, TimeLast, Duration, NumHdrDesc, NumHdrs, HdrDesc, SrcMAC, DstMAC, EtherType, VLANID,
		SrcIP, SrcPort, DstIP, DstPort, Proto, ICMP,
	},
	Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
		t := &basicflow{
			flowStat: FlowStat.Writer(env), timeFirst: TimeFirst.Writer(env), timeLast: TimeLast.Writer(env), duration: Duration.Writer(env),
			numHdrDesc: NumHdrDesc.Writer(env), numHdrs: NumHdrs.Writer(env), hdrDesc: HdrDesc.Writer(env),
			srcMAC: SrcMAC.Writer(env), dstMAC: DstMAC.Writer(env), etherType: EtherType.Writer(env), vlanID: VLANID.Writer(env),
			srcIP: SrcIP.Writer(env), srcPort: SrcPort.Writer(env), dstIP: DstIP.Writer(env), dstPort: DstPort.Writer(env), proto: Proto.Writer(env),
			icmp: ICMP.Writer(env),
		}
		return &sdk.Loop{Ends: t.ends}, nil
	},
})

// basicflow is an opened plugin. Most of its columns are the host's.
type basicflow struct {
	flowStat                      *sdk.ColumnWriter[uint64]
	timeFirst, timeLast, duration *sdk.ColumnWriter[int64]
	numHdrDesc, proto             *sdk.ColumnWriter[uint8]
	etherType, srcPort, dstPort   *sdk.ColumnWriter[uint16]
	srcIP, dstIP                  *sdk.ColumnWriter[sdk.IP]
	numHdrs, vlanID               *sdk.ListWriter[uint16]
	srcMAC, dstMAC                *sdk.ListWriter[sdk.MAC]
	hdrDesc, icmp                 *sdk.ListWriter[string]

	messages value.Vec // icmpType_Code of a batch
	words    []byte    // of a list on its way into messages
}

func (t *basicflow) ends(e sdk.EndRows) error {
	duration, stacks := t.duration.All(e), t.numHdrDesc.All(e)
	for i, first := range e.FirstSeen {
		duration[i] = e.LastSeen[i] - first
		stacks[i] = uint8(len(e.NumHdrs.Bytes(i)) / 2)
	}
	copy(t.flowStat.All(e), e.FlowStat)
	copy(t.timeFirst.All(e), e.FirstSeen)
	copy(t.timeLast.All(e), e.LastSeen)
	copy(t.etherType.All(e), e.EtherType)
	copy(t.srcIP.All(e), e.SrcIP)
	copy(t.srcPort.All(e), e.SrcPort)
	copy(t.dstIP.All(e), e.DstIP)
	copy(t.dstPort.All(e), e.DstPort)
	copy(t.proto.All(e), e.Proto)
	t.numHdrs.PutAll(e, &e.NumHdrs)
	t.hdrDesc.PutAll(e, &e.HdrDesc)
	t.srcMAC.PutAll(e, &e.SrcMAC)
	t.dstMAC.PutAll(e, &e.DstMAC)
	t.vlanID.PutAll(e, &e.VLANID)
	t.icmp.PutAll(e, t.shown(&e.ICMP, e.N))
	return nil
}

// shown returns the types and codes of ICMP in T2's form, as 8_0, a list for each of n flows.
func (t *basicflow) shown(icmp *value.Vec, n int) *value.Vec {
	t.messages.Reset(value.Text | value.List)
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
		t.messages.Append(t.words)
	}
	return &t.messages
}
