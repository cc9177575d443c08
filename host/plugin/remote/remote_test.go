package remote

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/serve"
	"github.com/t2host/t2host/sdk/value"
	"github.com/t2host/t2host/sdk/wire"
)

type number struct{ n uint32 }

func (k *number) Fields(f *sdk.TableFields) { sdk.Field(f, "n", &k.n) }

var numbers = sdk.NewTable[number, number]("maker.numbers")

// reader writes the table's length at each end, in a column, a frame and its own
// table.
func reader() *sdk.Plugin {
	own := sdk.NewTable[number, number]("reader.lengths")
	type settings struct{ Suffix string }
	x, texts := sdk.NewColumn[uint8]("maker.x", ""), sdk.NewColumn[string]("maker.t", "")
	length, list := sdk.NewColumn[uint32]("length", ""), sdk.NewListColumn[string]("texts", "")
	return sdk.Define(sdk.Spec[settings]{
		Name: "reader", Version: "1.0.0", Doc: "reads", Requires: []sdk.Requirement{{Name: "maker"}},
		Settings: func(s *settings) []sdk.Setting { return []sdk.Setting{sdk.TextSetting("suffix", &s.Suffix, "")} },
		Packets:  sdk.TCP(field.Window), Ends: sdk.End(field.FlowInd, field.HdrDesc).With(x, texts),
		Columns: []sdk.AnyColumn{length, list}, Exports: []sdk.AnyTable{own}, Imports: []sdk.AnyTable{numbers},
		Outlets: []sdk.Outlet{{Name: "lines", Kind: sdk.FileOutlet, Setting: "suffix"}},
		Open: func(env *sdk.Env, _ settings) (sdk.Stage, error) {
			table, lengths, lines := numbers.View(env), own.Writer(env), env.Outlet("lines")
			x, texts, length, list := x.Reader(env), texts.Reader(env), length.Writer(env), list.Writer(env)
			sum := uint64(0)
			return &sdk.Loop{
				Packet: func(p sdk.PacketRow) { sum = 31*sum + uint64(p.Window()) },
				EndFlow: func(e sdk.EndRow) error {
					n := uint32(table.Len(e.Moment))
					length.Put(e, n)
					var all []string
					for rest := e.Vec(field.HdrDesc); len(rest) > 0; {
						text, after, _ := (value.Text | value.List).Next(rest)
						all, rest = append(all, string(text)), after
					}
					list.Put(e, append(all, texts.Get(e)))
					lengths.Set(e.Moment, number{uint32(e.FlowInd())}, number{n})
					lines.Send([]byte(strconv.FormatUint(sum+uint64(x.Get(e)), 10) + "\n"))
					return nil
				},
				Report: func(r *sdk.Report) { r.Line(strconv.Itoa(table.Len(r.Moment))) },
			}, nil
		},
	})
}

// large is a batch of four ends, ten rows, with this many changes and bytes of text
// at each end.
func large(text int, changes []int) *sdk.Batch {
	b := &sdk.Batch{Number: 7, First: 1, Last: 9, Final: true}
	b.Packets.N = 10
	for i := range uint32(10) {
		b.Packets.Flow = append(b.Packets.Flow, i)
		b.Packets.Window = append(b.Packets.Window, i)
	}
	b.Ends.N, b.Events = len(changes), uint32(len(changes))
	b.Ends.Columns = []value.Vec{{Type: value.Uint8}, {Type: value.Text}}
	b.Ends.HdrDesc.Type = field.HdrDesc.Type()
	key := byte(0)
	for at, n := range changes {
		b.Ends.Flow = append(b.Ends.Flow, uint32(at))
		b.Ends.FlowInd = append(b.Ends.FlowInd, uint64(at))
		b.Ends.Before = append(b.Ends.Before, uint32(2*at))
		b.Ends.Order = append(b.Ends.Order, uint32(at))
		b.Ends.Columns[0].Data = append(b.Ends.Columns[0].Data, byte(at))
		b.Ends.Columns[1].Append(bytes.Repeat([]byte{'a' + byte(at)}, text))
		b.Ends.HdrDesc.Append(field.HdrDesc.Type().AppendTo(nil, bytes.Repeat([]byte{'A' + byte(at)}, text)))
		for i := range n {
			row := []byte{byte(i), byte(i >> 8), byte(i >> 16), key}
			b.Imports = append(b.Imports, answer.Delta{At: uint32(at), Key: row, Row: row})
		}
		key++
	}
	return b
}

// near is a peer without a border; it keeps the sizes of the batches.
type near struct {
	*serve.Server
	sizes []int
}

func (n *near) Room(size int) ([]byte, error) { return make([]byte, 0, size), nil }
func (n *near) Release(bool)                  {}

func (n *near) Batch(msg []byte, piece func([]byte) error) ([]byte, error) {
	n.sizes = append(n.sizes, len(msg))
	return n.Server.Batch(msg, piece)
}

