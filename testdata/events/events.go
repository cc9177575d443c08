// Package events holds two plugins of tests: one changes a table at every event, the other writes every event
// with the table as it is then. They are compiled in, in processes and in the sandbox the same.
package events

import (
	"strconv"
	"time"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Changer changes its table at every event, and Watcher writes every event with the table as it is then.
var (
	Changer = changer()
	Watcher = watcher()
)

// Plugins returns both.
func Plugins() []*sdk.Plugin { return []*sdk.Plugin{Changer, Watcher} }

type counter struct{ n uint32 }

func (c *counter) Fields(f *sdk.TableFields) { sdk.Field(f, "n", &c.n) }

// table is the number of events of each kind: 0 begins, 1 packets, 2 ends, 3 ticks.
var table = sdk.NewTable[counter, counter]("changer.events")

func changer() *sdk.Plugin {
	return sdk.Define(sdk.Spec[struct{}]{
		Name: "changer", Number: 100, Version: "1.0.0", Doc: "changes a table for a test",
		Starts: sdk.Start(), Packets: sdk.All(field.TCPFlags).WithTables(), Ends: sdk.End(), Ticks: sdk.Every(time.Second), Exports: []sdk.AnyTable{table},
		EndRules: []sdk.EndRule{{Field: field.TCPFlags, Is: sdk.AnyBit, Value: sdk.Amount{Value: fin}, Count: sdk.Amount{Value: 1}}},
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			w := table.Writer(env)
			count := func(at sdk.Moment, kind uint32) {
				row, _ := w.Get(at, counter{kind})
				w.Set(at, counter{kind}, counter{row.n + 1})
			}
			return &sdk.Loop{
				StartFlow: func(s sdk.StartRow) { count(s.Moment, 0) },
				Packet:    func(p sdk.PacketRow) { count(p.Moment, 1) },
				EndFlow:   func(e sdk.EndRow) error { count(e.Moment, 2); return nil },
				Tick:      func(t sdk.TickRow) error { count(t.Moment, 3); return nil },
			}, nil
		},
	})
}

// fin is the flag after which a flow ends here.
const fin = 0x01

type watching struct {
	suffix string
	every  uint32
}

func watcher() *sdk.Plugin {
	return sdk.Define(sdk.Spec[watching]{
		Name: "watcher", Number: 900, Version: "1.0.0", Doc: "watches events for a test",
		Defaults: watching{"_events.txt", 2},
		Settings: func(w *watching) []sdk.Setting {
			return []sdk.Setting{sdk.TextSetting("suffix", &w.suffix, "the file is the output prefix and this"), sdk.Uint32Setting("every", &w.every, "s", 0, 100, "between two ticks")}
		},
		Requires: []sdk.Requirement{{Name: "changer"}}, Imports: []sdk.AnyTable{table},
		Starts:  sdk.Start(field.FlowInd, field.FirstSeen, field.SrcIP, field.SrcPort, field.Opposite, field.Dir),
		Packets: sdk.TCP(field.FrameNum, field.TCPFlags).WithTables(),
		Ends:    sdk.End(field.FlowInd, field.Dir, field.At, field.FlowEndReason),
		Ticks:   sdk.EverySetting("every"), Outlets: []sdk.Outlet{{Name: "lines", Kind: sdk.FileOutlet, Setting: "suffix"}},
		Open: open,
	})
}

func open(env *sdk.Env, _ watching) (sdk.Stage, error) {
	view, lines := table.View(env), env.Outlet("lines")
	line := func(at sdk.Moment, text string) {
		text += " with"
		for k, n := range view.All(at) {
			text += " " + decimal(k.n) + ":" + decimal(n.n)
		}
		lines.Send([]byte(text + "\n"))
	}
	var flows sdk.PerFlow[uint64]
	return &sdk.Loop{
		StartFlow: func(s sdk.StartRow) {
			*flows.At(s.Flow()) = s.FlowInd()
			line(s.Moment, "start "+decimal(s.FlowInd())+string("AB"[s.Dir()])+" "+s.SrcIP().String()+":"+decimal(s.SrcPort())+" at "+millis(s.FirstSeen())+
				", opposite "+strconv.FormatBool(s.Opposite() != sdk.NoFlow))
		},
		Packet: func(p sdk.PacketRow) {
			line(p.Moment, "packet "+decimal(p.FrameNum())+" of "+decimal(*flows.At(p.Flow())))
		},
		EndFlow: func(e sdk.EndRow) error {
			line(e.Moment, "end "+decimal(e.FlowInd())+string("AB"[e.Dir()])+" at "+millis(e.At())+" by "+decimal(e.FlowEndReason()))
			return nil
		},
		Tick:   func(t sdk.TickRow) error { line(t.Moment, "tick "+millis(t.Time())); return nil },
		Report: func(r *sdk.Report) { line(r.Moment, "report") },
	}, nil
}

func decimal[T uint8 | uint16 | uint32 | uint64](n T) string {
	return strconv.FormatUint(uint64(n), 10)
}

// millis returns the last hundred seconds of a time in milliseconds.
func millis(t int64) string { return strconv.FormatInt(t%1e11/1e6, 10) }
