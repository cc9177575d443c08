package sdk_test

import (
	"fmt"
	"strconv"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/sdktest"
)

// packets are two conversations with a web server; the first ends before the second.
const packets = `
-- packets --
0.0 10.0.0.1:1000 > 10.0.0.9:80 S win=1024
0.1 10.0.0.9:80 > 10.0.0.1:1000 SA win=512
0.2 10.0.0.1:1000 > 10.0.0.9:80 P win=0 text=GET\x20/
0.3 10.0.0.1:1000 > 10.0.0.9:80 R win=0
9.0 10.0.0.2:2000 > 10.0.0.9:80 P win=64 text=PUT\x20/
`

// show runs a plugin over the packets and prints a part of what came of it.
func show(part string, plugins ...*sdk.Plugin) {
	got, err := sdktest.Run(packets, plugins...)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(got[part])
}

// A whole plugin: it counts the packets of each flow whose window is shut. State is in
// the flow's slot; at the flow's end it is written as a column, and forgotten.
func Example() {
	type settings struct{ Below uint32 }
	column := sdk.NewColumn[uint64]("zeros", "packets with a low window")
	zeros := sdk.Define(sdk.Spec[settings]{
		Name: "zeros", Number: 160, Version: "1.0.0", Doc: "counts packets with a low window",
		Defaults: settings{Below: 1},
		Settings: func(s *settings) []sdk.Setting {
			return []sdk.Setting{sdk.Uint32Setting("below", &s.Below, "bytes, raw", 0, 65536, "what a low window is")}
		},
		Packets: sdk.TCP(field.Window),
		Ends:    sdk.End(),
		Columns: []sdk.AnyColumn{column},
		State:   sdk.StateOf[uint64](),
		Open: func(env *sdk.Env, s settings) (sdk.Stage, error) {
			out := column.Writer(env)
			var flows sdk.PerFlow[uint64]
			return &sdk.Loop{
				Packet: func(p sdk.PacketRow) {
					if p.Window() < s.Below {
						*flows.At(p.Flow())++
					}
				},
				EndFlow: func(end sdk.EndRow) error {
					out.Put(end, flows.Take(end.Flow()))
					return nil
				},
			}, nil
		},
	})
	show("records", zeros)
	// Output:
	// 9.000 1A 10.0.0.1:1000 > 10.0.0.9:80 proto=6 zeros=2
	// 9.000 1B 10.0.0.9:80 > 10.0.0.1:1000 proto=6 zeros=0
	// 9.000 2A 10.0.0.2:2000 > 10.0.0.9:80 proto=6 zeros=0
}

// A sink: frames for an outlet at ends of flows, and a line for the end report. Where the
// frames go is the user's setting.
func ExampleOutletWriter_Send() {
	type settings struct{ sdk.StreamSettings }
	ends := sdk.Define(sdk.Spec[settings]{
		Name: "ends", Number: 940, Version: "1.0.0", Doc: "reports which flows ended",
		Defaults: settings{sdk.StreamDefaults("")},
		Settings: func(s *settings) []sdk.Setting { return s.StreamSettings.Settings() },
		Ends:     sdk.End(field.SrcIP, field.FirstSeen, field.LastSeen),
		Outlets:  []sdk.Outlet{{Name: "lines", Kind: sdk.StreamOutlet, Setting: "to"}},
		Open: func(env *sdk.Env, _ settings) (sdk.Stage, error) {
			lines, n := env.Outlet("lines"), uint64(0)
			return &sdk.Loop{
				EndFlow: func(end sdk.EndRow) error {
					b := append(end.SrcIP().Append(nil), ' ')
					b = sdk.AppendSeconds(b, end.LastSeen()-end.FirstSeen())
					lines.Send(append(b, '\n'))
					n++
					return nil
				},
				Report: func(r *sdk.Report) { r.Summary("Flows: " + sdk.Count(n)) },
			}, nil
		},
	})
	show("files/ends.lines", ends)
	show("report", ends)
	// Output:
	// 10.0.0.1 0.300000000
	// 10.0.0.9 0.000000000
	// 10.0.0.2 0.000000000
	// Flows: 3
}

// A plugin that reads another one's column. It requires the other.
func ExampleEndSelect_With() {
	l7Bytes := sdk.NewColumn[uint64]("l7Bytes", "bytes of payload")
	lengths := sdk.Define(sdk.Spec[struct{}]{
		Name: "lengths", Number: 100, Version: "1.0.0", Doc: "adds its bytes to each flow",
		Packets: sdk.All(field.L7Len), Ends: sdk.End(), Columns: []sdk.AnyColumn{l7Bytes},
		State: sdk.StateOf[uint64](),
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			out := l7Bytes.Writer(env)
			var flows sdk.PerFlow[uint64]
			return &sdk.Loop{
				Packet:  func(p sdk.PacketRow) { *flows.At(p.Flow()) += uint64(p.L7Len()) },
				EndFlow: func(end sdk.EndRow) error { out.Put(end, flows.Take(end.Flow())); return nil },
			}, nil
		},
	})
	total := sdk.Define(sdk.Spec[struct{}]{
		Name: "total", Number: 200, Version: "1.0.0", Doc: "adds them up",
		Requires: []sdk.Requirement{{Name: "lengths", Versions: "^1"}},
		Ends:     sdk.End().With(l7Bytes),
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			bytes, sum := l7Bytes.Reader(env), uint64(0)
			return &sdk.Loop{
				EndFlow: func(end sdk.EndRow) error { sum += bytes.Get(end); return nil },
				Report:  func(r *sdk.Report) { r.Summary("Bytes: " + sdk.Count(sum)) },
			}, nil
		},
	})
	show("report", lengths, total)
	// Output:
	// Bytes: 10
}

