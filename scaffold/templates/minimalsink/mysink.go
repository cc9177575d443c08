// Package mysink reads flow ends and sends bytes to an outlet.
package mysink

import (
	//t2host:packages
	"github.com/t2host/t2host/sdk"
)

// Settings of an opened plugin.
type Settings struct {
	Suffix string
}

// Plugin is the declaration: all that t2host knows of the plugin before it opens it.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "mySink", Number: 900, Version: "0.1.0",
	Doc:      "what it does, in one sentence",
	Defaults: Settings{Suffix: "_mysink.txt"},
	Settings: func(s *Settings) []sdk.Setting {
		return []sdk.Setting{sdk.TextSetting("suffix", &s.Suffix, "the file is the output prefix and this")}
	},
	//t2host:requires
	Ends:    sdk.End(), //t2host:columns
	Outlets: []sdk.Outlet{{Name: "lines", Kind: sdk.FileOutlet, Setting: "suffix"}},
	Open:    open,
})

func open(env *sdk.Env, _ Settings) (sdk.Stage, error) {
	k := &sink{lines: env.Outlet("lines")}
	//t2host:open
	return &sdk.Loop{EndFlow: k.endFlow, Report: k.report}, nil
}

// sink is an opened plugin.
type sink struct {
	lines *sdk.OutletWriter
	//t2host:state
}

func (k *sink) endFlow(end sdk.EndRow) error {
	//t2host:use
	k.lines.Send([]byte("a flow ended\n"))
	return nil
}

func (k *sink) report(r *sdk.Report) {
	//t2host:report
}
