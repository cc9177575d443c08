package sdk

// Batch is what a stage works on: rows of packets, flow ends and changes of
// imported tables, in capture order, and Out for the answer. A stage may keep
// nothing of it: all of it is used again after the call.
type Batch struct {
	Number      uint64 // from 1
	First, Last uint64 // numbers of the first and last frame whose events it holds
	Time        int64  // packet time of frame Last, nanoseconds since 1970 UTC: the time of day in the sandbox
	Final       bool   // the last batch of the run: report, send what is left
	Totals      Totals // of the run, in the last batch
	Packets     Packets
	Ends        Ends
	Imports     []Delta // ordered by At; Table is an index in the plugin's Imports
	Out         Out

	env     *Env
	applied int
}

// Totals are those of a whole run.
type Totals struct {
	Packets uint64 // of the capture, also those without a flow
	Bytes   uint64 // captured, of the packets with a flow
}

// Packets are the rows that the plugin's Packets selects, a column a field.
// Columns that were not declared are nil. They must not be written, and are valid
// during the call of the stage.
type Packets struct {
	N        int
	Flow     []uint32 // slot
	Time     []int64  // nanoseconds since 1970 UTC
	Window   []uint32 // raw, 0 to 65535; 65536 where the packet was cut before it
	TCPFlags []uint8  // CWR ECE URG ACK PSH RST SYN FIN, 0 where cut before them
	WireLen  []uint32 // bytes
	L7Len    []uint16 // bytes of payload by the headers' lengths, T2's L7 length
	PadLen   []uint16 // bytes of padding, in frames of at most 64 bytes
	Payload  Vec      // TypeText: the first bytes of L7Len that were captured, at most PacketSelect.PayloadLen
}

// Ends are the flows that end in the batch, one row a direction. A flow and its
// opposite end together, A before B. Columns that were not declared are nil.
// They must not be written, and are valid during the call of the stage.
type Ends struct {
	N         int
	Flow      []uint32 // slot
	Before    []uint32 // how many of the batch's packet rows come before it
	At        []int64  // packet time that ended it, nanoseconds since 1970 UTC
	FirstSeen []int64  // time of its first packet
	LastSeen  []int64  // time of its last packet
	FlowInd   []uint64 // flow index, shared with its opposite
	Dir       []uint8  // 0 = A, 1 = B
	SrcIP     []IP
	DstIP     []IP
	SrcPort   []uint16
	DstPort   []uint16
	Proto     []uint8  // protocolIdentifier
	TCPStates []uint8  // T2's tcpStatesAFlags
	UTCOffset []int32  // seconds east of UTC at At, in the host's zone
	FlowStat  []uint64 // T2's flowStat
	Opposite  []uint32 // slot of the opposite, NoFlow without one
	EtherType []uint16 // of the IP header, or of the layer-2 payload (LLC: DSAP, SSAP)
	HdrDesc   Vec      // TypeText | List: header stacks, at most 4, in order of appearance
	NumHdrs   Vec      // TypeU16 | List: of each stack, its headers
	SrcMAC    Vec      // TypeMAC | List: at most 3, in order of appearance
	DstMAC    Vec      // TypeMAC | List: the same
	VLANID    Vec      // TypeU16 | List: tags of the first packet, outermost first, at most 3
	Columns   []Vec    // of other plugins, as declared in EndSelect.Columns
}

// NoFlow is no slot.
const NoFlow = ^uint32(0)

// PacketField is a packet column that a plugin may declare.
type PacketField uint16

// The packet fields; the flow's slot is always there.
const (
	Time PacketField = 1 << iota
	Window
	TCPFlags
	WireLen
	L7Len
	PadLen
	Payload // see PacketSelect.WithPayload
	maxPacketField
)

// PacketFields are all of them.
const PacketFields = maxPacketField - 1

// EndField is a column of flow ends that a plugin may declare.
type EndField uint32

// The end fields; slot and place are always there.
const (
	At EndField = 1 << iota
	FirstSeen
	LastSeen
	FlowInd
	Dir
	SrcIP
	DstIP
	SrcPort
	DstPort
	Proto
	TCPStates
	UTCOffset
	FlowStat
	Opposite
	EtherType
	HdrDesc
	NumHdrs
	SrcMAC
	DstMAC
	VLANID
	maxEndField
)

// EndFields are all of them.
const EndFields = maxEndField - 1

// Rows says which packets are rows.
type Rows uint8

// The row selections.
const (
	NoRows  Rows = iota
	TCPRows      // TCP packets with a flow, of fragments the first only
	AllRows      // packets with a flow
)

// PacketSelect is what a plugin reads of packets.
type PacketSelect struct {
	Rows       Rows
	Fields     PacketField
	PayloadLen int // with Payload: bytes of it, 1 to MaxPayload
}

// MaxPayload bounds the bytes of a packet's payload that a plugin may read.
const MaxPayload = 2048

// TCP selects TCP packets (of fragments the first) with these fields.
func TCP(fields ...PacketField) PacketSelect {
	return PacketSelect{Rows: TCPRows, Fields: union(fields)}
}

// All selects every packet that has a flow, with these fields.
func All(fields ...PacketField) PacketSelect {
	return PacketSelect{Rows: AllRows, Fields: union(fields)}
}

// WithPayload adds the first n bytes of each packet's payload.
func (s PacketSelect) WithPayload(n int) PacketSelect {
	s.Fields |= Payload
	s.PayloadLen = n
	return s
}

// EndSelect is what a plugin reads at flow ends.
type EndSelect struct {
	On      bool
	Fields  EndField
	Columns []Column // of other plugins, Name "plugin.column"
	All     bool     // instead: all columns of the plugins before this one
}

// End selects flow ends with these fields.
func End(fields ...EndField) EndSelect { return EndSelect{On: true, Fields: union(fields)} }

// With adds columns of other plugins.
func (e EndSelect) With(columns ...Column) EndSelect {
	e.Columns = append(e.Columns[:len(e.Columns):len(e.Columns)], columns...)
	return e
}

// WithAll adds all columns of the plugins that are loaded before this one.
func (e EndSelect) WithAll() EndSelect {
	e.All = true
	return e
}

func union[F PacketField | EndField](fields []F) F {
	var u F
	for _, f := range fields {
		u |= f
	}
	return u
}
