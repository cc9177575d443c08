package batch

import (
	"testing"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// TestCrossed: payload, headers, lists and texts of other plugins count by their bytes, all else by its width.
func TestCrossed(t *testing.T) {
	text := sdk.NewColumn[string]("other.text", "")
	number := sdk.NewColumn[uint16]("other.number", "")
	p := &sdk.Plugin{
		Packets: sdk.All(field.Time).WithPayload(100), Starts: sdk.Start(field.SrcPort), Ticks: sdk.Every(1e9),
		Ends: sdk.End(field.HdrDesc, field.LastSeen).With(text, number),
	}
	texts := value.Vec{Type: value.Text}
	texts.Append([]byte("abc"))
	v := &sdk.Batch{
		Packets: sdk.Packets{N: 2, Payload: texts}, Starts: sdk.Starts{N: 3}, Ticks: sdk.Ticks{N: 4},
		Ends: sdk.Ends{N: 1, HdrDesc: texts, Columns: []value.Vec{texts, {Type: value.Uint16, Data: make([]byte, 2)}}},
	}
	packets := 2*(4+8+4) + 3 // slot, time, length of the payload; its bytes
	starts, ticks := 3*(12+2), 4*20
	ends := 12 + 8 + 4 + 3 + 4 + 3 + 2 // places, time, a list and its bytes, a text and its bytes, a number
	if got, want := Crossed(p, v), uint64(packets+starts+ticks+ends); got != want {
		t.Errorf("%d bytes, want %d", got, want)
	}
}
