package sdk

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/setting"
)

func TestOrderedKeepsTheFirstPlace(t *testing.T) {
	var o Ordered[string, int]
	for i := range 100 {
		o.Set("a", i)
		o.Set("b", i)
		o.Delete("a")
		o.Set("c", i)
		o.Set("a", i)
		o.Set("b", -i)
		o.Delete("c")
	}
	var keys []string
	for k := range o.All() {
		keys = append(keys, k)
	}
	if first, v, ok := o.First(); !slices.Equal(keys, []string{"b", "a"}) || first != "b" || v != -99 || !ok {
		t.Errorf("keys %v, first %s=%d %v", keys, first, v, ok)
	}
	if len(o.entries) > 40 {
		t.Errorf("%d places for 2 entries", len(o.entries))
	}
}

type key struct{ n uint32 }

func (k *key) Fields(f *TableFields) { Field(f, "n", &k.n) }

type row struct {
	a  uint64
	r  float32
	ip IP
}

func (r *row) Fields(f *TableFields) {
	Field(f, "a", &r.a)
	Field(f, "r", &r.r)
	Field(f, "ip", &r.ip)
}

var table = NewTable[key, row]("maker.t")

// out is what maker writes.
type out struct {
	*TableWriter[key, row]
	n *ColumnWriter[uint32]
	d *ColumnWriter[int64]
}

// maker is a plugin whose flow ends are handled by f.
func maker(f func(*out, EndRow) error) *Plugin {
	n, d := NewColumn[uint32]("n", ""), NewColumn[int64]("d", "", ShowDuration)
	return Define(Spec[struct{}]{
		Name: "maker", Number: 100, Version: "1.0.0", Doc: "makes",
		Ends:    End(field.FlowInd),
		Columns: []AnyColumn{n, d},
		Exports: []AnyTable{table},
		Open: func(env *Env, _ struct{}) (Stage, error) {
			w := &out{table.Writer(env), n.Writer(env), d.Writer(env)}
			return &Loop{EndFlow: func(e EndRow) error { return f(w, e) }}, nil
		},
	})
}

func ends(n int) *Batch {
	b := &Batch{Events: uint32(n), Ends: Ends{N: n}}
	for i := range n {
		b.Ends.Flow = append(b.Ends.Flow, uint32(i))
		b.Ends.Before = append(b.Ends.Before, 0)
		b.Ends.Order = append(b.Ends.Order, uint32(i))
		b.Ends.FlowInd = append(b.Ends.FlowInd, uint64(i))
	}
	return b
}

func TestAViewIsTheTableAtEachEnd(t *testing.T) {
	p := maker(func(w *out, e EndRow) error {
		w.n.Put(e, uint32(e.FlowInd()))
		w.d.Put(e, -1)
		k := key{uint32(e.FlowInd())}
		w.Set(e.Moment, k, row{a: e.FlowInd() * 10, r: 0.5, ip: IPv4([16]byte{10, 0, 0, 1})})
		if e.FlowInd() == 2 {
			w.Delete(e.Moment, key{0})
		}
		return nil
	})
	stage, err := p.Open(Opening{})
	if err != nil {
		t.Fatal(err)
	}
	b := ends(4)
	if err := stage.Batch(b); err != nil {
		t.Fatal(err)
	}
	var seen []string
	reader := Define(Spec[struct{}]{
		Name: "reader", Number: 200, Version: "1.0.0", Doc: "reads",
		Requires: []Requirement{{Name: "maker"}}, Ends: End(), Imports: []AnyTable{table},
		Open: func(env *Env, _ struct{}) (Stage, error) {
			v := table.View(env)
			return &Loop{EndFlow: func(e EndRow) error {
				line := ""
				for k, r := range v.All(e.Moment) {
					line += string(rune('0'+k.n)) + "=" + Count(r.a) + "/" + r.ip.String() + " "
				}
				seen = append(seen, strings.TrimSpace(line))
				return nil
			}}, nil
		},
	})
	rs, err := reader.Open(Opening{})
	if err != nil {
		t.Fatal(err)
	}
	rb := ends(4)
	rb.Imports = b.Out.Deltas
	if err := rs.Batch(rb); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"0=0/10.0.0.1",
		"0=0/10.0.0.1 1=10/10.0.0.1",
		"1=10/10.0.0.1 2=20/10.0.0.1",
		"1=10/10.0.0.1 2=20/10.0.0.1 3=30/10.0.0.1",
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("table at each end (-want +got):\n%s", diff)
	}
}

