// Package txtsink writes flow records as text: a file with a line for each
// flow, and a file that describes its columns.
package txtsink

import (
	"github.com/t2host/t2host/sdk"
)

// Settings of an opened plugin.
type Settings struct {
	sdk.RowSettings
	HeadersSuffix string
}

// Plugin is the declaration.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "txtsink", Number: 901, Version: "1.0.0",
	Doc: "writes each flow's record as a line of text",
	Defaults: Settings{
		RowSettings:   sdk.RowSettings{RecordSettings: sdk.RecordSettings{Suffix: "_flows.txt"}, Columns: "*"},
		HeadersSuffix: "_headers.txt",
	},
	Settings: func(s *Settings) []sdk.Setting {
		return append(s.RowSettings.Settings(),
			sdk.TextSetting("headers_suffix", &s.HeadersSuffix, "the file that names the columns is the output prefix and this"),
		)
	},
	Ends: sdk.End(),
	Outlets: []sdk.Outlet{
		{Name: "flows", Kind: sdk.RecordOutlet, Setting: "suffix", Pass: []string{sdk.PassAll}},
		{Name: "headers", Kind: sdk.FileOutlet, Setting: "headers_suffix"},
	},
	Open: func(env *sdk.Env, _ Settings) (sdk.Stage, error) {
		k := &sink{flows: env.Rows("flows"), headers: env.Outlet("headers"), table: headers(&env.Opening)}
		return &sdk.Loop{Ends: k.ends, Report: func(*sdk.Report) { k.describe() }}, nil
	},
})

// sink is an opened plugin. It passes all records on, which t2host writes as text.
type sink struct {
	flows   *sdk.RowsWriter
	headers *sdk.OutletWriter
	table   []byte // the headers file, until it is sent
}

func (k *sink) ends(e sdk.EndRows) error {
	k.describe()
	k.flows.PassAll(e)
	return nil
}

// describe sends the headers file, once.
func (k *sink) describe() {
	k.headers.Send(k.table)
	k.table = nil
}
