// Package scanners finds hosts whose SYNs nobody answers, while they go on: it keeps a table of them
// for other plugins.
package scanners

import (
	"time"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Settings of an opened plugin.
type Settings struct {
	Wait uint32
}

// Unanswered is 1 for flows that began with a SYN that nobody answered.
var Unanswered = sdk.NewColumn[uint8]("synUnanswered", "1 if the flow began with a SYN that nobody answered")

// Plugin is the declaration.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "scanners", Number: 210, Version: "0.1.0",
	Doc:      "counts the SYNs of each host that nobody answers",
	Defaults: Settings{Wait: 3},
	Settings: func(s *Settings) []sdk.Setting {
		return []sdk.Setting{sdk.Uint32Setting("wait", &s.Wait, "s, packet time", 1, 3600, "a SYN without an answer after that time counts")}
	},
	Starts:  sdk.Start(field.SrcIP, field.Opposite),
	Packets: sdk.TCP(field.Time, field.TCPFlags),
	Ends:    sdk.End(),
	Ticks:   sdk.Every(time.Second),
	Columns: []sdk.AnyColumn{Unanswered},
	Exports: []sdk.AnyTable{Hosts},
	State:   sdk.StateOf[flow](),
	Open:    open,
})

// Hosts is the table of those whose SYNs were not answered.
var Hosts = sdk.NewTable[sdk.IP, Row]("scanners.hosts")

// Row is what is known of a host.
type Row struct {
	SYNs  uint64 // that nobody answered, of as many flows
	First int64  // when the first of them was sent, nanoseconds since 1970 UTC
}

// Fields names the row's fields.
func (r *Row) Fields(f *sdk.TableFields) {
	sdk.Field(f, "syns", &r.SYNs, sdk.MergeSum)
	sdk.Field(f, "first", &r.First, sdk.ShowTime, sdk.MergeMin)
}

func open(env *sdk.Env, s Settings) (sdk.Stage, error) {
	t := &scanners{Settings: s, hosts: Hosts.Writer(env), unanswered: Unanswered.Writer(env)}
	return &sdk.Loop{StartFlow: t.startFlow, Packet: t.packet, EndFlow: t.endFlow, Tick: t.tick, Report: t.report}, nil
}

// scanners is an opened plugin.
type scanners struct {
	Settings
	hosts      *sdk.TableWriter[sdk.IP, Row]
	unanswered *sdk.ColumnWriter[uint8]
	flows      sdk.PerFlow[flow]
	pending    sdk.Ordered[uint32, int64] // slots whose SYN waits for an answer, and when it was sent
}

// flow is the state of one direction.
type flow struct {
	src        sdk.IP
	packets    uint32
	unanswered bool
}

// Flags of TCP.
const (
	syn = 0x02
	ack = 0x10
)

// startFlow notes the address, and that the opposite direction has an answer.
func (t *scanners) startFlow(start sdk.StartRow) {
	t.flows.At(start.Flow()).src = start.SrcIP()
	if opposite := start.Opposite(); opposite != sdk.NoFlow {
		t.pending.Delete(opposite)
	}
}

func (t *scanners) packet(p sdk.PacketRow) {
	f := t.flows.At(p.Flow())
	if f.packets == 0 && p.TCPFlags()&(syn|ack) == syn {
		t.pending.Set(p.Flow(), p.Time())
	}
	f.packets++
}

// tick counts the SYNs that have waited for too long.
func (t *scanners) tick(tick sdk.TickRow) error {
	var late []uint32
	for slot, sent := range t.pending.All() {
		if tick.Time()-sent >= int64(t.Wait)*1e9 {
			late = append(late, slot)
		}
	}
	for _, slot := range late {
		t.count(tick.Moment, slot)
	}
	return nil
}

// count counts the SYN of a flow.
func (t *scanners) count(at sdk.Moment, slot uint32) {
	sent, waits := t.pending.Get(slot)
	if !waits {
		return
	}
	t.pending.Delete(slot)
	f := t.flows.At(slot)
	f.unanswered = true
	row, known := t.hosts.Get(at, f.src)
	if !known {
		row.First = sent
	}
	row.SYNs++
	t.hosts.Set(at, f.src, row)
}

func (t *scanners) endFlow(end sdk.EndRow) error {
	t.count(end.Moment, end.Flow())
	unanswered := uint8(0)
	if t.flows.Take(end.Flow()).unanswered {
		unanswered = 1
	}
	t.unanswered.Put(end, unanswered)
	return nil
}

// report adds the plugin's lines to the end report.
func (t *scanners) report(r *sdk.Report) {
	r.Summary("Hosts whose SYNs were not answered: " + sdk.Count(uint64(t.hosts.Len(r.Moment))))
}
