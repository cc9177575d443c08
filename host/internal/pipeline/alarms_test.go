package pipeline

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/t2host/t2host/host/internal/batch"
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/answer"
)

// counter has an alarm that counts: the slot's rest by n.
func counter(name string, n uint32) *sdk.Plugin {
	count := sdk.NewColumn[uint32]("count", "", sdk.Alarm)
	return sdk.Define(sdk.Spec[struct{}]{
		Name: name, Version: "1.0.0", Doc: "counts", Ends: sdk.End(), Columns: []sdk.AnyColumn{count},
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			out := count.Writer(env)
			return &sdk.Loop{EndFlow: func(e sdk.EndRow) error {
				out.Put(e, e.Flow()%n)
				return nil
			}}, nil
		},
	})
}

func TestAlarms(t *testing.T) {
	for _, c := range []struct {
		mode Alarms
		want []uint32
	}{
		{AlarmsOff, []uint32{0, 1, 2, 3, 4, 5, 6, 7}},
		{AlarmsOr, []uint32{1, 2, 3, 4, 5, 7}},
		{AlarmsAnd, []uint32{1, 5, 7}},
	} {
		var seen []uint32
		sink := sdk.Define(sdk.Spec[struct{}]{
			Name: "sink", Number: 900, Version: "1.0.0", Doc: "notes flows", Ends: sdk.End(),
			Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
				return &sdk.Loop{EndFlow: func(e sdk.EndRow) error { seen = append(seen, e.Flow()); return nil }}, nil
			},
		})
		var stages []*Stage
		plugins := []*sdk.Plugin{counter("two", 2), counter("three", 3), sink}
		for _, p := range plugins {
			stage, err := p.Open(sdk.Opening{})
			if err != nil {
				t.Fatal(err)
			}
			stages = append(stages, &Stage{Plugin: p, Stage: stage, Log: func(string) {}, Send: func(answer.Frame, int64) error { return nil }})
		}
		stages[2].Alarms = c.mode
		p, err := New(stages, batch.NewLayout(plugins, 0, 2, time.UTC, nil))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(feed(p, 8), p.Close()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(seen, c.want) {
			t.Errorf("mode %d: the sink sees %v, want %v", c.mode, seen, c.want)
		}
		if got, want := p.Raised(), (Raised{Alarms: 4 + 0 + 1 + 2 + 0 + 1 + 2 + 0 + 1, Flows: 6, Ends: 8}); got != want {
			t.Errorf("mode %d: raised %+v, want %+v", c.mode, got, want)
		}
	}
}
