package txtsink_test

import (
	"math"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
	"github.com/t2host/t2host/sdk/value"
)

// kinds is a plugin with a column of each type. A flow's first value of each comes
// from its ports, so that text cases choose it.
var kinds = sdk.Define(sdk.Spec[struct{}]{
	Name: "kinds", Number: 200, Version: "2.1.0", Doc: "has a column of each type",
	Ends: sdk.End(field.FlowInd, field.FirstSeen, field.LastSeen, field.SrcIP, field.SrcPort),
	Columns: []sdk.Column{
		sdk.Uint8Column("u8", "a byte"), sdk.Uint16Column("u16", ""), sdk.Uint32Column("u32", ""), sdk.Uint64Column("u64", ""),
		sdk.Hex8Column("h8", "flags"), sdk.Hex16Column("h16", ""), sdk.Hex32Column("h32", ""), sdk.Hex64Column("h64", ""),
		sdk.Int64Column("i64", "signed"), sdk.Float32Column("f32", ""), sdk.Float64Column("f64", ""),
		sdk.TimeColumn("first", "first packet"), sdk.DurationColumn("duration", ""), sdk.IPColumn("ip", "source"),
		sdk.MACColumn("mac", ""), sdk.TextColumn("text", ""), sdk.StringColumn("string", ""),
		sdk.ColumnOf(value.MAC|value.List, "macs", "cards"), sdk.ColumnOf(value.Text|value.List, "texts", "as\tthey are"), sdk.ColumnOf(value.Uint16|value.List, "u16s", ""),
	},
	Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
		return &sdk.Loop{EndFlow: func(e sdk.EndRow) error {
			n := uint64(e.SrcPort())
			mac := []byte{2, 0, 0, 0, byte(n >> 8), byte(n)}
			for i := range 8 {
				e.PutUint(i, n*0x0101_0101_0101)
			}
			e.PutInt(8, -int64(n))
			e.PutFloat(9, math.Exp(float64(n)))
			e.PutFloat(10, 1/float64(n))
			e.PutInt(11, e.FirstSeen())
			e.PutInt(12, e.LastSeen()-e.FirstSeen())
			e.PutIP(13, e.SrcIP())
			e.PutBytes(14, mac)
			e.PutText(15, "port\t\"é\"")
			e.PutText(16, "\xff\n;")
			texts := value.Text | value.List
			var macs, list, numbers []byte
			for i := range n % 3 {
				macs = append(macs, mac...)
				list = texts.AppendTo(list, []byte{'a' + byte(i), '\\'})
				numbers = append(numbers, byte(i), 1)
			}
			e.PutBytes(17, macs)
			e.PutBytes(18, list)
			e.PutBytes(19, numbers)
			return nil
		}}, nil
	},
})
