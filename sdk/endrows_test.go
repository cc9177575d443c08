package sdk

import (
	"testing"

	"github.com/t2host/t2host/sdk/value"
)

// TestWholeColumns: what EndRows refuses, and that it keeps what it is given.
func TestWholeColumns(t *testing.T) {
	good := func(e EndRows) {
		PutColumn(e, 0, []uint32{1, 2, 3})
		PutColumn(e, 1, []int64{-1, 0, 1})
	}
	names := value.Vec{Type: value.Text}
	for _, c := range []struct {
		name string
		f    func(EndRows)
		want string
	}{
		{"good", good, ""},
		{"forgotten", func(e EndRows) { PutColumn(e, 0, []uint32{1, 2, 3}) }, "column d has 0 values for 3 flow ends: it must be written once at each"},
		{"twice", func(e EndRows) { good(e); PutColumn(e, 0, []uint32{1, 2, 3}) }, "column n has 6 values for 3 flow ends: it must be written once at each"},
		{"too few", func(e EndRows) { PutColumn(e, 0, []uint32{1, 2}) }, "column n has 2 values for 3 flow ends: it must be written once at each"},
		{"too wide", func(e EndRows) { PutColumn(e, 0, []uint64{1, 2, 3}) }, "column n is u32 and is written as another type"},
		{"addresses", func(e EndRows) { e.PutIPs(0, make([]IP, 3)) }, "column n is u32 and is written as another type"},
		{"texts", func(e EndRows) { names.Ends = make([]uint32, 3); e.PutVec(0, &names) }, "column n is u32 and is written as text"},
		{"not declared", func(e EndRows) { PutColumn(e, 2, []uint32{1, 2, 3}) }, "column 2 is written but not declared"},
	} {
		p := maker(nil)
		p = Define(Spec[struct{}]{
			Name: p.Name, Number: p.Number, Version: p.Version, Doc: p.Doc, Ends: p.Ends, Columns: p.Columns,
			Open: func(*Env, struct{}) (Stage, error) {
				return &Loop{Ends: func(e EndRows) error { c.f(e); return nil }}, nil
			},
		})
		stage, err := p.Open(Opening{})
		if err != nil {
			t.Fatal(err)
		}
		b := ends(3)
		err = stage.Batch(b)
		if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
		if err == nil && (b.Out.Columns[0].Uint(2) != 3 || b.Out.Columns[1].Int(0) != -1) {
			t.Errorf("%s: %v", c.name, b.Out.Columns)
		}
	}
}

// TestOneWayToWalkEnds: a loop has one of the callbacks.
func TestOneWayToWalkEnds(t *testing.T) {
	l := &Loop{Ends: func(EndRows) error { return nil }, EndFlow: func(EndRow) error { return nil }}
	if err := l.Batch(ends(1)); err == nil || err.Error() != "loop has Ends, and EndFlow, Packet or Tick" {
		t.Error(err)
	}
}
