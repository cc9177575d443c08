// Package sdk is what the author of a plugin imports. The same source runs
// compiled in, in a process of its own, or in a sandbox, with the same results.
//
// # A plugin
//
// A plugin is declared data and one function. [Define] turns the declaration, a
// [Spec], into a *[Plugin]. It opens nothing:
//
//	var Zeros = sdk.NewColumn[uint32]("zeros", "packets with window 0")
//
//	var Plugin = sdk.Define(sdk.Spec[Settings]{
//		Name: "zeros", Number: 160, Version: "1.0.0", Doc: "counts closed windows",
//		Packets: sdk.TCP(field.Window),
//		Ends:    sdk.End(field.SrcIP),
//		Columns: []sdk.AnyColumn{Zeros},
//		Open:    open,
//	})
//
// Open returns a [Stage], usually a [Loop]: it walks the batches and calls back
// for packets, for flow ends and for the end report. [Stage] has the contract:
// order of calls, memory, errors. The package example is a whole plugin.
//
// # What it reads
//
// A plugin gets what it declares. A row panics if it is asked for anything else.
//
//   - Packets: [TCP] or [All] with fields of package field;
//     [PacketSelect.WithPayload] adds the first bytes of the payload.
//   - Flow ends: [End] with fields of package field.
//   - Columns of other plugins: [EndSelect.With], and [Column.Reader] in Open; or
//     [EndSelect.WithAll].
//   - Tables of other plugins: Spec.Imports, and [Table.View] in Open.
//
// A flow is one direction of a conversation. A live flow has a slot, a small
// number; a [PerFlow] holds a plugin's state of each flow by slot, and Spec.State
// declares its size ([StateOf]), by which the host grants memory to the plugin.
//
// # What it returns
//
//   - Columns: Spec.Columns, and [Column.Writer] in Open; a value is
//     written at each flow end.
//   - Columns of packets: [PacketSelect.WithColumns], and [Column.PacketWriter]
//     in Open.
//   - Tables: [NewTable], Spec.Exports, and [Table.Writer] in Open.
//   - Files and streams: Spec.Outlets, and [Env.Outlet] in Open.
//   - Numbers that tell how it is doing: Spec.Metrics, and [Metric.Writer] in Open.
//   - Lines of the end report: [Report], in Loop.Report.
//
// # Rules
//
// A plugin opens no file and no socket and starts no goroutine. Its only clock
// is packet time, in nanoseconds since 1970 UTC. Its results must not depend on
// where a batch ends.
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
