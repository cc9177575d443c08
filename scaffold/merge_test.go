package scaffold

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestMerge(t *testing.T) {
	text := func(s string) []byte {
		if s == "-" {
			return nil
		}
		return []byte(s)
	}
	const ten = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"
	for _, c := range []struct {
		name, old, yours, scaffold string
		want                       string
		outcome                    Outcome
	}{
		{"nobody changed it", "a\n", "a\n", "a\n", "a\n", ""},
		{"you changed it", "a\n", "b\n", "a\n", "b\n", ""},
		{"both did the same", "a\n", "b\n", "b\n", "b\n", ""},
		{"the scaffold changed it", "a\n", "a\n", "b\n", "b\n", Renewed},
		{"the scaffold has a new one", "-", "-", "b\n", "b\n", Added},
		{"the scaffold has it no more", "a\n", "a\n", "-", "-", Removed},
		{"the scaffold has it no more, you changed it", "a\n", "b\n", "-", "b\n", Yours},
		{"you removed it", "a\n", "-", "a\n", "-", ""},
		{"you removed it, the scaffold changed it", "a\n", "-", "b\n", "-", Forgotten},
		{"both changed it", ten, "one\n" + ten[2:], ten[:len(ten)-3] + "ten\n", "one\n2\n3\n4\n5\n6\n7\n8\n9\nten\n", Merged},
		{
			"both changed a line", "a\n", "b\n", "c\n",
			"<<<<<<< x, yours\nb\n=======\nc\n>>>>>>> x of this t2host\n", Conflict,
		},
		{
			"both made one", "-", "b\n", "c\n",
			"<<<<<<< x, yours\nb\n=======\nc\n>>>>>>> x of this t2host\n", Conflict,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, outcome, err := version3{text(c.old), text(c.yours), text(c.scaffold)}.merge("x")
			if err != nil || outcome != c.outcome {
				t.Fatalf("outcome %q, %v, want %q", outcome, err, c.outcome)
			}
			if diff := cmp.Diff(text(c.want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWithoutGit(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	got, outcome, err := version3{[]byte("a\n"), []byte("b\n"), []byte("c\n")}.merge("x")
	if string(got) != "b\n" || outcome != Beside || err != nil {
		t.Errorf("%q, %q, %v", got, outcome, err)
	}
}

func TestSDKChanges(t *testing.T) {
	sdk := func(code string) fstest.MapFS {
		return fstest.MapFS{"sdk/a.go": {Data: []byte("package sdk\n" + code)}, "sdk/a_test.go": {Data: []byte("package sdk\nfunc OfTests() {}")}}
	}
	old := sdk(`
type Loop struct { Packet func(int); hidden int }
func (l *Loop) Close() error { return nil }
func (l *loop) Hidden() {}
func Gone[T any](a T) {}
const One = 1
type Row = int
var A, B uint32`)
	next := sdk(`
type Loop struct { Packet func(int64); Tick func(); other int }
// Close has other words.
func (m *Loop) Close() error { return errors.New("") }
const One = 2
type Row = int64
var A, B uint32
func New() *Loop { return nil }`)
	want := []ChangedSymbol{
		{"sdk.Gone", "func Gone[T any](a T)", ""},
		{"sdk.Loop.Packet", "Packet func(int)", "Packet func(int64)"},
		{"sdk.Loop.Tick", "", "Tick func()"},
		{"sdk.New", "", "func New() *Loop"},
		{"sdk.Row", "type Row int", "type Row int64"},
	}
	if diff := cmp.Diff(want, SDKChanges(old, next)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := SDKChanges(old, old); len(got) > 0 {
		t.Errorf("of the same SDK: %v", got)
	}
}
