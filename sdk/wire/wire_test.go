package wire

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/setting"
	"github.com/t2host/t2host/sdk/value"
)

// everything is a plugin that reads and returns everything there is.
func everything() *sdk.Plugin {
	table := sdk.TableInfo{Name: "a.t", Key: []sdk.ColumnInfo{{Name: "k", Type: value.Uint32}}, Row: []sdk.ColumnInfo{{Name: "r", Type: value.Uint8}, {Name: "ip", Type: value.IP}, {Name: "why", Type: value.Text}}}
	return &sdk.Plugin{
		Name:    "a",
		Packets: sdk.PacketSelect{Rows: field.AllRows, Fields: field.AllPackets, PayloadLen: 8, HeaderLen: 8, Tables: true, Columns: []sdk.ColumnInfo{{Name: "mark", Type: value.Uint8}, {Name: "note", Type: value.String}}},
		Starts:  sdk.StartSelect{On: true, Fields: field.AllStarts},
		Ticks:   sdk.Every(time.Second),
		Ends: sdk.EndSelect{On: true, Fields: field.AllEnds, Columns: []sdk.ColumnInfo{
			{Name: "b.x", Type: value.Hex8}, {Name: "b.ip", Type: value.IP}, {Name: "b.s", Type: value.String}, {Name: "b.l", Type: value.Text | value.List},
		}},
		Columns: []sdk.ColumnInfo{{Name: "u", Type: value.Uint8}, {Name: "f", Type: value.Float64}, {Name: "ip", Type: value.IP}, {Name: "s", Type: value.Text}, {Name: "l", Type: value.Uint16 | value.List}},
		Exports: []sdk.TableInfo{table},
		Imports: []sdk.TableInfo{table},
		Outlets: []sdk.Outlet{{Name: "x"}, {Name: "y", Kind: sdk.RecordOutlet}, {
			Name: "rows", Kind: sdk.RowOutlet, Pass: []string{"srcIP", "b.x"}, Columns: []sdk.ColumnInfo{{Name: "n", Type: value.Uint16}, {Name: "why", Type: value.Text}},
		}},
		Metrics: []sdk.Metric{{Name: "seen"}, {Name: "kept", Gauge: true}},
	}
}

// batchOf returns a batch of so many flow ends, which are all of its events, and twice as many packet rows.
func batchOf(ends int) *sdk.Batch {
	return &sdk.Batch{Events: uint32(ends), Ends: sdk.Ends{N: ends}, Packets: sdk.Packets{N: 2 * ends}}
}

func bytesOf(rnd *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return b
}

func ips(rnd *rand.Rand, n int) []sdk.IP {
	var v []sdk.IP
	for range n {
		a := [16]byte(bytesOf(rnd, 16))
		v = append(v, []sdk.IP{sdk.IPv4(a), sdk.IPv6(a), {}}[rnd.IntN(3)])
	}
	return v
}

func fill[T any](n int, f func() T) []T {
	var v []T
	for range n {
		v = append(v, f())
	}
	return v
}

func deltas(rnd *rand.Rand, events int) []answer.Delta {
	var list []answer.Delta
	for at := range events {
		for range rnd.IntN(3) {
			d := answer.Delta{At: uint32(at), Key: bytesOf(rnd, 4)}
			if d.Deleted = rnd.IntN(3) == 0; !d.Deleted {
				d.Row = append(bytesOf(rnd, 18), "\x02\x00\x00\x00ok"...)
			}
			list = append(list, d)
		}
	}
	return list
}

// values is a column of n values of a type that differ in width.
func values(rnd *rand.Rand, t value.Type, n int) value.Vec {
	v := value.Vec{Type: t}
	for range n {
		if !t.IsList() {
			v.Append(bytesOf(rnd, rnd.IntN(9)))
			continue
		}
		var list []byte
		for range rnd.IntN(4) {
			size := t.Elem().Size()
			if size == 0 {
				size = rnd.IntN(5)
			}
			list = t.AppendTo(list, bytesOf(rnd, size))
		}
		v.Append(list)
	}
	return v
}

