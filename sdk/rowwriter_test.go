package sdk

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

var (
	why   = NewColumn[string]("why", "one word")
	count = NewColumn[uint32]("count", "")
	ports = NewListColumn[uint16]("ports", "")
)

// rowsPlugin declares rows with own columns, and rows without flow ends; send is its EndFlow.
func rowsPlugin(t *testing.T, open func(env *Env) func(EndRow) error) Stage {
	t.Helper()
	p := Define(Spec[struct{}]{
		Name: "p", Ends: End(field.FlowInd),
		Outlets: []Outlet{RowsOf("some", []field.Flow{field.SrcIP}).Own(why, ports), {Name: "free", Kind: RowOutlet, Columns: []ColumnInfo{count.Info()}}},
		Open: func(env *Env, _ struct{}) (Stage, error) {
			return &Loop{EndFlow: open(env)}, nil
		},
	})
	stage, err := p.Open(Opening{})
	if err != nil {
		t.Fatal(err)
	}
	return stage
}

func endsOf(n int) *Batch {
	b := &Batch{Ends: Ends{N: n, Flow: make([]uint32, n), Before: make([]uint32, n), Order: make([]uint32, n), FlowInd: make([]uint64, n)}}
	for i := range n {
		b.Ends.FlowInd[i], b.Ends.Order[i] = uint64(i), uint32(i)
	}
	return b
}

func TestRows(t *testing.T) {
	stage := rowsPlugin(t, func(env *Env) func(EndRow) error {
		some, free := env.Rows("some"), env.Rows("free")
		why, ports, count := why.RowWriter(some), ports.RowWriter(some), count.RowWriter(free)
		return func(e EndRow) error {
			for k := range e.FlowInd() % 3 { // none, one, two rows of a flow end
				why.Put("x" + strings.Repeat("y", int(k)))
				ports.Put([]uint16{uint16(e.FlowInd()), uint16(k)})
				some.Pass(e)
			}
			if e.FlowInd() == 3 {
				count.Put(7)
				free.Add()
			}
			return nil
		}
	})
	for range 2 { // a stage's memory is used again
		b := endsOf(6)
		if err := stage.Batch(b); err != nil {
			t.Fatal(err)
		}
		type row struct {
			Outlet uint16
			End    int
			Why    string
			Ports  string
		}
		var got []row
		for _, r := range b.Out.Rows {
			for i := range r.N {
				if r.Outlet == 1 {
					got = append(got, row{1, -1, string(value.Uint32.AppendText(nil, r.Columns[0].Bytes(i))), ""})
					continue
				}
				got = append(got, row{0, int(r.Ends[i]), string(r.Columns[0].Bytes(i)), string(r.Columns[1].Type.AppendText(nil, r.Columns[1].Bytes(i)))})
			}
		}
		want := []row{{0, 1, "x", "1;0"}, {0, 2, "x", "2;0"}, {0, 2, "xy", "2;1"}, {0, 4, "x", "4;0"}, {0, 5, "x", "5;0"}, {0, 5, "xy", "5;1"}, {1, -1, "7", ""}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	}
}

// TestRowsLeave: rows do not gather without a bound.
func TestRowsLeave(t *testing.T) {
	stage := rowsPlugin(t, func(env *Env) func(EndRow) error {
		free := env.Rows("free")
		count := count.RowWriter(free)
		return func(EndRow) error {
			for range 100_000 {
				count.Put(1)
				free.Add()
			}
			return nil
		}
	})
	b := endsOf(10)
	rows, most := 0, 0
	b.Out.Leave = func(out *answer.Answer) error {
		held := 0
		for _, r := range out.Rows {
			rows, held = rows+r.N, held+len(r.Columns[0].Data)
		}
		most = max(most, held)
		return nil
	}
	if err := stage.Batch(b); err != nil {
		t.Fatal(err)
	}
	for _, r := range b.Out.Rows {
		rows += r.N
	}
	if rows != 1_000_000 || most > answer.MaxPiece {
		t.Errorf("%d rows left, up to %d bytes at once", rows, most)
	}
}

func TestRowsThatAreWrong(t *testing.T) {
	for _, c := range []struct {
		name string
		open func(env *Env) func(EndRow) error
		want string
	}{
		{"a value short", func(env *Env) func(EndRow) error {
			some := env.Rows("some")
			why := why.RowWriter(some)
			return func(e EndRow) error { why.Put("x"); some.Pass(e); return nil }
		}, "column ports of outlet some has 0 values for 1 rows: it must be written once for each"},
		{"of no flow end", func(env *Env) func(EndRow) error {
			some := env.Rows("some")
			return func(EndRow) error { some.Add(); return nil }
		}, "outlet some passes columns of flow ends on, and a row is of none: call Pass"},
		{"frames", func(env *Env) func(EndRow) error {
			some := env.Outlet("some")
			return func(EndRow) error { some.Send([]byte("x")); return nil }
		}, "outlet some has rows: call Rows"},
	} {
		stage := rowsPlugin(t, c.open)
		if err := stage.Batch(endsOf(1)); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
	for name, open := range map[string]func(env *Env){
		"outlet other is used for rows but not declared so in Outlets":            func(env *Env) { env.Rows("other") },
		"column count is written but not declared: add it to Own of the outlet (": func(env *Env) { count.RowWriter(env.Rows("some")) },
	} {
		p := Define(Spec[struct{}]{
			Name: "p", Ends: End(), Outlets: []Outlet{RowsOf("some", nil).Own(why)},
			Open: func(env *Env, _ struct{}) (Stage, error) { open(env); return &Loop{}, nil },
		})
		if _, err := p.Open(Opening{}); err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("got %v, want %s", err, name)
		}
	}
}
