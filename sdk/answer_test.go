package sdk

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/sdk/answer"
)

// talker sends frames of these sizes through its outlet, and a line of log and report each.
func talker(sizes []int) *Plugin {
	type settings struct{ Suffix string }
	return Define(Spec[settings]{
		Name: "talker", Version: "1.0.0", Doc: "talks", Ends: End(),
		Settings: func(s *settings) []Setting { return []Setting{TextSetting("suffix", &s.Suffix, "")} },
		Outlets:  []Outlet{{Name: "out", Kind: FileOutlet, Setting: "suffix"}},
		Open: func(env *Env, _ settings) (Stage, error) {
			out := env.Outlet("out")
			return &Loop{Report: func(r *Report) {
				for i, n := range sizes {
					out.Send([]byte(strings.Repeat(string(rune('a'+i%26)), n)))
					env.Log(strings.Repeat("l", n%5000))
					r.Line("line")
					r.Summary("sum")
				}
			}}, nil
		},
	})
}

// TestAnswersLeaveInPieces: in order, whole, and no more gathers than MaxPiece and one frame.
func TestAnswersLeaveInPieces(t *testing.T) {
	sizes := []int{1, 100, answer.MaxPiece - 1, 5, answer.MaxPiece, 3 * answer.MaxPiece, 7, 0}
	for range 3000 {
		sizes = append(sizes, 900)
	}
	stage, err := talker(sizes).Open(Opening{})
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	var logs, lines, calls int
	b := &Batch{Final: true}
	take := func(out *answer.Answer) error {
		calls++
		gathered := 0
		for _, f := range out.Frames {
			got = append(got, len(f.Data))
			gathered += len(f.Data)
		}
		if len(out.Frames) > 1 && gathered > 2*answer.MaxPiece {
			t.Errorf("%d bytes in %d frames leave at once", gathered, len(out.Frames))
		}
		for _, line := range out.Logs {
			if len(line) > answer.MaxLine+len("…") {
				t.Errorf("a line of %d bytes", len(line))
			}
		}
		logs += len(out.Logs)
		lines += len(out.Report) + len(out.Summary)
		return nil
	}
	b.Out.Leave = take
	if err := stage.Batch(b); err != nil {
		t.Fatal(err)
	}
	if err := take(&b.Out); err != nil {
		t.Fatal(err)
	}
	var want []int
	for _, n := range sizes {
		if n > 0 {
			want = append(want, n)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || calls < 12 || logs != len(sizes) || lines != 2*len(sizes) {
		t.Errorf("%d calls, %d lines of log, %d of the report (-sent +left):\n%.500s", calls, logs, lines, diff)
	}
}

// TestAnAnswerThatCannotLeave ends the batch with that error, and nothing leaves after it.
func TestAnAnswerThatCannotLeave(t *testing.T) {
	stage, err := talker([]int{10, answer.MaxPiece, 10, answer.MaxPiece, 10}).Open(Opening{})
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	b := &Batch{Final: true}
	b.Out.Leave = func(*answer.Answer) error { calls++; return errors.New("disk full") }
	if err := stage.Batch(b); err == nil || err.Error() != "disk full" || calls != 1 {
		t.Errorf("got %v after %d calls", err, calls)
	}
}

func TestAFrameHasABound(t *testing.T) {
	stage, err := talker([]int{answer.MaxFrame + 1}).Open(Opening{})
	if err != nil {
		t.Fatal(err)
	}
	if err := stage.Batch(&Batch{Final: true}); err == nil || err.Error() != "a frame of 16777217 bytes is sent: at most 16777216 are possible" {
		t.Errorf("got %v", err)
	}
}

// TestATableHasABound, on both sides.
func TestATableHasABound(t *testing.T) {
	const most = MaxTable / (4 + 8 + 4 + 17 + 64)
	const want = "table maker.t has more than 16777216 bytes of keys and rows: delete some"
	p := maker(func(w *out, e EndRow) error {
		w.n.Put(e, 0)
		w.d.Put(e, 0)
		for n := range uint32(most) {
			w.Set(e.Moment, key{n}, row{})
		}
		if e.FlowInd() == 1 {
			w.Set(e.Moment, key{most}, row{})
		}
		return nil
	})
	stage, err := p.Open(Opening{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", want} {
		b := ends(i + 1)
		b.Out.Leave = func(*answer.Answer) error { return nil }
		if err := stage.Batch(b); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("writer, %d ends: %v, want %s", i+1, err, want)
		}
	}
	v := table.View(newEnv(&Plugin{Imports: []TableInfo{table.Info()}}, Opening{}))
	apply := func(n uint32) error {
		k, r := key{n}, row{}
		return v.apply(table, &answer.Delta{Key: written(nil, k.Fields), Row: written(nil, r.Fields)})
	}
	for n := range uint32(most) {
		if err := apply(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := apply(most); err == nil || err.Error() != want {
		t.Errorf("reader: %v, want %s", err, want)
	}
}
