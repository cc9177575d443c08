package sdk

import (
	"math"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// kind is a column of one type, written and read in each way.
type kind struct {
	column AnyColumn
	bytes  []string // on the wire, of each of three flow ends

	writer func(*Env) (row func(EndRow), whole func(EndRows))
	reader func(*Env) (row func(EndRow) any, whole func(EndRows, int) any)
	want   []any
}

// column is a kind of values.
func column[T ColumnValue](c *Column[T], bytes []string, values ...T) kind {
	k := kind{column: c, bytes: bytes}
	for _, v := range values {
		k.want = append(k.want, v)
	}
	k.writer = func(env *Env) (func(EndRow), func(EndRows)) {
		w := c.Writer(env)
		return func(e EndRow) { w.Put(e, values[e.FlowInd()]) }, func(e EndRows) { copy(w.All(e), values) }
	}
	k.reader = func(env *Env) (func(EndRow) any, func(EndRows, int) any) {
		r := c.Reader(env)
		return func(e EndRow) any { return r.Get(e) }, func(e EndRows, i int) any { return r.All(e)[i] }
	}
	return k
}

// list is a kind of lists.
func list[T ColumnValue](c *ListColumn[T], bytes []string, lists ...[]T) kind {
	k := kind{column: c, bytes: bytes}
	for _, v := range lists {
		k.want = append(k.want, v)
	}
	k.writer = func(env *Env) (func(EndRow), func(EndRows)) {
		w, scratch := c.Writer(env), []T{}
		row := func(e EndRow) {
			scratch = append(scratch[:0], lists[e.FlowInd()]...)
			w.Put(e, scratch) // a copy: the next one is written over it
		}
		return row, func(e EndRows) {
			v := value.Vec{Type: c.Info().Type}
			for _, b := range bytes {
				v.Append([]byte(b))
			}
			w.PutAll(e, &v)
		}
	}
	k.reader = func(env *Env) (func(EndRow) any, func(EndRows, int) any) {
		r := c.Reader(env)
		get := func(e EndRow) any { return append([]T(nil), r.Get(e)...) }
		return get, func(e EndRows, i int) any { return get(EndRow{Moment{}, i}) }
	}
	return k
}

func kinds() []kind {
	v4 := IPv4([16]byte{10, 0, 0, 1})
	ip := "\x04\x0a\x00\x00\x01" + strings.Repeat("\x00", 12)
	none := strings.Repeat("\x00", value.IPSize)
	return []kind{
		column(NewColumn[uint8]("u8", ""), []string{"\x01", "\xff", "\x00"}, 1, 255, 0),
		column(NewColumn[uint16]("h16", "", ShowHex), []string{"\x03\x02", "\xff\xff", "\x00\x00"}, 0x203, math.MaxUint16, 0),
		column(NewColumn[uint32]("u32", ""), []string{"\x01\x00\x00\x00", "\xff\xff\xff\xff", "\x00\x00\x00\x00"}, 1, math.MaxUint32, 0),
		column(NewColumn[uint64]("u64", ""), []string{"\x01\x00\x00\x00\x00\x00\x00\x00", "\xff\xff\xff\xff\xff\xff\xff\xff", "\x00\x00\x00\x00\x00\x00\x00\x00"}, 1, math.MaxUint64, 0),
		column(NewColumn[int64]("time", "", ShowTime), []string{"\xfe\xff\xff\xff\xff\xff\xff\xff", "\x00\x00\x00\x00\x00\x00\x00\x80", "\x00\x00\x00\x00\x00\x00\x00\x00"}, -2, math.MinInt64, 0),
		column(NewColumn[float32]("f32", ""), []string{"\x00\x00\xc0\x3f", "\x00\x00\x80\x7f", "\x00\x00\x00\x00"}, 1.5, float32(math.Inf(1)), 0),
		column(NewColumn[float64]("f64", ""), []string{"\x00\x00\x00\x00\x00\x00\xf8\xbf", "\x00\x00\x00\x00\x00\x00\xf0\xff", "\x00\x00\x00\x00\x00\x00\x00\x00"}, -1.5, math.Inf(-1), 0),
		column(NewColumn[IP]("ip", ""), []string{ip, none, ip}, v4, IP{}, v4),
		column(NewColumn[MAC]("mac", ""), []string{"\x01\x02\x03\x04\x05\x06", "\x00\x00\x00\x00\x00\x00", "\xff\xff\xff\xff\xff\xff"}, MAC{1, 2, 3, 4, 5, 6}, MAC{}, MAC{255, 255, 255, 255, 255, 255}),
		column(NewColumn[string]("string", "", ShowQuoted), []string{"text", "", "é\x00"}, "text", "", "é\x00"),
		list(NewListColumn[uint16]("u16s", ""), []string{"\x01\x00\x02\x00", "", "\x03\x00"}, []uint16{1, 2}, nil, []uint16{3}),
		list(NewListColumn[float64]("f64s", ""), []string{"", "\x00\x00\x00\x00\x00\x00\xf8\xbf", ""}, nil, []float64{-1.5}, nil),
		list(NewListColumn[int64]("durations", "", ShowDuration), []string{"", "\xff\xff\xff\xff\xff\xff\xff\xff", ""}, nil, []int64{-1}, nil),
		list(NewListColumn[IP]("ips", ""), []string{ip + none, "", ip}, []IP{v4, {}}, nil, []IP{v4}),
		list(NewListColumn[MAC]("macs", ""), []string{"\x01\x02\x03\x04\x05\x06", "", ""}, []MAC{{1, 2, 3, 4, 5, 6}}, nil, nil),
		list(NewListColumn[string]("texts", ""), []string{"\x01\x00\x00\x00a\x00\x00\x00\x00", "", "\x02\x00\x00\x00bc"}, []string{"a", ""}, nil, []string{"bc"}),
	}
}

// TestColumns: a column of each type, written by rows and as a whole, holds the same bytes, and
// is read as it was written, from one batch to the next.
func TestColumns(t *testing.T) {
	for _, k := range kinds() {
		t.Run(k.column.Info().Name, func(t *testing.T) {
			for _, whole := range []bool{false, true} {
				writing := Define(Spec[struct{}]{
					Name: "w", Version: "1.0.0", Doc: "writes", Ends: End(field.FlowInd), Columns: []AnyColumn{k.column},
					Open: func(env *Env, _ struct{}) (Stage, error) {
						row, all := k.writer(env)
						if whole {
							return &Loop{Ends: func(e EndRows) error { all(e); return nil }}, nil
						}
						return &Loop{EndFlow: func(e EndRow) error { row(e); return nil }}, nil
					},
				})
				var got []any
				reading := Define(Spec[struct{}]{
					Name: "r", Version: "1.0.0", Doc: "reads", Requires: []Requirement{{Name: "w"}}, Ends: End().With(k.column),
					Open: func(env *Env, _ struct{}) (Stage, error) {
						row, all := k.reader(env)
						if whole {
							return &Loop{Ends: func(e EndRows) error {
								for i := range e.N {
									got = append(got, all(e, i))
								}
								return nil
							}}, nil
						}
						return &Loop{EndFlow: func(e EndRow) error { got = append(got, row(e)); return nil }}, nil
					},
				})
				if err := reading.Validate(); err != nil {
					t.Fatal(err)
				}
				w, r := stageOf(t, writing), stageOf(t, reading)
				for range 2 {
					b := ends(3)
					if err := w.Batch(b); err != nil {
						t.Fatal(err)
					}
					for i, want := range k.bytes {
						if s := string(b.Out.Columns[0].Bytes(i)); s != want {
							t.Errorf("whole %t: end %d holds %q, want %q", whole, i, s, want)
						}
					}
					read := ends(3)
					read.Ends.Columns = b.Out.Columns
					got = nil
					if err := r.Batch(read); err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(k.want, got, cmp.AllowUnexported(IP{})); diff != "" {
						t.Errorf("whole %t (-written +read):\n%s", whole, diff)
					}
				}
				if err := r.Batch(&Batch{}); err != nil {
					t.Errorf("batch without ends: %v", err)
				}
			}
		})
	}
}

func stageOf(t *testing.T, p *Plugin) Stage {
	t.Helper()
	stage, err := p.Open(Opening{})
	if err != nil {
		t.Fatal(err)
	}
	return stage
}

// TestColumnsThatAreWrong: what is not written once at each end, or not declared.
func TestColumnsThatAreWrong(t *testing.T) {
	n, d, l := NewColumn[uint32]("n", ""), NewColumn[int64]("d", ""), NewListColumn[uint8]("l", "")
	other, undeclared := NewColumn[uint8]("other.x", ""), NewColumn[uint32]("undeclared", "")
	wrong := NewColumn[uint16]("other.x", "")
	type out struct {
		n *ColumnWriter[uint32]
		d *ColumnWriter[int64]
		l *ListWriter[uint8]
	}
	good := func(o *out, e EndRows) { o.n.All(e); o.d.All(e); o.l.PutAll(e, &value.Vec{Ends: make([]uint32, e.N)}) }
	for _, c := range []struct {
		name string
		open func(*Env) // beside the writers
		ends func(*out, EndRows)
		want string
	}{
		{"good", nil, good, ""},
		{"forgotten", nil, func(o *out, e EndRows) { o.n.All(e); o.l.PutAll(e, &value.Vec{Ends: make([]uint32, e.N)}) }, "column d has 0 values for 3 flow ends: it must be written once at each"},
		{"twice", nil, func(o *out, e EndRows) { good(o, e); o.n.All(e) }, "column n has 6 values for 3 flow ends: it must be written once at each"},
		{"too few lists", nil, func(o *out, e EndRows) { good(o, e); o.l.lists.Ends = o.l.lists.Ends[:2] }, "column l has 2 values for 3 flow ends: it must be written once at each"},
		{"written but not declared", func(env *Env) { undeclared.Writer(env) }, good, "column undeclared is written but not declared: add it to Columns (column_test.go:LINE)"},
		{"another's written", func(env *Env) { other.Writer(env) }, good, "column other.x is written but not declared: add it to Columns (column_test.go:LINE)"},
		{"read but not declared", func(env *Env) { n.Reader(env) }, good, "column p.n is read but not declared: add it to Ends by With (column_test.go:LINE)"},
		{"read as another type", func(env *Env) { wrong.Reader(env) }, good, "column other.x is u8 and is read as u16 (column_test.go:LINE)"},
	} {
		p := Define(Spec[struct{}]{
			Name: "p", Version: "1.0.0", Doc: "p", Requires: []Requirement{{Name: "other"}}, Ends: End().With(other), Columns: []AnyColumn{n, d, l},
			Open: func(env *Env, _ struct{}) (Stage, error) {
				o := &out{n.Writer(env), d.Writer(env), l.Writer(env)}
				if c.open != nil {
					c.open(env)
				}
				return &Loop{Ends: func(e EndRows) error { c.ends(o, e); return nil }}, nil
			},
		})
		stage, err := p.Open(Opening{})
		if err == nil {
			b := ends(3)
			b.Ends.Columns = []value.Vec{{Type: value.Uint8, Data: make([]byte, 3)}}
			err = stage.Batch(b)
		}
		got := ""
		if err != nil {
			got = err.Error()
			if i := strings.LastIndex(got, ".go:"); i >= 0 {
				got = got[:i] + ".go:LINE)"
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestColumnsOfWrongShow: what cannot be shown in that way has no type, which Validate refuses.
func TestColumnsOfWrongShow(t *testing.T) {
	for _, c := range []AnyColumn{NewColumn[float32]("x", "", ShowHex), NewColumn[uint64]("x", "", ShowTime), NewColumn[int64]("x", "", ShowQuoted), NewColumn[string]("x", "", ShowDuration)} {
		if c.Info().Type != 0 {
			t.Errorf("%s", c.Info().Type)
		}
	}
}

// TestMetrics: what a plugin counts is in the answer to each batch, from the first one that it counts in.
func TestMetrics(t *testing.T) {
	seen, kept := NewCounter("seen", "").In("ends"), NewGauge("kept", "")
	stage := stageOf(t, Define(Spec[struct{}]{
		Name: "p", Version: "1.0.0", Doc: "p", Ends: End(), Metrics: []*Metric{seen, kept},
		Open: func(env *Env, _ struct{}) (Stage, error) {
			seen, kept := seen.Writer(env), kept.Writer(env)
			return &Loop{EndFlow: func(EndRow) error { seen.Add(2); kept.Set(-1); return nil }}, nil
		},
	}))
	for i, want := range [][]uint64{{0, 0}, {6, math.MaxUint64}, {8, math.MaxUint64}} {
		b := ends([]int{0, 3, 1}[i])
		if err := stage.Batch(b); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, b.Out.Metrics); diff != "" {
			t.Errorf("batch %d: %s", i, diff)
		}
	}
	undeclared := Define(Spec[struct{}]{
		Name: "p", Version: "1.0.0", Doc: "p", Metrics: []*Metric{seen},
		Open: func(env *Env, _ struct{}) (Stage, error) { kept.Writer(env); return &Loop{}, nil },
	})
	if _, err := undeclared.Open(Opening{}); err == nil || !strings.HasPrefix(err.Error(), "metric kept is written but not declared: add it to Metrics (column_test.go:") {
		t.Errorf("%v", err)
	}
}

// TestPutIsInlined: a value is stored without a call, in a callback of any author.
func TestPutIsInlined(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a package with the compiler's notes")
	}
	out, err := exec.Command("go", "build", "-gcflags=-m", "../plugins/basicstats").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, call := range []string{"sdk.(*ColumnWriter[go.shape.uint64]).Put", "sdk.(*ColumnWriter[go.shape.float32]).Put"} {
		if !strings.Contains(string(out), "inlining call to "+call) {
			t.Errorf("%s is not inlined", call)
		}
	}
}

// TestWhatIsNotDeclared: a row that is asked for a field that was not declared names it, and the author's line.
func TestWhatIsNotDeclared(t *testing.T) {
	for _, c := range []struct {
		loop Loop
		want string
	}{
		{Loop{Packet: func(p PacketRow) { p.Window() }}, "panic: field.Window is read but not declared: add it to Packets (column_test.go:"},
		{Loop{Packet: func(p PacketRow) { p.Payload() }}, "panic: field.Payload is read but not declared: add it to Packets (column_test.go:"},
		{Loop{StartFlow: func(s StartRow) { s.SrcIP() }}, "panic: field.SrcIP is read but not declared: add it to Starts (column_test.go:"},
		{Loop{EndFlow: func(e EndRow) error { e.LastSeen(); return nil }}, "panic: field.LastSeen is read but not declared: add it to Ends (column_test.go:"},
		{Loop{EndFlow: func(e EndRow) error { e.Vec(field.VLANID); return nil }}, "panic: a field of Vec is read but not declared: add it to Ends (column_test.go:"},
		{Loop{EndFlow: func(e EndRow) error { var none []int; _ = none[e.Flow()]; return nil }}, "panic: runtime error: index out of range [0] with length 0 (column_test.go:"},
	} {
		stage := stageOf(t, Define(Spec[struct{}]{
			Name: "p", Version: "1.0.0", Doc: "p", Open: func(*Env, struct{}) (Stage, error) { return &c.loop, nil },
		}))
		b := ends(1)
		b.Events, b.Ends.Order[0], b.Ends.Before[0] = 3, 2, 1
		b.Packets = Packets{N: 1, Flow: []uint32{0}}
		b.Starts = Starts{N: 1, Flow: []uint32{0}, Before: []uint32{0}, Order: []uint32{0}}
		if err := stage.Batch(b); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}