// host is the key of the example's table, and seen its row: a type names its fields once.
type host struct{ ip sdk.IP }

func (h *host) Fields(f *sdk.TableFields) { sdk.Field(f, "ip", &h.ip) }

type seen struct{ flows uint32 }

func (s *seen) Fields(f *sdk.TableFields) { sdk.Field(f, "flows", &s.flows, sdk.MergeSum) }

// hosts is exported by the plugin that keeps it and imported by those that read it.
var hosts = sdk.NewTable[host, seen]("keeper.hosts")

// A table crosses from one plugin to another, and is seen as it stood at each flow end.
func ExampleTable() {
	keeper := sdk.Define(sdk.Spec[struct{}]{
		Name: "keeper", Number: 100, Version: "1.0.0", Doc: "counts the flows of each host",
		Ends: sdk.End(field.SrcIP), Exports: []sdk.AnyTable{hosts},
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			w := hosts.Writer(env)
			return &sdk.Loop{EndFlow: func(end sdk.EndRow) error {
				row, _ := w.Get(end.Moment, host{end.SrcIP()})
				w.Set(end.Moment, host{end.SrcIP()}, seen{row.flows + 1})
				return nil
			}}, nil
		},
	})
	soFar := sdk.NewColumn[uint32]("hosts", "hosts so far")
	teller := sdk.Define(sdk.Spec[struct{}]{
		Name: "teller", Number: 200, Version: "1.0.0", Doc: "tells how many there are",
		Requires: []sdk.Requirement{{Name: "keeper", Versions: "^1"}},
		Ends:     sdk.End(field.SrcIP), Imports: []sdk.AnyTable{hosts},
		Columns: []sdk.AnyColumn{soFar},
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			view, out := hosts.View(env), soFar.Writer(env)
			return &sdk.Loop{EndFlow: func(end sdk.EndRow) error {
				out.Put(end, uint32(view.Len(end.Moment)))
				return nil
			}}, nil
		},
	})
	show("records", keeper, teller)
	// Output:
	// 9.000 1A 10.0.0.1:1000 > 10.0.0.9:80 proto=6 hosts=1
	// 9.000 1B 10.0.0.9:80 > 10.0.0.1:1000 proto=6 hosts=2
	// 9.000 2A 10.0.0.2:2000 > 10.0.0.9:80 proto=6 hosts=3
}

// Payload is sent to who asks for it, and as much of it as was asked for.
func ExamplePacketSelect_WithPayload() {
	word := sdk.NewColumn[string]("word", "first bytes", sdk.ShowQuoted)
	words := sdk.Define(sdk.Spec[struct{}]{
		Name: "words", Number: 300, Version: "1.0.0", Doc: "shows how each flow begins",
		Packets: sdk.TCP().WithPayload(3), Ends: sdk.End(), Columns: []sdk.AnyColumn{word},
		State: sdk.StateOf[string](),
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			out := word.Writer(env)
			var flows sdk.PerFlow[string]
			return &sdk.Loop{
				Packet: func(p sdk.PacketRow) {
					if f := flows.At(p.Flow()); *f == "" {
						*f = string(p.Payload()) // a copy: a batch's memory is used again
					}
				},
				EndFlow: func(end sdk.EndRow) error { out.Put(end, flows.Take(end.Flow())); return nil },
			}, nil
		},
	})
	show("records", words)
	// Output:
	// 9.000 1A 10.0.0.1:1000 > 10.0.0.9:80 proto=6 word="GET"
	// 9.000 1B 10.0.0.9:80 > 10.0.0.1:1000 proto=6 word=""
	// 9.000 2A 10.0.0.2:2000 > 10.0.0.9:80 proto=6 word="PUT"
}

func ExampleShare() {
	fmt.Println(sdk.Count(46136))
	fmt.Println(sdk.Share(1477, 11968))
	fmt.Println(sdk.Seconds(1_500_000_000, 3))
	fmt.Println(string(sdk.AppendSeconds(nil, -1)))
	fmt.Println(strconv.Itoa(len(sdk.Hex8(1))), sdk.Hex8(1))
	// Output:
	// 46136 (46.14 K)
	// 1477 (1.48 K) [12.34%]
	// 1.500
	// 4294967295.999999999
	// 4 0x01
}
