package sdktest

import "github.com/t2host/t2host/sdk"

// StandIn returns a plugin in the place of one whose code is not available. It writes the columns,
// all zero or empty.
func StandIn(name string, number int, version string, columns ...sdk.AnyColumn) *sdk.Plugin {
	return sdk.Define(sdk.Spec[struct{}]{
		Name: name, Number: number, Version: version, Doc: "replaces the plugin of that name in tests",
		Ends: sdk.End(), Columns: columns,
		Open: func(*sdk.Env, struct{}) (sdk.Stage, error) { return standIn{}, nil },
	})
}

// standIn is the stage: columns of any type, written as their bytes on the wire.
type standIn struct{}

func (standIn) Batch(b *sdk.Batch) error {
	for i := range b.Out.Columns {
		v := &b.Out.Columns[i]
		for range b.Ends.N {
			v.Append(make([]byte, v.Type.Size()))
		}
	}
	return nil
}

func (standIn) Close() error { return nil }
