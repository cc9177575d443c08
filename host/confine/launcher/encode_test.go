package launcher

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJob(t *testing.T) {
	want := Job{
		Name: "a name", Program: 4, Script: true, Listen: true, Close: 5, Ruleset: None,
		Filter: []Instruction{{Op: 0x1234, JT: 5, JF: 6, K: PID}, {K: 1}},
		Limits: []Limit{{Resource: 7, Max: 1<<40 + 3}},
	}
	encoded := want.Append(nil)
	got, ok := read(encoded)
	if !ok {
		t.Fatal("not read")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for n := range len(encoded) - len(want.Name) {
		if _, ok := read(encoded[:n]); ok {
			t.Errorf("%d of %d bytes are read", n, len(encoded))
		}
	}
}

func TestFailure(t *testing.T) {
	want := Failure{Execute, 8}
	if got, ok := ReadFailure(want.Append(nil)); !ok || got != want {
		t.Errorf("%v %v", got, ok)
	}
	for _, b := range [][]byte{nil, make([]byte, 7), make([]byte, 8), append(want.Append(nil), 0), Failure{99, 1}.Append(nil)} {
		if f, ok := ReadFailure(b); ok {
			t.Errorf("%x is read as %v", b, f)
		}
	}
}
