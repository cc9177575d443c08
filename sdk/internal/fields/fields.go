// Package fields holds the table of what a plugin may read of packets and flow
// ends. From it go generate writes the SDK's structs and rows, the wire, and
// how the host fills batches; ABI.md shows it. A new field is a line here, and
// where the host knows it from.
package fields

import (
	"slices"
	"strings"
)

// Field is a column of a batch.
type Field struct {
	Name string // in manifests and in ABI.md: lowerCamelCase
	Go   string // in sdk/field, and of the rows' methods
	Type string // of a value in Go: uint8 and so on, IP, MAC; or of a text or list, as the constants of sdk/value: "Uint16 | List"
	Doc  string // what it is, with its unit and range: it ends the sentence "NAME returns"
	Ref  string // section of the standard that defines it; empty: none does
	// Host is the Go expression of the host's value; empty: the field Go of h *decode.Headers or f *flowtable.Flow; "-": filled
	// elsewhere. x is the *decode.Fields that only such plugins cause to be read, p the *batch.Packet.
	Host string
}

// elements are the information elements of IANA that fields of flow ends are (RFC 5102; the registry of IPFIX).
var elements = map[string]int{
	"FirstSeen": 156, "LastSeen": 157, "FlowInd": 148, "SrcIP": 8, "DstIP": 12, "SrcPort": 7, "DstPort": 11, "Proto": 4,
	"FlowEndReason": 136, "VLAN": 58, "EtherType": 256, "SrcMAC": 56, "DstMAC": 80, "VLANID": 58,
}

// Element returns the number of the information element that the field is, 0 if it is none.
func (f Field) Element() int { return elements[f.Go] }

// Value returns the Go expression of the host's value. v is the variable that has it, if it has no expression of its own.
func (f Field) Value(v string) string {
	if f.Host == "" {
		return v + "." + f.Go
	}
	return f.Host
}

// Elsewhere reports whether code of its own fills the field.
func (f Field) Elsewhere() bool { return f.Host == "-" }

// Extra reports whether the host must read the field of the frame for plugins alone: it is one of decode.Fields.
func (f Field) Extra() bool { return strings.HasPrefix(f.Host, "x.") }

// List reports whether values differ in width: those of texts and lists.
func (f Field) List() bool { return f.Type != "IP" && f.Type != "MAC" && f.Type[0] <= 'Z' }

// ValueType returns the Go expression for the type of a text or list.
func (f Field) ValueType() string {
	return "value." + strings.ReplaceAll(f.Type, "| List", "| value.List")
}

