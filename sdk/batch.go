package sdk

// Batch is what a stage works on: rows of packets, flow ends and changes of
// imported tables, in capture order, and Out for the answer. A stage may keep
// nothing of it: all of it is used again after the call.
type Batch struct {
	Number      uint64 // from 1
	First, Last uint64 // numbers of the first and last frame whose events it holds
	Time        int64  // packet time of frame Last, nanoseconds since 1970 UTC: the time of day in the sandbox
	Final       bool   // the last batch of the run: report, send what is left
	Packets     Packets
	Ends        Ends
	Imports     []Delta // ordered by At; Table is an index in the plugin's Imports
	Out         Out

	env     *Env
	applied int
}

// Packets are the rows that the plugin's Packets selects, a column a field.
// Columns that were not declared are nil. They must not be written.
type Packets struct {
	N        int
	Flow     []uint32 // slot
	Time     []int64  // nanoseconds since 1970 UTC
	Window   []uint32 // raw, 0 to 65535; 65536 where the packet was cut before it
	TCPFlags []uint8  // CWR ECE URG ACK PSH RST SYN FIN, 0 where cut before them
	WireLen  []uint32 // bytes
}

// Ends are the flows that end in the batch, one row a direction. A flow and its
// opposite end together, A before B. Columns that were not declared are nil.
// They must not be written.
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
	Proto     []uint8 // protocolIdentifier
	TCPStates []uint8 // T2's tcpStatesAFlags
	UTCOffset []int32 // seconds east of UTC at At, in the host's zone
	Columns   []Vec   // of other plugins, as declared in EndSelect.Columns
}

// PacketField is a packet column that a plugin may declare.
type PacketField uint16

// The packet fields; the flow's slot is always there.
const (
	Time PacketField = 1 << iota
	Window
	TCPFlags
	WireLen
	maxPacketField
)

// PacketFields are all of them.
const PacketFields = maxPacketField - 1

// EndField is a column of flow ends that a plugin may declare.
type EndField uint16

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
	Rows   Rows
	Fields PacketField
}

// TCP selects TCP packets (of fragments the first) with these fields.
func TCP(fields ...PacketField) PacketSelect { return PacketSelect{TCPRows, union(fields)} }

// All selects every packet that has a flow, with these fields.
func All(fields ...PacketField) PacketSelect { return PacketSelect{AllRows, union(fields)} }

// EndSelect is what a plugin reads at flow ends.
type EndSelect struct {
	On      bool
	Fields  EndField
	Columns []Column // of other plugins, Name "plugin.column"
}

// End selects flow ends with these fields.
func End(fields ...EndField) EndSelect { return EndSelect{On: true, Fields: union(fields)} }

// With adds columns of other plugins.
func (e EndSelect) With(columns ...Column) EndSelect {
	e.Columns = append(e.Columns[:len(e.Columns):len(e.Columns)], columns...)
	return e
}

func union[F PacketField | EndField](fields []F) F {
	var u F
	for _, f := range fields {
		u |= f
	}
	return u
}