// randomRows sets every column of rows, of packets or ends, to n random values.
func randomRows(rnd *rand.Rand, rows reflect.Value, n int) {
	rows.FieldByName("N").SetInt(int64(n))
	for i := range rows.NumField() {
		switch column := rows.Field(i).Addr().Interface().(type) {
		case *[]uint8:
			*column = fill(n, func() uint8 { return uint8(rnd.Uint32()) })
		case *[]uint16:
			*column = fill(n, func() uint16 { return uint16(rnd.Uint32()) })
		case *[]uint32:
			*column = fill(n, rnd.Uint32)
		case *[]int32:
			*column = fill(n, rnd.Int32)
		case *[]uint64:
			*column = fill(n, rnd.Uint64)
		case *[]int64:
			*column = fill(n, func() int64 { return int64(rnd.Uint64()) })
		case *[]sdk.IP:
			*column = ips(rnd, n)
		case *[]sdk.MAC:
			*column = fill(n, func() sdk.MAC { return sdk.MAC(bytesOf(rnd, 6)) })
		}
	}
}

func randomBatch(rnd *rand.Rand) *sdk.Batch {
	n, e := rnd.IntN(20), rnd.IntN(20)
	b := &sdk.Batch{Number: rnd.Uint64(), First: rnd.Uint64(), Last: rnd.Uint64(), Time: int64(rnd.Uint64()), Final: rnd.IntN(2) == 0}
	randomRows(rnd, reflect.ValueOf(&b.Packets).Elem(), n)
	b.Packets.Payload, b.Packets.Header = values(rnd, value.Text, n), values(rnd, value.Text, n)
	b.Totals = sdk.Totals{Packets: rnd.Uint64(), Bytes: rnd.Uint64()}
	randomRows(rnd, reflect.ValueOf(&b.Ends).Elem(), e)
	starts, ticks := rnd.IntN(5), rnd.IntN(5)
	randomRows(rnd, reflect.ValueOf(&b.Starts).Elem(), starts)
	randomRows(rnd, reflect.ValueOf(&b.Ticks).Elem(), ticks)
	for _, of := range []*[]uint32{&b.Starts.Before, &b.Ends.Before, &b.Ticks.Before} {
		before := uint32(0)
		*of = fill(len(*of), func() uint32 { before += uint32(rnd.IntN(n + 1 - int(before))); return before })
	}
	// Each event has a place, in an order of its kind.
	orders := []*[]uint32{&b.Packets.Order, &b.Starts.Order, &b.Ends.Order, &b.Ticks.Order}
	lengths := []int{n, starts, e, ticks}
	for i := range orders {
		*orders[i] = nil
	}
	for left := n + starts + e + ticks; left > 0; {
		if i := rnd.IntN(4); len(*orders[i]) < lengths[i] {
			*orders[i] = append(*orders[i], b.Events)
			b.Events++
			left--
		}
	}
	b.Ends.Columns = []value.Vec{
		{Type: value.Hex8, Data: bytesOf(rnd, e)},
		{Type: value.IP, Data: bytesOf(rnd, e*value.IPSize)},
		values(rnd, value.String, e), values(rnd, value.Text|value.List, e),
	}
	for _, f := range field.EndLists {
		*b.Ends.Vec(f) = values(rnd, f.Type(), e)
	}
	b.Imports = deltas(rnd, int(b.Events))
	return b
}

var compare = cmp.Options{cmpopts.EquateEmpty(), cmp.Exporter(func(t reflect.Type) bool { return t == reflect.TypeFor[sdk.IP]() }), cmpopts.IgnoreUnexported(sdk.Batch{}, answer.Answer{})}

func TestBatchComesThrough(t *testing.T) {
	p := everything()
	var got sdk.Batch // used again, as a plugin does
	for seed := range uint64(200) {
		want := randomBatch(rand.New(rand.NewPCG(seed, 0)))
		msg := AppendBatch([]byte("before")[:3], p, want)[3:]
		if n := Size(p, want); len(msg) > n {
			t.Fatalf("seed %d: %d bytes, more than Size's %d", seed, len(msg), n)
		}
		if err := ReadBatch(msg, p, &got); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if diff := cmp.Diff(*want, got, compare); diff != "" {
			t.Fatalf("seed %d (-sent +read):\n%s", seed, diff)
		}
	}
}

func TestOnlyWhatIsDeclaredIsSent(t *testing.T) {
	p := &sdk.Plugin{Packets: sdk.TCP(field.Window), Ends: sdk.End(field.SrcIP)}
	b := randomBatch(rand.New(rand.NewPCG(7, 0)))
	b.Imports, b.Ends.Columns, b.Starts, b.Ticks = nil, nil, sdk.Starts{}, sdk.Ticks{}
	msg := AppendBatch(nil, p, b)
	var got sdk.Batch
	if err := ReadBatch(msg, p, &got); err != nil {
		t.Fatal(err)
	}
	if got.Packets.Time != nil || got.Ends.DstIP != nil || !cmp.Equal(got.Packets.Window, b.Packets.Window) {
		t.Errorf("read %+v", got)
	}
	if most := head + batchBody + 3*(sectionHead+8) + b.Packets.N*p.Packets.Size() + b.Ends.N*p.Ends.Size() + 8*8; len(msg) > most {
		t.Errorf("message has %d bytes, want at most %d", len(msg), most)
	}
}

