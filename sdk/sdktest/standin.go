package sdktest

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

// StandIn returns a plugin in the place of one whose code is not available. It writes the columns,
// all zero or empty.
func StandIn(name string, number int, version string, columns ...sdk.Column) *sdk.Plugin {
	return sdk.Define(sdk.Spec[struct{}]{
		Name: name, Number: number, Version: version, Doc: "replaces the plugin of that name in tests",
		Ends: sdk.End(), Columns: columns,
		Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
			return &sdk.Loop{Ends: func(e sdk.EndRows) error {
				for i, c := range columns {
					e.PutVec(i, zeros(c.Type, e.N))
				}
				return nil
			}}, nil
		},
	})
}

// zeros returns a column of n values that are zero or empty.
func zeros(t value.Type, n int) *value.Vec {
	v := &value.Vec{Type: t}
	for range n {
		v.Append(make([]byte, t.Size()))
	}
	return v
}
