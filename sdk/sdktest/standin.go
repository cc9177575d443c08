package sdktest

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/sdktest/everytype"
)

// EveryType returns a plugin with a column of every type, lists too, with the least and the largest values: for tests of sinks that read
// all columns. Name it before them: Cases(t, pattern, sdktest.EveryType(), Plugin) runs it if the settings of the case do not matter to it.
func EveryType() *sdk.Plugin { return everytype.Plugin() }

// StandIn returns a plugin in the place of one whose code is not available. It writes the columns,
// all zero or empty.
func StandIn(name string, number int, version string, columns ...sdk.AnyColumn) *sdk.Plugin {
	return StandInTables(name, number, version, nil, columns...)
}

// StandInTables returns a plugin as [StandIn] does, which has tables too: their rows are there from the first flow's end on.
func StandInTables(name string, number int, version string, tables []Table, columns ...sdk.AnyColumn) *sdk.Plugin {
	var exports []sdk.AnyTable
	for _, t := range tables {
		exports = append(exports, t.table)
	}
	return sdk.Define(sdk.Spec[struct{}]{
		Name: name, Number: number, Version: version, Doc: "replaces the plugin of that name in tests",
		Ends: sdk.End(), Columns: columns, Exports: exports,
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			s := &standIn{}
			for _, t := range tables {
				s.fill = append(s.fill, t.fill(env))
			}
			return s, nil
		},
	})
}

// Table is a table of a stand-in.
type Table struct {
	table sdk.AnyTable
	fill  func(*sdk.Env) func(sdk.Moment)
}

// Rows returns a table of a stand-in with the rows that fill sets; nil: none.
func Rows[K comparable, R any](t *sdk.Table[K, R], fill func(set func(K, R))) Table {
	return Table{t, func(env *sdk.Env) func(sdk.Moment) {
		w := t.Writer(env)
		return func(at sdk.Moment) {
			if fill != nil {
				fill(func(k K, r R) { w.Set(at, k, r) })
			}
		}
	}}
}

// standIn is the stage: columns of any type, written as their bytes on the wire.
type standIn struct {
	fill []func(sdk.Moment) // of the tables that are not filled yet
}

func (s *standIn) Batch(b *sdk.Batch) error {
	if b.Ends.N > 0 {
		for _, fill := range s.fill {
			fill(b.End(0).Moment)
		}
		s.fill = nil
	}
	for i := range b.Out.Columns {
		v := &b.Out.Columns[i]
		for range b.Ends.N {
			v.Append(make([]byte, v.Type.Size()))
		}
	}
	return nil
}

func (*standIn) Close() error { return nil }