func randomOut(rnd *rand.Rand, p *sdk.Plugin, ends int) *answer.Answer {
	out := &answer.Answer{}
	out.Reset(p.Columns)
	out.Columns = vecs(rnd, p.Columns, ends)
	out.Packets = vecs(rnd, p.Packets.Columns, 2*ends)
	if rnd.IntN(2) == 0 {
		out.Metrics = []uint64{rnd.Uint64(), rnd.Uint64()}
	}
	out.Deltas = deltas(rnd, ends)
	own := p.Outlets[2].Columns
	for range rnd.IntN(3) {
		n := 1 + rnd.IntN(5)
		out.Rows = append(out.Rows, answer.Rows{Outlet: 2, N: n, Columns: vecs(rnd, own, n)})
		if ends > 1 {
			picked := []uint32{uint32(rnd.IntN(ends / 2)), uint32(ends - 1)}
			out.Rows = append(out.Rows, answer.Rows{Outlet: 2, N: ends, OfEnds: true, Columns: vecs(rnd, own, ends)},
				answer.Rows{Outlet: 2, N: 2, OfEnds: true, Ends: picked, Columns: vecs(rnd, own, 2)})
		}
	}
	for range rnd.IntN(4) {
		out.AddFrame(uint16(rnd.IntN(2)), bytesOf(rnd, rnd.IntN(9)))
		if rnd.IntN(3) == 0 {
			out.AddNext(1)
		}
		out.Summary = append(out.Summary, string(bytesOf(rnd, rnd.IntN(9))))
		out.Report = append(out.Report, string(bytesOf(rnd, rnd.IntN(9))))
		out.Logs = append(out.Logs, "line")
	}
	return out
}

// vecs returns columns of n values.
func vecs(rnd *rand.Rand, columns []sdk.ColumnInfo, n int) []value.Vec {
	list := answer.Cleared(nil, columns)
	for i := range list {
		if t := list[i].Type; t.Size() == 0 {
			list[i] = values(rnd, t, n)
		} else {
			list[i].Data = bytesOf(rnd, n*t.Size())
		}
	}
	return list
}

func TestAnswerComesThrough(t *testing.T) {
	p := everything()
	var got answer.Answer
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		ends := rnd.IntN(10)
		want := randomOut(rnd, p, ends)
		if err := ReadAnswer(AppendAnswer(nil, want, ends, ""), p, batchOf(ends), &got); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if diff := cmp.Diff(*want, got, compare); diff != "" {
			t.Fatalf("seed %d (-sent +read):\n%s", seed, diff)
		}
	}
}

