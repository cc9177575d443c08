// Package sdk takes what an author declares about a plugin and gives the one
// value, a *Plugin, that the host loads: compiled in, out of process or
// sandboxed, from the same source and with the same bytes as result.
//
// # A plugin
//
// A plugin is declared data and one function. [Define] turns the typed
// declaration into a *Plugin; asking for it opens nothing:
//
//	var Plugin = sdk.Define(sdk.Spec[Settings]{
//		Name: "zeros", Number: 160, Version: "1.0.0", Doc: "counts closed windows",
//		Packets: sdk.TCP(sdk.Window),
//		Ends:    sdk.End(sdk.SrcIP),
//		Columns: []sdk.Column{sdk.U32("zeros", "packets with window 0")},
//		Open:    open,
//	})
//
// Open gives a [Stage]. Authors rarely write one: a [Loop] is a Stage that
// walks a batch and calls back for packets, for flow ends and for the report.
//
// # Flows, ends, records
//
// A flow is one direction of a conversation. The host numbers the live flows:
// a slot is that number, small and reused after the flow's end, never twice in
// a batch; state per flow stands in a [PerFlow], indexed by slot. At a flow's
// end the plugin reads what it declared ([End]) and writes each of its columns
// once, flow by flow ([EndRow]) or a whole column of a batch ([EndRows]). Together with the columns of the other plugins they make the flow's
// record.
//
// # Rules
//
// Only what is declared is sent: packet fields, a protocol, end fields,
// columns of other plugins. A stage runs on one goroutine. It opens no file and
// no socket: it declares outlets and sends frames to them. The only clock is
// packet time. What one plugin gives another is a column or a [Table].
//
// Nothing here imports fmt, reflect or encoding: a sandboxed plugin links this
// package, and pays for what it links at every start.
package sdk