func TestALargeBatchCrossesInParts(t *testing.T) {
	for _, c := range []struct {
		name    string
		text    int
		changes []int
		parts   int
	}{
		{"small", 9, []int{1, 2, 3, 4}, 1},
		{"many at the first end", 0, []int{60_000, 0, 0, 1}, 4},
		{"many at the last end", 1, []int{0, 0, 1, 60_000}, 4},
		{"many at each", 0, []int{30_000, 30_000, 30_000, 30_000}, 7},
		{"at the border", 1, []int{19_000, 19_000, 19_000, 19_000}, 4},
		{"long texts", 200_000, []int{0, 0, 0, 0}, 4},
		{"long texts and changes", 200_000, []int{10, 30_000, 0, 10}, 6},
	} {
		direct, err := reader().Open(sdk.Opening{})
		if err != nil {
			t.Fatal(err)
		}
		want := large(c.text, c.changes)
		if err := direct.Batch(want); err != nil {
			t.Fatal(err)
		}
		peer := &near{Server: serve.NewServer(reader())}
		stage, err := Carry(reader(), func() (Peer, error) { return peer, nil }).Open(sdk.Opening{})
		if err != nil {
			t.Fatal(err)
		}
		got := large(c.text, c.changes)
		if err := stage.Batch(got); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		out := func(b *sdk.Batch) []any {
			list := []any{b.Out.Deltas, b.Out.Frames, b.Out.Report}
			for _, v := range b.Out.Columns { // texts are long, and a slice is compared byte by byte
				list = append(list, string(v.Data), v.Ends)
			}
			return list
		}
		if diff := cmp.Diff(out(want), out(got)); diff != "" {
			t.Errorf("%s (-direct +carried):\n%.2000s", c.name, diff)
		}
		if len(peer.sizes) != c.parts {
			t.Errorf("%s: %d parts, want %d", c.name, len(peer.sizes), c.parts)
		}
		for _, n := range peer.sizes {
			if n > wire.MaxBatch {
				t.Errorf("%s: a part of %d bytes", c.name, n)
			}
		}
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	}
}

// bad is a peer that goes wrong in one way.
type bad struct {
	near
	calls    []string
	describe func() []byte
	answer   func() ([]byte, error)
}

func (b *bad) Describe() ([]byte, error) {
	if b.describe != nil {
		return b.describe(), nil
	}
	return b.near.Describe()
}

func (b *bad) Batch([]byte, func([]byte) error) ([]byte, error) {
	b.calls = append(b.calls, "batch")
	return b.answer()
}

func (b *bad) Close() ([]byte, error) {
	b.calls = append(b.calls, "close")
	return b.near.Close()
}

func (b *bad) Release(broken bool) {
	b.calls = append(b.calls, "release broken="+strconv.FormatBool(broken))
}

func TestAPeerThatIsNotWhatItWas(t *testing.T) {
	other := *reader()
	other.Version = "1.0.1"
	renamed := *reader()
	renamed.Name, renamed.Exports = "other", nil
	unit := *reader()
	unit.Doc = "reads more"
	for _, c := range []struct {
		plugin *sdk.Plugin
		want   string
	}{
		{&other, "declaration differs from its manifest (version 1.0.0 became 1.0.1): build it again (t2host build DIR)"},
		{&renamed, "artefact no longer holds plugin reader: build it again (t2host build DIR)"},
		{&unit, `declaration differs from its manifest (…"1.0.0","doc":"reads","settings":[{"name… became …"1.0.0","doc":"reads more","settings":[{…): build it again (t2host build DIR)`},
	} {
		b := &bad{near: near{Server: serve.NewServer(c.plugin)}}
		_, err := Carry(reader(), func() (Peer, error) { return b, nil }).Open(sdk.Opening{})
		if err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
		if diff := cmp.Diff([]string{"release broken=false"}, b.calls); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	}
}

func TestAPeerThatAnswersNonsense(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer func() ([]byte, error)
		want   string
		broken bool
	}{
		{"garbage", func() ([]byte, error) { return []byte(strings.Repeat("x", 50)), nil }, "malformed answer: message length is wrong", true},
		{"nothing", func() ([]byte, error) { return nil, nil }, "malformed answer: message is shorter than its header", true},
		{"other ends", func() ([]byte, error) { return wire.AppendAnswer(nil, &answer.Answer{}, 3, ""), nil }, "malformed answer: answer is to another number of flow ends or packets", true},
		{"gone", func() ([]byte, error) { return nil, errors.New("process died") }, "process died", true},
		{"own error", func() ([]byte, error) { return wire.AppendAnswer(nil, &answer.Answer{}, 0, "no room"), nil }, "no room", false},
	} {
		b := &bad{near: near{Server: serve.NewServer(reader())}, answer: c.answer}
		stage, err := Carry(reader(), func() (Peer, error) { return b, nil }).Open(sdk.Opening{})
		if err != nil {
			t.Fatal(err)
		}
		if err := stage.Batch(large(0, []int{1, 1})); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
		if err := stage.Close(); err != nil {
			t.Errorf("%s: close: %v", c.name, err)
		}
		want := []string{"batch", "close", "release broken=false"}
		if c.broken {
			want = []string{"batch", "release broken=true"}
		}
		if diff := cmp.Diff(want, b.calls); diff != "" {
			t.Errorf("%s: calls (-want +got):\n%s", c.name, diff)
		}
	}
}