// Packets are the fields of a packet's row, in their order on the wire. The flow's slot comes first.
var Packets = []Field{
	{"time", "Time", "int64", "when it was captured, nanoseconds since 1970 UTC", "", ""},
	{"window", "Window", "uint32", "the raw TCP window, 0 to 65535; 65536 if the packet was cut before it", "RFC 9293, 3.1", ""},
	{"tcpFlags", "TCPFlags", "uint16", "AE CWR ECE URG ACK PSH RST SYN FIN from the bit of 256 down; 0 if the packet was cut before them", "RFC 9293, 3.1; RFC 9768", ""},
	{"wireLen", "WireLen", "uint32", "its length on the wire, bytes", "", ""},
	{"l7Len", "L7Len", "uint32", "its payload by the headers' lengths, bytes: T2's L7 length", "", ""},
	{"padLen", "PadLen", "uint16", "its padding, bytes, of frames of at most 64", "", ""},
	{"payload", "Payload", "Text", "the first bytes of its payload that were captured, at most PacketSelect.PayloadLen", "", "p.Payload"},
	{"header", "Header", "Text", "its first bytes from the IP header on that were captured, at most PacketSelect.HeaderLen; of layer-2 packets those after the link-layer header", "", "p.Header"},
	{"frameNum", "FrameNum", "uint64", "the frame's number in the capture, from 1", "", "h.Number"},
	{"iface", "Iface", "uint32", "the interface that captured it, counted from 0 in its section of a pcapng file, 0 in others", "pcapng, 4.2", "x.Iface"},
	{"capLen", "CapLen", "uint32", "its captured length, bytes", "", ""},
	{"pktDir", "PktDir", "uint8", "0 for A, from the client, and 1 for B, from the server", "", "p.dir()"},
	{"pktSrcMAC", "PktSrcMAC", "MAC", "the source address of its innermost link-layer header", "IEEE 802.3, 3.2.5", "MAC(h.MACs[6:])"},
	{"pktDstMAC", "PktDstMAC", "MAC", "the destination address of its innermost link-layer header", "IEEE 802.3, 3.2.4", "MAC(h.MACs[:6])"},
	{"ipHdrLen", "IPHdrLen", "uint16", "the length of its IP header with options, extension headers and AH, bytes; 0 if it is not IP", "RFC 791, 3.1; RFC 8200, 3", "x.IPHdrLen"},
	{"ipTTL", "IPTTL", "uint8", "the time to live or hop limit; 0 if it is not IP", "RFC 791, 3.1; RFC 8200, 3", "x.IPTTL"},
	{"ipDSCP", "IPDSCP", "uint8", "the differentiated services code point, 0 to 63; 0 if it is not IP", "RFC 2474, 3", "x.IPDSCP"},
	{"ipECN", "IPECN", "uint8", "explicit congestion notification, 0 to 3; 0 if it is not IP", "RFC 3168, 5", "x.IPECN"},
	{"ipID", "IPID", "uint32", "the identification of an IPv4 header, or of the fragment header of IPv6; 0 without one", "RFC 791, 3.1; RFC 8200, 4.5", "x.IPID"},
	{"ipFragOffset", "IPFragOffset", "uint16", "the fragment's offset in units of 8 bytes, 0 to 8191", "RFC 791, 3.1; RFC 8200, 4.5", "x.IPFragOffset"},
	{"ipFragFlags", "IPFragFlags", "uint8", "0x40 don't fragment (IPv4), 0x20 more fragments, as IPFIX's fragmentFlags", "RFC 791, 3.1; RFC 5102, 5.4.11", "x.IPFragFlags"},
	{"ip6FlowLabel", "IP6FlowLabel", "uint32", "the flow label of IPv6, 0 to 1048575; 0 if it is not IPv6", "RFC 8200, 3", "x.IP6FlowLabel"},
	{"icmpType", "ICMPType", "uint16", "the type of its ICMP or ICMPv6 message, 0 to 255; 256 if there is none, or it was not captured", "RFC 792; RFC 4443, 2.1", "x.ICMPType"},
	{"icmpCode", "ICMPCode", "uint16", "the code of its ICMP or ICMPv6 message, 0 to 255; 256 if there is none, or it was not captured", "RFC 792; RFC 4443, 2.1", "x.ICMPCode"},
	{"l4HdrLen", "L4HdrLen", "uint8", "the length of its transport header with options, bytes, as T2 counts it; 0 without one", "RFC 9293, 3.1", "x.L4HdrLen"},
	{"tcpSeq", "TCPSeq", "uint32", "the sequence number; 0 if the packet was cut before its end or is not TCP", "RFC 9293, 3.1", "h.Seq"},
	{"tcpAck", "TCPAck", "uint32", "the acknowledgement number; 0 if the packet was cut before its end or is not TCP", "RFC 9293, 3.1", "h.Ack"},
	{"tcpUrgPtr", "TCPUrgPtr", "uint16", "the urgent pointer; 0 if the packet was cut before it or is not TCP", "RFC 9293, 3.1", "x.TCPUrgPtr"},
	{"tcpOptions", "TCPOptions", "uint64", "the TCP options that were captured: bit k (1 << k) is set if there is one of kind k, 0 to 63, as IPFIX's tcpOptions", "RFC 9293, 3.1", "x.TCPOptions"},
	{"tcpMSS", "TCPMSS", "uint16", "the maximum segment size; 0 without that option", "RFC 9293, 3.7.1", "x.TCPMSS"},
	{"tcpWScale", "TCPWScale", "uint8", "the shift of the window scale option as it is, 0 to 254; 255 without that option", "RFC 7323, 2.2", "x.TCPWScale"},
	{"tcpSACKPerm", "TCPSACKPerm", "uint8", "1 if SACK is permitted by an option, else 0", "RFC 2018, 2", "x.TCPSACKPerm"},
	{"tcpSACKs", "TCPSACKs", "uint8", "the number of SACK blocks, 0 to 4", "RFC 2018, 3", "x.TCPSACKs"},
	{"tcpTSVal", "TCPTSVal", "uint32", "the timestamp value; 0 without that option, which bit 8 of tcpOptions tells", "RFC 7323, 3.2", "x.TCPTSVal"},
	{"tcpTSEcr", "TCPTSEcr", "uint32", "the timestamp echo reply; 0 without that option, which bit 8 of tcpOptions tells", "RFC 7323, 3.2", "x.TCPTSEcr"},
	{"windowScaled", "WindowScaled", "uint32", "the TCP window in bytes, by the scale of both sides' SYN; 4294967295 if one of them was not seen, or the packet was cut before its window", "RFC 7323, 2.3", "p.Window"},
}