// pieces returns an answer as its pieces and its end.
func pieces(t testing.TB, out *answer.Answer, ends int) (list [][]byte, end []byte) {
	t.Helper()
	_, err := SendPieces(nil, out, func(piece []byte) error {
		if !IsPiece(piece) || len(piece) > MaxBatch {
			t.Fatalf("a message of %d bytes is sent as a piece", len(piece))
		}
		list = append(list, append([]byte(nil), piece...))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list, AppendAnswer(nil, &answer.Answer{Columns: out.Columns, Packets: out.Packets, Metrics: out.Metrics}, ends, "")
}

// TestPiecesComeThrough: an answer is the same in pieces, also with frames that are cut.
func TestPiecesComeThrough(t *testing.T) {
	p := everything()
	var got answer.Answer
	var a Answer // used again, as a host does
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		ends := rnd.IntN(10)
		want := randomOut(rnd, p, ends)
		for n := rnd.IntN(3); n > 0; n-- {
			want.AddFrame(uint16(rnd.IntN(2)), bytesOf(rnd, rnd.IntN(4*answer.MaxPiece)))
			want.AddFrame(uint16(rnd.IntN(2)), bytesOf(rnd, 3))
		}
		list, end := pieces(t, want, ends)
		got.Reset(p.Columns)
		a.Begin(p, batchOf(ends), &got)
		for _, piece := range list {
			if err := a.Piece(piece); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		if err := a.End(end); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		same := slices.EqualFunc(want.Frames, got.Frames, func(x, y answer.Frame) bool {
			return x.Outlet == y.Outlet && x.Next == y.Next && bytes.Equal(x.Data, y.Data)
		})
		want.Frames, got.Frames = nil, nil // cmp compares byte by byte
		if diff := cmp.Diff(*want, got, compare); diff != "" || !same {
			t.Fatalf("seed %d: frames are the same: %v (-sent +read):\n%s", seed, same, diff)
		}
	}
}

// TestBrokenPieces cuts pieces: each is refused, and so is an end that comes too early.
func TestBrokenPieces(t *testing.T) {
	p := everything()
	out := randomOut(rand.New(rand.NewPCG(3, 4)), p, 5)
	list, _ := pieces(t, out, 5)
	var a Answer
	var got answer.Answer
	for n := range list[0] {
		a.Begin(p, batchOf(5), &got)
		if a.Piece(list[0][:n]) == nil {
			t.Errorf("piece cut to %d of %d bytes is taken", n, len(list[0]))
		}
	}
	out = &answer.Answer{}
	out.AddFrame(0, make([]byte, answer.MaxPiece+1))
	list, end := pieces(t, out, 0)
	a.Begin(&sdk.Plugin{Outlets: p.Outlets}, batchOf(0), &answer.Answer{})
	if err := a.Piece(list[0]); err != nil {
		t.Fatal(err)
	}
	if err := a.End(end); err == nil || err.Error() != "answer ends in the middle of a frame for outlet x" {
		t.Errorf("got %v", err)
	}
}

func FuzzPiece(f *testing.F) {
	p := everything()
	for seed := range uint64(3) {
		list, _ := pieces(f, randomOut(rand.New(rand.NewPCG(seed, 9)), p, int(seed)), int(seed))
		f.Add(uint8(seed), append([]byte(nil), append(list, nil)[0]...))
	}
	f.Fuzz(func(t *testing.T, ends uint8, msg []byte) {
		var out answer.Answer
		var a Answer
		a.Begin(p, batchOf(int(ends)), &out)
		if a.Piece(msg) != nil || len(a.begun[0])+len(a.begun[1]) > 0 {
			return
		}
		list, _ := pieces(t, &out, int(ends))
		if n := len(out.Deltas) + len(out.Frames) + len(lines(&out)); n > 0 && (len(list) != 1 || string(list[0]) != string(msg)) {
			t.Errorf("piece of %d bytes is written anew as %d", len(msg), len(list))
		}
	})
}

func lines(o *answer.Answer) []string {
	return append(append(append([]string(nil), o.Summary...), o.Report...), o.Logs...)
}

func TestAnswerCarriesThePluginsError(t *testing.T) {
	p := everything()
	var out answer.Answer
	err := ReadAnswer(AppendAnswer(nil, randomOut(rand.New(rand.NewPCG(1, 1)), p, 3), 3, "no room"), p, batchOf(3), &out)
	var own *PluginError
	if !errors.As(err, &own) || own.Text != "no room" {
		t.Errorf("got %v, want the plugin's error", err)
	}
}

// TestBrokenMessages cuts and changes messages: each is refused or read, never
// more than is there.
func TestBrokenMessages(t *testing.T) {
	p := everything()
	rnd := rand.New(rand.NewPCG(3, 3))
	batch := AppendBatch(nil, p, randomBatch(rnd))
	end := AppendAnswer(nil, randomOut(rnd, p, 5), 5, "")
	var b sdk.Batch
	var out answer.Answer
	for n := range batch {
		if ReadBatch(batch[:n], p, &b) == nil {
			t.Errorf("batch cut to %d of %d bytes is taken", n, len(batch))
		}
	}
	for n := range end {
		if ReadAnswer(end[:n], p, batchOf(5), &out) == nil {
			t.Errorf("answer cut to %d of %d bytes is taken", n, len(end))
		}
	}
	if ReadAnswer(end, p, batchOf(4), &out) == nil {
		t.Error("answer to 5 flow ends is taken for 4")
	}
	if ReadBatch(append(batch, 0), p, &b) == nil {
		t.Error("batch with a trailing byte is accepted")
	}
}

func TestOpenComesThrough(t *testing.T) {
	want := sdk.Opening{
		Values:  []setting.Value{{Name: "threshold", Text: "1"}, {Name: "suffix", Text: ""}},
		Columns: []sdk.ColumnInfo{{Name: "a.x", Type: value.Uint8, Doc: "one"}, {Name: "b.y", Type: value.Text | value.List}},
		Loaded:  []sdk.Loaded{{Name: "a", Version: "1.0.0"}, {Name: "tcpwin", Version: "2.1.0"}},
		Files:   []sdk.FileData{{Setting: "list", Data: []byte("a\x00b")}, {Setting: "other", Data: []byte{}}},
		Host:    "t2host 1", Started: 1_800_000_000_123_456_789,
	}
	msg := AppendOpen(nil, "tcpwin", want)
	name, opening, err := ReadOpen(msg)
	if diff := cmp.Diff(want, opening); name != "tcpwin" || err != nil || diff != "" {
		t.Errorf("read %s, %v (-sent +read):\n%s", name, err, diff)
	}
	for n := range msg {
		if _, _, err := ReadOpen(msg[:n]); err == nil {
			t.Errorf("message cut to %d of %d bytes is taken", n, len(msg))
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(AppendOpen(nil, "tcpwin", sdk.Opening{
		Values: []setting.Value{{Name: "threshold", Text: "1"}}, Columns: []sdk.ColumnInfo{{Name: "b.y", Type: value.MAC | value.List, Doc: "z"}},
		Loaded: []sdk.Loaded{{Name: "a", Version: "1.0.0"}}, Host: "t2host 1", Started: 5,
	}))
	f.Fuzz(func(t *testing.T, msg []byte) {
		name, opening, err := ReadOpen(msg)
		if err == nil && string(AppendOpen(nil, name, opening)) != string(msg) {
			t.Error("message is written anew as another")
		}
	})
}

func FuzzBatch(f *testing.F) {
	p := everything()
	for seed := range uint64(3) {
		f.Add(AppendBatch(nil, p, randomBatch(rand.New(rand.NewPCG(seed, 9)))))
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		var b sdk.Batch
		if ReadBatch(msg, p, &b) != nil {
			return
		}
		if again := AppendBatch(nil, p, &b); string(again) != string(msg) && !foreignAddress(&b) {
			t.Errorf("message of %d bytes is written anew as another of %d", len(msg), len(again))
		}
	})
}

// foreignAddress: an address with an unknown version is read as none.
func foreignAddress(b *sdk.Batch) bool {
	for _, v := range [][]sdk.IP{b.Starts.SrcIP, b.Starts.DstIP, b.Ends.SrcIP, b.Ends.DstIP} {
		for _, ip := range v {
			if ip.Version() == 0 {
				return true
			}
		}
	}
	return false
}

func FuzzAnswer(f *testing.F) {
	p := everything()
	for seed := range uint64(3) {
		rnd := rand.New(rand.NewPCG(seed, 9))
		f.Add(uint8(seed), AppendAnswer(nil, randomOut(rnd, p, int(seed)), int(seed), ""))
	}
	f.Add(uint8(0), AppendAnswer(nil, &answer.Answer{}, 0, "broken"))
	f.Fuzz(func(t *testing.T, ends uint8, msg []byte) {
		var out answer.Answer
		err := ReadAnswer(msg, p, batchOf(int(ends)), &out)
		var own *PluginError
		if errors.As(err, &own) {
			return
		}
		if err != nil {
			return
		}
		if again := AppendAnswer(nil, &out, int(ends), ""); string(again) != string(msg) {
			t.Errorf("message of %d bytes is written anew as another of %d", len(msg), len(again))
		}
	})
}

func BenchmarkBatch(b *testing.B) {
	p := &sdk.Plugin{Packets: sdk.TCP(field.Time, field.Window), Ends: sdk.End(field.SrcIP)}
	const n = 4096
	batch := &sdk.Batch{Packets: sdk.Packets{N: n, Flow: make([]uint32, n), Time: make([]int64, n), Window: make([]uint32, n)}}
	var msg []byte
	var got sdk.Batch
	for b.Loop() {
		msg = AppendBatch(msg[:0], p, batch)
		if err := ReadBatch(msg, p, &got); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
}

// TestMessageAtAnOddAddress: it is read as any other.
func TestMessageAtAnOddAddress(t *testing.T) {
	p := everything()
	for seed := range uint64(20) {
		want := randomBatch(rand.New(rand.NewPCG(seed, 5)))
		msg := AppendBatch(make([]byte, 1), p, want)[1:]
		var got sdk.Batch
		if err := ReadBatch(msg, p, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(*want, got, compare); diff != "" {
			t.Errorf("seed %d:\n%s", seed, diff)
		}
	}
}
