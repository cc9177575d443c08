package record

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
	"github.com/t2host/t2host/sdk/wire"
)

// echo writes the length of the batch's payloads, plus more, at each flow end.
func echo(more uint64, fails bool) *sdk.Plugin {
	echoed := sdk.NewColumn[uint64]("echoed", "")
	return sdk.Define(sdk.Spec[struct{}]{
		Name: "echo", Number: 1, Version: "1.0.0", Doc: "echoes",
		Packets: sdk.All().WithPayload(8), Ends: sdk.End(), Columns: []sdk.AnyColumn{echoed},
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			var seen uint64
			out := echoed.Writer(env)
			return &sdk.Loop{
				Packet: func(p sdk.PacketRow) { seen += uint64(len(p.Payload())) },
				EndFlow: func(e sdk.EndRow) error {
					if fails {
						return errors.New("no more")
					}
					out.Put(e, seen+more)
					return nil
				},
			}, nil
		},
	})
}

func batch(number uint64) *sdk.Batch {
	payload := value.Vec{Type: value.Text}
	payload.Append([]byte("abc"))
	return &sdk.Batch{
		Number: number, First: number, Last: number,
		Packets: sdk.Packets{N: 1, Flow: []uint32{0}, Payload: payload},
		Events:  2,
		Ends:    sdk.Ends{N: 1, Flow: []uint32{0}, Before: []uint32{1}, Order: []uint32{1}},
	}
}

// recordOf is the record of a run of two batches.
func recordOf(t testing.TB, p *sdk.Plugin, payload bool) []byte {
	t.Helper()
	stage, err := p.Open(sdk.Opening{PacketColumns: true})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "rec")
	r, err := New(path, p, sdk.Opening{PacketColumns: true}, stage, payload)
	if err != nil {
		t.Fatal(err)
	}
	for n := range uint64(2) {
		if err := r.Batch(batch(n + 1)); err != nil && err.Error() != "no more" {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestReplay(t *testing.T) {
	for _, c := range []struct {
		name           string
		recorded, runs *sdk.Plugin
		payload        bool
		same           uint64
		differs        string
	}{
		{"the same", echo(0, false), echo(0, false), true, 2, ""},
		{"another", echo(0, false), echo(1, false), true, 0, "batch 1 (packets 1 to 1): column echoed of flow end 0 is 4, recorded is 3"},
		{"without payload", echo(0, false), echo(0, false), false, 0, "batch 1 (packets 1 to 1): column echoed of flow end 0 is 0, recorded is 3: the recording has no payload, which the plugin reads: record it with --record-payload"},
		{"a failure that comes again", echo(0, true), echo(0, true), true, 1, ""},
		{"a failure that is mended", echo(0, true), echo(0, false), true, 0, "batch 1 (packets 1 to 1): goes on, recorded is a failure: no more"},
		{"a new failure", echo(0, false), echo(0, true), true, 0, "batch 1 (packets 1 to 1): fails: no more"},
	} {
		r, err := Read(bytes.NewReader(recordOf(t, c.recorded, c.payload)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Replay(r, c.runs)
		if err != nil || got.Same != c.same || got.Differs != c.differs {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}

// TestPayloadIsLeftOut: unless it is asked for.
func TestPayloadIsLeftOut(t *testing.T) {
	if with, without := recordOf(t, echo(0, false), true), recordOf(t, echo(0, false), false); !bytes.Contains(with, []byte("abc")) || bytes.Contains(without, []byte("abc")) {
		t.Error("payload is kept where it should not be, or left out where it should be kept")
	}
}

// TestACutRecord: at every length it is told from a whole one.
func TestACutRecord(t *testing.T) {
	data := recordOf(t, echo(0, false), true)
	for n := range data {
		r, err := Read(bytes.NewReader(data[:n]))
		if err != nil {
			continue
		}
		if _, err = Replay(r, echo(0, false)); err == nil && r.Ended {
			t.Errorf("%d of %d bytes are taken for a whole record", n, len(data))
		}
	}
	if _, err := Read(strings.NewReader("\xd4\xc3\xb2\xa1")); err == nil {
		t.Error("a capture is taken for a record")
	}
}

// FuzzRecord: any file is read to its end, or refused.
func FuzzRecord(f *testing.F) {
	f.Add(recordOf(f, echo(0, false), true))
	f.Add([]byte(magic + "\x01\x00\x00\x00\x00\x02\xff\xff\xff\x03"))
	p := echo(0, false)
	f.Fuzz(func(_ *testing.T, data []byte) {
		r, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		var b sdk.Batch
		for {
			msg, _, err := r.Next()
			if err != nil {
				return
			}
			_ = wire.ReadBatch(msg, p, &b)
		}
	})
}

// parts answers with all else that an answer has: a column of packets, a row, a metric.
func parts(atPacket, row, metric uint64) *sdk.Plugin {
	column, own, counter := sdk.NewColumn[uint64]("atPacket", ""), sdk.NewColumn[uint64]("own", ""), sdk.NewCounter("counter", "")
	return sdk.Define(sdk.Spec[struct{}]{
		Name: "parts", Number: 1, Version: "1.0.0", Doc: "answers with parts",
		Packets: sdk.All().WithPayload(8).WithColumns(column), Ends: sdk.End(), Metrics: []*sdk.Metric{counter}, Outlets: []sdk.Outlet{sdk.RowsOf("rows", nil).Own(own)},
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			w, rows, m := column.PacketWriter(env), env.Rows("rows"), counter.Writer(env)
			value := own.RowWriter(rows)
			return &sdk.Loop{
				Packet:  func(p sdk.PacketRow) { w.Put(p, atPacket); m.Add(metric) },
				EndFlow: func(sdk.EndRow) error { value.Put(row); rows.Add(); return nil },
			}, nil
		},
	})
}

// TestReplayOfParts: each part of an answer is compared.
func TestReplayOfParts(t *testing.T) {
	record := recordOf(t, parts(1, 1, 1), true)
	for _, c := range []struct {
		name    string
		runs    *sdk.Plugin
		differs string
	}{
		{"the same", parts(1, 1, 1), ""},
		{"at packets", parts(2, 1, 1), "column atPacket of packet 0 is 2, recorded is 1"},
		{"rows", parts(1, 2, 1), `rows are ["outlet 0, \"\\x02`},
		{"metrics", parts(1, 1, 2), "metrics are [2], recorded are [1]"},
	} {
		r, err := Read(bytes.NewReader(record))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Replay(r, c.runs)
		if err != nil || (got.Same == 2) != (c.differs == "") || !strings.Contains(got.Differs, c.differs) {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}
