package pipeline

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/internal/batch"
	"github.com/t2host/t2host/host/internal/flowtable"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
	"github.com/t2host/t2host/sdk/value"
)

type key struct{ n uint32 }

func (k *key) Fields(f *sdk.TableFields) { sdk.Field(f, "n", &k.n) }

var (
	left  = sdk.NewTable[key, key]("left.t")
	right = sdk.NewTable[key, key]("right.t")
)

// maker writes the flow's slot as column "x" and into its table.
func maker(name string, table *sdk.Table[key, key]) *sdk.Plugin {
	x := sdk.NewColumn[uint32]("x", "")
	return sdk.Define(sdk.Spec[struct{}]{
		Name: name, Version: "1.0.0", Doc: "makes", Ends: sdk.End(),
		Columns: []sdk.AnyColumn{x}, Exports: []sdk.AnyTable{table},
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			w, out := table.Writer(env), x.Writer(env)
			return &sdk.Loop{EndFlow: func(e sdk.EndRow) error {
				out.Put(e, e.Flow())
				w.Set(e.Moment, key{e.Flow()}, key{e.Flow()})
				return nil
			}}, nil
		},
	})
}

// reader notes what it sees of both at each end.
func reader(seen *[]string) *sdk.Plugin {
	leftX, rightX := sdk.NewColumn[uint32]("left.x", ""), sdk.NewColumn[uint32]("right.x", "")
	return sdk.Define(sdk.Spec[struct{}]{
		Name: "reader", Version: "1.0.0", Doc: "reads",
		Requires: []sdk.Requirement{{Name: "left"}, {Name: "right", Optional: true}},
		Ends:     sdk.End().With(leftX, rightX),
		Imports:  []sdk.AnyTable{left, right},
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			l, r := left.View(env), right.View(env)
			lx, rx := leftX.Reader(env), rightX.Reader(env)
			return &sdk.Loop{EndFlow: func(e sdk.EndRow) error {
				*seen = append(*seen, strings.Join([]string{
					sdk.Count(uint64(lx.Get(e))), sdk.Count(uint64(rx.Get(e))), sdk.Count(uint64(l.Len(e.Moment))), sdk.Count(uint64(r.Len(e.Moment))),
				}, " "))
				return nil
			}}, nil
		},
	})
}

func start(t *testing.T, plugins ...*sdk.Plugin) (*Pipeline, error) {
	t.Helper()
	var stages []*Stage
	for _, p := range plugins {
		stage, err := p.Open(sdk.Opening{})
		if err != nil {
			t.Fatal(err)
		}
		stages = append(stages, &Stage{Plugin: p, Stage: stage, Log: func(string) {}, Send: func(answer.Frame, int64) error { return nil }})
	}
	return New(stages, batch.NewLayout(plugins, 0, 2, time.UTC, nil))
}

// feed sends n flow ends in batches of two.
func feed(p *Pipeline, n int) error {
	b, err := p.Next()
	for i := range n {
		if err != nil {
			return err
		}
		b.AddEnd(batch.End{Slot: uint32(i), Flow: &flowtable.Flow{}, Number: uint64(i + 1)})
		if b.Full() {
			if err = p.Put(b); err == nil {
				b, err = p.Next()
			}
		}
	}
	if err != nil {
		return err
	}
	b.Final = true
	return p.Put(b)
}

func TestColumnsAndTablesReachLaterStages(t *testing.T) {
	var seen []string
	p, err := start(t, maker("left", left), maker("right", right), reader(&seen))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(feed(p, 5), p.Close()); err != nil {
		t.Fatal(err)
	}
	want := []string{"0 0 1 1", "1 1 2 2", "2 2 3 3", "3 3 4 4", "4 4 5 5"}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("columns and rows at each end (-want +got):\n%s", diff)
	}
}

func TestAnOptionalPluginThatIsNotThereGivesZeros(t *testing.T) {
	var seen []string
	p, err := start(t, maker("left", left), reader(&seen))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(feed(p, 3), p.Close()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"0 0 1 0", "1 0 2 0", "2 0 3 0"}, seen); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAColumnOfAnotherTypeIsRefused(t *testing.T) {
	var seen []string
	m := maker("left", left)
	m.Columns = []sdk.ColumnInfo{{Name: "x", Type: value.Uint8}}
	_, err := start(t, m, reader(&seen))
	if err == nil || err.Error() != "plugin reader: left.x: plugin left 1.0.0 has no x of that type" {
		t.Errorf("got %v", err)
	}
}

func TestAFailingStageStopsTheFeederAndTheOthers(t *testing.T) {
	bad := sdk.Define(sdk.Spec[struct{}]{
		Name: "bad", Version: "1.0.0", Doc: "fails", Ends: sdk.End(),
		Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
			return &sdk.Loop{
				EndFlow: func(e sdk.EndRow) error {
					if e.Flow() == 6 {
						return errors.New("six")
					}
					return nil
				},
				Done: func() error { panic("twice") },
			}, nil
		},
	})
	var seen []string
	p, err := start(t, maker("left", left), bad, reader(&seen))
	if err != nil {
		t.Fatal(err)
	}
	const want = "plugin bad: batch 4 (packets 7 to 8): six"
	if err := feed(p, 1_000_000); err == nil || err.Error() != want {
		t.Errorf("the feeder got %v, want %s", err, want)
	}
	if err := p.Close(); err == nil || !strings.HasPrefix(err.Error(), want+"\nplugin bad: close: panic: twice (pipeline_test.go:") {
		t.Errorf("close returned %v", err)
	}
	if len(seen) != 6 {
		t.Errorf("the next stage saw %d ends, want those of the whole batches before", len(seen))
	}
}
