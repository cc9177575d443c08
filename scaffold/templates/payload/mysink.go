// Package mysink reads the first bytes of payload and adds to each flow record
// how many of its packets begin with a printable text.
package mysink

import (
	//t2host:packages
	"github.com/t2host/t2host/sdk"
)

// Settings of an opened plugin.
type Settings struct {
	Least uint32
}

// Read is how many bytes of each packet's payload the plugin gets.
const Read = 16

// Texts is the plugin's column.
var Texts = sdk.NewColumn[uint32]("mySinkTexts", "packets whose payload begins with text")

// Plugin is the declaration: all that t2host knows of the plugin before it opens it.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "mySink", Number: 900, Version: "0.1.0",
	Doc:      "counts the packets of each flow whose payload begins with text",
	Defaults: Settings{Least: 4},
	Settings: func(s *Settings) []sdk.Setting {
		return []sdk.Setting{
			sdk.Uint32Setting("least", &s.Least, "bytes", 1, Read, "printable bytes that make a text"),
		}
	},
	//t2host:requires
	Packets: sdk.All().WithPayload(Read),
	Ends:    sdk.End(), //t2host:columns
	Columns: []sdk.AnyColumn{Texts},
	State:   sdk.StateOf[uint32](),
	Open:    open,
})

func open(env *sdk.Env, s Settings) (sdk.Stage, error) {
	t := &mysink{Settings: s, column: Texts.Writer(env)}
	//t2host:open
	return &sdk.Loop{Packet: t.packet, EndFlow: t.endFlow, Report: t.report}, nil
}

// mysink is an opened plugin.
type mysink struct {
	Settings
	column *sdk.ColumnWriter[uint32]
	texts  sdk.PerFlow[uint32]
	total  uint64 // of all flows
	//t2host:state
}

func (t *mysink) packet(p sdk.PacketRow) {
	if t.isText(p.Payload()) {
		*t.texts.At(p.Flow())++
	}
}

// isText looks at bytes that come from outside: it is not longer than what was captured.
func (t *mysink) isText(b []byte) bool {
	if len(b) < int(t.Least) {
		return false
	}
	for _, c := range b[:t.Least] {
		if (c < ' ' || c > '~') && c != '\t' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

// endFlow writes each column once.
func (t *mysink) endFlow(end sdk.EndRow) error {
	n := t.texts.Take(end.Flow())
	t.column.Put(end, n)
	t.total += uint64(n)
	//t2host:use
	return nil
}

// report adds the plugin's lines to the end report.
func (t *mysink) report(r *sdk.Report) {
	r.Summary("Packets that begin with text: " + sdk.Count(t.total))
	//t2host:report
}
