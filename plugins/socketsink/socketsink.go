// Package socketsink sends flow records to a socket, as text, JSON or T2's binary form.
package socketsink

import "github.com/t2host/t2host/sdk"

// Settings of an opened plugin.
type Settings struct{ To string }

// Plugin is the declaration. It passes all records on; t2host encodes them and sends them.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "socketsink", Number: 910, Version: "1.0.0",
	Doc:      "sends each flow's record to a socket",
	Defaults: Settings{To: "text+tcp://127.0.0.1:6666"},
	Settings: func(s *Settings) []sdk.Setting {
		return []sdk.Setting{sdk.TargetSetting("to", &s.To, "where the records go: text+, json+ or bin+, and tcp://HOST:PORT, udp://HOST:PORT, or any other target of --to")}
	},
	Ends:    sdk.End(),
	Outlets: []sdk.Outlet{sdk.RowsOf("flows", nil).WithRecord().To("to")},
	Open: func(env *sdk.Env, _ Settings) (sdk.Stage, error) {
		flows := env.Rows("flows")
		return &sdk.Loop{Ends: func(e sdk.EndRows) error { flows.PassAll(e); return nil }}, nil
	},
})
