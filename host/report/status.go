package report

import (
	"fmt"

	"github.com/t2host/t2host/host/internal/decode"
	"github.com/t2host/t2host/host/internal/flowtable"
	"github.com/t2host/t2host/sdk"
)

// snapped are the bits of packets that were not captured whole.
const snapped = decode.L2Cut | decode.L3Cut

// explained are T2's sentences, in its order, for bits of the aggregated flowStat; a line is
// shown if any of its bits is set. There is no line for bits that are never set here (T2's
// SIP, Tor, alarms, jumps of time) or for which T2 has none (PPPoE, flows ended for room).
var explained = []struct {
	bits        decode.FlowStat
	level, text string
}{
	{decode.L2Cut, "WRN", "L2 header snapped"},
	{decode.L3Cut, "WRN", "L3 SnapLength < Length in IP header"},
	{decode.ShortIP, "WRN", "L3 header snapped"},
	{decode.ShortTransport, "WRN", "L4 header snapped"},
	{flowtable.LandAttack, "WRN", "Land attack"},
	{flowtable.DuplicateID, "WRN", "Consecutive duplicate IP ID"},
	{decode.LongStack | flowtable.ManyStacks, "WRN", "Header description overrun"},
	{decode.WrongVersion, "WRN", "IPvX L3 header bogus packets"},
	{decode.ShortHeader, "WRN", "IPv4 header length < 20 bytes"},
	{decode.NoLength, "WRN", "IPv4/6 payload length > framing length"},
	{flowtable.FragmentOrphan, "WRN", "IPv4/6 fragmentation header packet missing"},
	{flowtable.FragmentPending, "WRN", "IPv4/6 packet fragmentation sequence not finished"},

	{decode.Stopped, "INF", "Stop dissecting: Clipped packet, unhandled protocol or subsequent fragment"},
	{decode.Layer2Flow, "INF", "Layer 2 flows"},
	{decode.FlowIPv4 | decode.HasIPv4, "INF", "IPv4 flows"},
	{decode.FlowIPv6 | decode.HasIPv6, "INF", "IPv6 flows"},
	{decode.SCTP, "INF", "SCTP"},
	{decode.NoEthernet, "INF", "No Ethernet header"},
	{decode.ARP, "INF", "ARP"},
	{decode.RARP, "INF", "RARP"},
	{decode.LLDP, "INF", "LLDP"},
	{decode.EtherIP, "INF", "EtherIP"},
	{decode.VLAN, "INF", "VLAN encapsulation"},
	{decode.VLAN0, "INF", "VLAN ID 0 (priority tag)"},
	{flowtable.Fragmented, "INF", "IPv4/6 fragmentation"},
	{decode.IPInIP, "INF", "IPv4/6 in IPv4/6"},
	{decode.VXLAN, "INF", "VXLAN encapsulation"},
	{decode.Geneve, "INF", "GENEVE encapsulation"},
	{decode.MPLSUnicast | decode.MPLSMulticast, "INF", "MPLS encapsulation"},
	{decode.L2TP, "INF", "L2TP encapsulation"},
	{decode.PPP, "INF", "PPP/HDLC encapsulation"},
	{decode.GRE, "INF", "GRE encapsulation"},
	{decode.ERSPAN, "INF", "ERSPAN encapsulation"},
	{decode.WCCP, "INF", "WCCP encapsulation"},
	{decode.AYIYA, "INF", "AYIYA tunnel"},
	{decode.GTP, "INF", "GTP tunnel"},
	{decode.Teredo, "INF", "Teredo tunnel"},
	{decode.CAPWAP, "INF", "CAPWAP/LWAPP tunnel"},
	{decode.AH, "INF", "IPsec AH"},
	{decode.ESP, "INF", "IPsec ESP"},
	{decode.UPnP, "INF", "SSDP/UPnP"},
	{decode.DTLS, "INF", "DTLS"},
}

// flowStat returns the bits of all packets and flows; the flow table does not see those of
// packets without a flow.
func (r *Report) flowStat() decode.FlowStat { return r.Flows.FlowStat | r.Counts.NoFlowStat }

func (r *Report) status(l *lines) {
	s := r.flowStat()
	fmt.Fprintf(l, "Aggregated flowStat=0x%016x\n", uint64(s))
	if a := &r.Alarms; a.Alarms > 0 {
		fmt.Fprintf(l, "[WRN] %s alarms in %s flows [%.2f%%]\n", sdk.Count(a.Alarms), sdk.Count(a.Flows), 100*float64(a.Flows)/float64(a.Ends))
	}
	for _, e := range explained {
		if s&e.bits != 0 {
			fmt.Fprintf(l, "[%s] %s\n", e.level, e.text)
		}
	}
}
