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

// NoFlow is no slot.
const NoFlow = ^uint32(0)

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
