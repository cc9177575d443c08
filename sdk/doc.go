// Package sdk turns what an author declares about a plugin into a *Plugin, the
// value that the host loads: compiled in, out of process or sandboxed, from
// the same source and with the same bytes as result.
//
// # A plugin
//
// A plugin is declared data and one function. [Define] turns the declaration, a
// [Spec], into a *[Plugin]. It opens nothing:
//
//	var Plugin = sdk.Define(sdk.Spec[Settings]{
//		Name: "zeros", Number: 160, Version: "1.0.0", Doc: "counts closed windows",
//		Packets: sdk.TCP(field.Window),
//		Ends:    sdk.End(field.SrcIP),
//		Columns: []sdk.Column{sdk.Uint32Column("zeros", "packets with window 0")},
//		Open:    open,
//	})
//
// Open returns a [Stage]. Authors rarely write one: a [Loop] is a Stage that
// walks a batch and calls back for packets, for flow ends and for the report.
// The package example is a whole plugin.
//
// # What it reads
//
// A plugin gets what it declares. A row panics if it is asked for anything else.
//
//   - Packets: [TCP] or [All], with [PacketField]s: [Time], [Window], [TCPFlags],
//     [WireLen], [L7Len], [PadLen]; [PacketSelect.WithPayload] for the first bytes of the payload.
//   - Ends of flows: [End], with [EndField]s: [SrcIP], [DstIP], [FlowInd], [At] and so on.
//   - Columns of other plugins, at ends: [EndSelect.With] names them, "tcpwin.tcpWinThCnt",
//     with their type; [EndRow.Uint] and its like read them by their index in that list.
//     [EndSelect.WithAll] selects all. Their plugins must be in Spec.Requires.
//   - Tables of other plugins: Spec.Imports, and [Table.View] in Open.
//
// A flow is one direction of a conversation. A live flow has a slot, a small
// number; a [PerFlow] holds a plugin's state of each flow by slot.
//
// A flow is one direction of a conversation. The host numbers the live flows:
// a slot is that number, small and reused after the flow's end, never twice in
// a batch; a [PerFlow] holds the state of each flow, indexed by slot. At a flow's
// end the plugin reads what it declared and writes each of its columns
// once, flow by flow ([EndRow]) or a whole column of a batch ([EndRows]). Together
// with the columns of the other plugins they make the flow's record.
//
// # What it writes
//
//   - Columns: Spec.Columns, made with [U32], [H8], [Duration] and so on, or [Of] for any type.
//   - Tables: [NewTable], Spec.Exports, and [Table.Writer] in Open. They are changed at ends.
//   - Bytes for files and sockets: Spec.Outlets, and [Env.Outlet] in Open. Each
//     [OutletWriter.Send] is a frame, which leaves whole. A plugin with a stream embeds
//     [StreamSettings] in its settings.
//   - Lines of the end report: [Report.Line] in Loop.Report, which is called once,
//     after everything else, and may send last frames too.
//
// # Settings
//
// Spec.Settings binds declared settings to the fields of a struct: [Uint32],
// [Bool], [Text], [Choice], [Target]. Spec.Defaults holds their defaults. Each has a
// unit, a range and a sentence, which t2host conf shows.
//
// # Rules
//
// A stage runs on one goroutine, keeps nothing of a batch, and opens no file and
// no socket. The only clock is packet time, in nanoseconds since 1970 UTC.
// Its results must not depend on where a batch ends. An error that it returns ends
// the run, and so does a panic.
//
// Nothing here imports fmt, reflect or encoding: a sandboxed plugin links this
// package, and pays for what it links at every start. [Count], [Share], [Seconds],
// [AppendSeconds], [IP.Append] and strconv write what most plugins need.
//
// A sandboxed plugin links this package and pays at each start for what it links,
// so nothing here imports fmt, reflect or encoding. Nor should the plugin: strconv,
// [Count], [Share], [Seconds], [AppendSeconds] and [IP.Append] write most values.
//
// Package sdktest tests a plugin on packets in text. Package serve makes an
// artefact of it: a command whose init calls serve.Plugins and whose main calls
// serve.Run.
package sdk

//go:generate go run ./internal/fields/generate ..
