package stream

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

// framesOf returns the stream of a plugin's outlet of frames: a row of one column for each.
func framesOf(p *sdk.Plugin, o *sdk.Outlet) Stream {
	return Stream{
		Name: p.Name + "." + o.Name, Frames: true, Record: 1, Owners: []string{p.Name},
		Columns: []value.Column{{Name: "frame", Type: value.Text, Doc: "the bytes that the plugin sends"}},
	}
}

// Frames makes rows of frames.
type Frames struct {
	rows Rows
	vec  value.Vec
}

// Rows returns the row of a frame, at a packet time.
func (f *Frames) Rows(frame []byte, at int64) *Rows {
	f.vec.Reset(value.Text)
	f.vec.Data = append(f.vec.Data, frame...)
	f.vec.Ends = append(f.vec.Ends, uint32(len(f.vec.Data)))
	f.rows = Rows{N: 1, Columns: append(f.rows.Columns[:0], &f.vec), At: append(f.rows.At[:0], at)}
	return &f.rows
}
