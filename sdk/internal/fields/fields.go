// Package fields holds the table of what a plugin may read of packets and flow
// ends. From it go generate writes the SDK's structs and rows, the wire, and
// how the host fills batches; ABI.md shows it. A new field is a line here, and
// where the host knows it from.
package fields

import "strings"

// Field is a column of a batch.
type Field struct {
	Name string // in manifests and in ABI.md: lowerCamelCase
	Go   string // in sdk/field, and of the rows' methods
	Type string // of a value in Go: uint8 and so on, IP; or of a text or list, as the constants of sdk/value: "Uint16 | List"
	Doc  string // what it is, with its unit and range: it ends the sentence "NAME returns"
	Ref  string // section of the standard that defines it; empty: none does
	Host string // Go expression of the host's value; empty: the field Go of h *decode.Headers or f *flowtable.Flow; "-": filled elsewhere
}

// Value returns the Go expression of the host's value. v is the variable that has it, if it has no expression of its own.
func (f Field) Value(v string) string {
	if f.Host == "" {
		return v + "." + f.Go
	}
	return f.Host
}

// Elsewhere reports whether code of its own fills the field.
func (f Field) Elsewhere() bool { return f.Host == "-" }

// List reports whether values differ in width: those of texts and lists.
func (f Field) List() bool { return f.Type != "IP" && f.Type[0] <= 'Z' }

// ValueType returns the Go expression for the type of a text or list.
func (f Field) ValueType() string {
	return "value." + strings.ReplaceAll(f.Type, "| List", "| value.List")
}

// Packets are the fields of a packet's row, in their order on the wire. The flow's slot comes first.
var Packets = []Field{
	{"time", "Time", "int64", "when it was captured, nanoseconds since 1970 UTC", "", ""},
	{"window", "Window", "uint32", "the raw TCP window, 0 to 65535; 65536 if the packet was cut before it", "RFC 9293, 3.1", ""},
	{"tcpFlags", "TCPFlags", "uint8", "CWR ECE URG ACK PSH RST SYN FIN from the highest bit; 0 if the packet was cut before them", "RFC 9293, 3.1", ""},
	{"wireLen", "WireLen", "uint32", "its length on the wire, bytes", "", ""},
	{"l7Len", "L7Len", "uint32", "its payload by the headers' lengths, bytes: T2's L7 length", "", ""},
	{"padLen", "PadLen", "uint16", "its padding, bytes, of frames of at most 64", "", ""},
	{"payload", "Payload", "Text", "the first bytes of its payload that were captured, at most PacketSelect.PayloadLen", "", "payload"},
}

// Ends are the fields of a flow's end. The flow's slot, and how many rows come before it, come first.
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
	{"opposite", "Opposite", "uint32", "the slot of the opposite direction, NoFlow (0xffffffff) if there is none. The two end in one batch, A before B", "", "f.Opposite()"},
	{"etherType", "EtherType", "uint16", "the EtherType of the IP header, or of the layer-2 payload (LLC: DSAP and SSAP)", "", ""},
	{"hdrDesc", "HdrDesc", "Text | List", "the header stacks of its packets, at most 4, in order of appearance", "", "-"},
	{"numHdrs", "NumHdrs", "Uint16 | List", "how many headers each of these stacks has", "", "-"},
	{"srcMAC", "SrcMAC", "MAC | List", "its source MAC addresses, at most 3, in order of appearance", "", "-"},
	{"dstMAC", "DstMAC", "MAC | List", "its destination MAC addresses, at most 3, in order of appearance", "", "-"},
	{"vlanID", "VLANID", "Uint16 | List", "the VLAN tags of its first packet, at most 3, outermost first", "", "-"},
	{"icmp", "ICMP", "Uint16 | List", "the types of its ICMP or ICMPv6 messages (the high 8 bits) with their codes, at most 8 different ones, in order of appearance", "RFC 792, RFC 4443", "-"},
}
