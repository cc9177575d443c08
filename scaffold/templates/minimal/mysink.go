// Package mysink adds one column to each flow record.
package mysink

import (
	//t2host:packages
	"github.com/t2host/t2host/sdk"
)

// Column is the plugin's column.
var Column = sdk.NewColumn[uint32]("mySinkColumn", "what it shows")

// Plugin is the declaration: all that t2host knows of the plugin before it opens it.
var Plugin = sdk.Define(sdk.Spec[struct{}]{
	Name: "mySink", Number: 900, Version: "0.1.0",
	Doc: "what it does, in one sentence",
	//t2host:requires
	Ends:    sdk.End(), //t2host:columns
	Columns: []sdk.AnyColumn{Column},
	Open:    open,
})

func open(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
	t := &mysink{column: Column.Writer(env)}
	//t2host:open
	return &sdk.Loop{EndFlow: t.endFlow, Report: t.report}, nil
}

// mysink is an opened plugin.
type mysink struct {
	column *sdk.ColumnWriter[uint32]
	//t2host:state
}

func (t *mysink) endFlow(end sdk.EndRow) error {
	//t2host:use
	t.column.Put(end, 0)
	return nil
}

func (t *mysink) report(r *sdk.Report) {
	//t2host:report
}
