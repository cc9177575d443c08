// Package mysink adds one column to each flow record.
package mysink

import "github.com/t2host/t2host/sdk"

// Plugin is the declaration: all that t2host knows of the plugin before it opens it.
var Plugin = sdk.Define(sdk.Spec[struct{}]{
	Name: "mySink", Number: 900, Version: "0.1.0",
	Doc: "what it does, in one sentence",
	//t2host:requires
	Ends:    sdk.End(), //t2host:columns
	Columns: []sdk.Column{sdk.Uint32Column("mySinkColumn", "what it shows")},
	Open:    open,
})

func open(*sdk.Env, struct{}) (sdk.Stage, error) {
	t := &mysink{}
	return &sdk.Loop{EndFlow: t.endFlow, Report: t.report}, nil
}

// mysink is an opened plugin.
type mysink struct {
	//t2host:state
}

func (t *mysink) endFlow(end sdk.EndRow) error {
	//t2host:use
	end.PutUint(0, 0)
	return nil
}

func (t *mysink) report(r *sdk.Report) {
	//t2host:report
}