// Ends are the fields of a flow's end. The flow's slot, how many rows come before it, and its place in the batch, come first.
var Ends = []Field{
	{"at", "At", "int64", "the packet time that ended it, nanoseconds since 1970 UTC", "", "at"},
	{"firstSeen", "FirstSeen", "int64", "the time of its first packet, nanoseconds since 1970 UTC", "", ""},
	{"lastSeen", "LastSeen", "int64", "the time of its last packet, nanoseconds since 1970 UTC", "", ""},
	{"flowInd", "FlowInd", "uint64", "the flow index, shared with its opposite", "", ""},
	{"dir", "Dir", "uint8", "0 for A, the client's direction, and for a flow without an opposite; 1 for B", "", "dir"},
	{"srcIP", "SrcIP", "IP", "the source address", "", "ipOf(&f.Key, f.Key.Src)"},
	{"dstIP", "DstIP", "IP", "the destination address", "", "ipOf(&f.Key, f.Key.Dst)"},
	{"srcPort", "SrcPort", "uint16", "the source port", "", ""},
	{"dstPort", "DstPort", "uint16", "the destination port", "", ""},
	{"proto", "Proto", "uint8", "the IP protocol, 0 for layer-2 flows", "RFC 791, 3.1", ""},
	{"tcpStates", "TCPStates", "uint8", "T2's tcpStatesAFlags, 0 for other flows than TCP", "", ""},
	{"utcOffset", "UTCOffset", "int32", "seconds east of UTC at At, in the host's zone", "", "-"},
	{"flowStat", "FlowStat", "uint64", "T2's flowStat", "", "uint64(f.FlowStat)"},
	{"flowEndReason", "FlowEndReason", "uint8", "why it ended, as IPFIX numbers it: 1 no packet for a timeout, 2 its longest duration, 3 closed, reset, or a new connection between the same ports, 4 the end of the input, or a rule, 5 no room", "RFC 5102, 5.11.3", "uint8(f.EndReason)"},
	{"opposite", "Opposite", "uint32", "the slot of the opposite direction, NoFlow (0xffffffff) if there is none. The two end in one batch, A before B", "", "f.Opposite()"},
	{"vlan", "VLAN", "uint16", "the VLAN identifier by which the flow is told from others, of its innermost tag; 0 without one", "IEEE 802.1Q, 9.6", "f.Key.VLAN"},
	{"etherType", "EtherType", "uint16", "the EtherType of the IP header, or of the layer-2 payload (LLC: DSAP and SSAP)", "", ""},
	{"hdrDesc", "HdrDesc", "Text | List", "the header stacks of its packets, at most 4, in order of appearance", "", "-"},
	{"numHdrs", "NumHdrs", "Uint16 | List", "how many headers each of these stacks has", "", "-"},
	{"srcMAC", "SrcMAC", "MAC | List", "its source MAC addresses, at most 3, in order of appearance", "", "-"},
	{"dstMAC", "DstMAC", "MAC | List", "its destination MAC addresses, at most 3, in order of appearance", "", "-"},
	{"vlanID", "VLANID", "Uint16 | List", "the VLAN tags of its first packet, at most 3, outermost first", "", "-"},
	{"icmp", "ICMP", "Uint16 | List", "the types of its ICMP or ICMPv6 messages (the high 8 bits) with their codes, at most 8 different ones, in order of appearance", "RFC 792, RFC 4443", "-"},
}

// atStart are the fields of Ends that are known when a flow begins.
var atStart = []string{"firstSeen", "flowInd", "dir", "srcIP", "dstIP", "srcPort", "dstPort", "proto", "opposite", "vlan", "etherType"}

// Starts returns the fields of a flow's begin, with what is told of them there. The flow's slot, how many rows come before it, and its
// place in the batch, come first.
func Starts() []Field {
	var list []Field
	for _, f := range Ends {
		if slices.Contains(atStart, f.Name) {
			switch f.Name {
			case "dir":
				f.Doc = "0 for A, the client's direction, and 1 for B"
			case "opposite":
				f.Doc = "the slot of the opposite direction if that has begun, else NoFlow (0xffffffff)"
			}
			list = append(list, f)
		}
	}
	return list
}