func TestBreachesOfTheContract(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(*out, EndRow) error
		want string
	}{
		{"column forgotten", func(w *out, e EndRow) error { w.n.Put(e, 1); return nil }, "column d has 0 values for 3 flow ends: it must be written once at each"},
		{"column twice", func(w *out, e EndRow) error {
			w.n.Put(e, 1)
			w.n.Put(e, 1)
			w.d.Put(e, 1)
			return nil
		}, "column n has 6 values for 3 flow ends: it must be written once at each"},
		{"its own error", func(*out, EndRow) error { return errors.New("no more") }, "no more"},
	} {
		stage, err := maker(c.f).Open(Opening{})
		if err != nil {
			t.Fatal(err)
		}
		if err := stage.Batch(ends(3)); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

func TestOpenRefusesWhatIsNotDeclared(t *testing.T) {
	p := Define(Spec[struct{}]{
		Name: "x", Version: "1.0.0", Doc: "x",
		Open: func(env *Env, _ struct{}) (Stage, error) { table.View(env); return &Loop{}, nil },
	})
	if _, err := p.Open(Opening{}); err == nil || err.Error() != "table maker.t is read but not declared in Imports" {
		t.Errorf("got %v", err)
	}
	if _, err := p.Open(Opening{Values: []setting.Value{{Name: "y", Text: "1"}}}); err == nil || err.Error() != "setting y is not declared" {
		t.Errorf("got %v", err)
	}
}

func TestSettingsAreCheckedAndHeldPerPlugin(t *testing.T) {
	type settings struct {
		n    uint32
		on   bool
		word string
	}
	var got []settings
	p := Define(Spec[settings]{
		Name: "x", Version: "1.0.0", Doc: "x", Defaults: settings{n: 5, word: "a"},
		Settings: func(s *settings) []Setting {
			return []Setting{Uint32Setting("n", &s.n, "", 1, 9, ""), BoolSetting("on", &s.on, ""), ChoiceSetting("word", &s.word, "", "a", "b")}
		},
		Open: func(_ *Env, s settings) (Stage, error) { got = append(got, s); return &Loop{}, nil },
	})
	for _, v := range [][]setting.Value{{{Name: "n", Text: "9"}, {Name: "on", Text: "true"}}, nil, {{Name: "word", Text: "b"}}} {
		if _, err := p.Open(Opening{Values: v}); err != nil {
			t.Fatal(err)
		}
	}
	want := []settings{{9, true, "a"}, {5, false, "a"}, {5, false, "b"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, c := range []struct{ name, text, want string }{
		{"n", "10", `must be a whole number from 1 to 9, not "10"`},
		{"n", "x", `must be a whole number from 1 to 9, not "x"`},
		{"on", "1", `must be true or false, not "1"`},
		{"word", "c", `must be a or b, not "c"`},
	} {
		if err := setting.Find(p.Settings, c.name).Check(c.text); err == nil || err.Error() != c.want {
			t.Errorf("%s=%s: %v, want %s", c.name, c.text, err, c.want)
		}
	}
}

func TestNumbersAsT2ShowsThem(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Count(1023), "1023"},
		{Count(1024), "1024 (1.02 K)"},
		{Count(46136), "46136 (46.14 K)"},
		{Count(1 << 20), "1048576 (1.05 M)"},
		{Share(38, 782), "38 [4.86%]"},
		{Share(1, 0), "1 [0.00%]"},
		{Hex8(0x43), "0x43"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

// TestGuestsLinkLittle: what a sandboxed plugin links by way of the SDK holds no
// fmt, reflect or encoding.
func TestGuestsLinkLittle(t *testing.T) {
	for _, pkg := range []string{".", "./answer", "./field", "./guard", "./setting", "./value", "./wire", "../plugins/all"} {
		cmd := exec.Command("go", "list", "-deps", pkg)
		cmd.Env = append(cmd.Environ(), "GOOS=wasip1", "GOARCH=wasm")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list %s: %v", pkg, err)
		}
		for dep := range strings.Lines(string(out)) {
			dep = strings.TrimSpace(dep)
			if dep == "fmt" || dep == "reflect" || strings.HasPrefix(dep, "encoding") || strings.Contains(dep, "google") {
				t.Errorf("%s links %s", pkg, dep)
			}
		}
	}
}
