// Package firstwords reads payload and adds to each flow the word that it begins with,
// and how many of its packets begin with one.
package firstwords

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// The plugin's columns, and one that it reads.
var (
	Word  = sdk.NewColumn[string]("firstWord", "word that the flow's payload begins with", sdk.ShowQuoted)
	Share = sdk.NewColumn[float32]("firstWordShare", "share of the flow's packets that begin with a word")

	pktsSnt = sdk.NewColumn[uint64]("basicstats.pktsSnt", "")
)

// Read is how many bytes of each packet's payload the plugin gets.
const Read = 16

// Plugin is the declaration: all that t2host knows of the plugin before it opens it.
var Plugin = sdk.Define(sdk.Spec[struct{}]{
	Name: "firstWords", Number: 300, Version: "0.1.0",
	Doc:      "adds the word that the payload begins with to each flow",
	Requires: []sdk.Requirement{{Name: "basicstats", Versions: "^1.0.0"}},
	Packets:  sdk.All().WithPayload(Read),
	Ends:     sdk.End(field.DstPort, field.Proto).With(pktsSnt),
	Columns:  []sdk.AnyColumn{Word, Share},
	Exports:  []sdk.AnyTable{Ports},
	State:    sdk.StateOf[flow](),
	Open:     open,
})

// Ports is the table of the ports to which flows spoke in words, in the order of their
// first one.
var Ports = sdk.NewTable[Port, Row]("firstWords.ports")

// Port is a destination.
type Port struct{ Proto, Number uint32 }

// Fields names the key's fields.
func (k *Port) Fields(f *sdk.TableFields) {
	sdk.Field(f, "l4Proto", &k.Proto)
	sdk.Field(f, "dstPort", &k.Number)
}

// Row is what the table keeps of a port.
type Row struct {
	Flows   uint64
	Packets uint64 // that began with a word
}

// Fields names the row's fields.
func (r *Row) Fields(f *sdk.TableFields) {
	sdk.Field(f, "flows", &r.Flows)
	sdk.Field(f, "packets", &r.Packets)
}

func open(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
	t := &firstwords{ports: Ports.Writer(env), word: Word.Writer(env), share: Share.Writer(env), sent: pktsSnt.Reader(env)}
	return &sdk.Loop{Packet: t.packet, EndFlow: t.endFlow, Report: t.report}, nil
}

// firstwords is an opened plugin.
type firstwords struct {
	flows sdk.PerFlow[flow]
	ports *sdk.TableWriter[Port, Row]
	word  *sdk.ColumnWriter[string]
	share *sdk.ColumnWriter[float32]
	sent  *sdk.ColumnReader[uint64]
}

// flow is the state of one direction.
type flow struct {
	word    [Read]byte
	length  uint8
	packets uint32 // that begin with a word
}

func (t *firstwords) packet(p sdk.PacketRow) {
	word := letters(p.Payload())
	if len(word) < 2 {
		return
	}
	f := t.flows.At(p.Flow())
	if f.packets == 0 {
		f.length = uint8(copy(f.word[:], word))
	}
	f.packets++
}

// letters are those that payload begins with.
func letters(b []byte) []byte {
	n := 0
	for n < len(b) && (b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z') {
		n++
	}
	return b[:n]
}

func (t *firstwords) endFlow(end sdk.EndRow) error {
	f := t.flows.Take(end.Flow())
	t.word.Put(end, string(f.word[:f.length]))
	share := float32(0)
	if sent := t.sent.Get(end); sent > 0 {
		share = float32(float64(f.packets) / float64(sent))
	}
	t.share.Put(end, share)
	if f.packets > 0 {
		k := Port{uint32(end.Proto()), uint32(end.DstPort())}
		row, _ := t.ports.Get(end.Moment, k)
		row.Flows++
		row.Packets += uint64(f.packets)
		t.ports.Set(end.Moment, k, row)
	}
	return nil
}

// report adds the plugin's lines to the end report.
func (t *firstwords) report(r *sdk.Report) {
	r.Summary("Ports with words: " + sdk.Count(uint64(t.ports.Len(r.Moment))))
}
