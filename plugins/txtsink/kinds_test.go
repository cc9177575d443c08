package txtsink_test

import (
	"math"

	"github.com/t2host/t2host/sdk"
)

// kinds is a plugin with a column of each type. A flow's first value of each comes
// from its ports, so that text cases choose it.
var kinds = sdk.Define(sdk.Spec[struct{}]{
	Name: "kinds", Number: 200, Version: "2.1.0", Doc: "has a column of each type",
	Ends: sdk.End(sdk.FlowInd, sdk.FirstSeen, sdk.LastSeen, sdk.SrcIP, sdk.SrcPort),
	Columns: []sdk.Column{
		sdk.U8("u8", "a byte"), sdk.U16("u16", ""), sdk.U32("u32", ""), sdk.U64("u64", ""),
		sdk.H8("h8", "flags"), sdk.Of(sdk.TypeH16, "h16", ""), sdk.Of(sdk.TypeH32, "h32", ""), sdk.Of(sdk.TypeH64, "h64", ""),
		sdk.Of(sdk.TypeI64, "i64", "signed"), sdk.F32("f32", ""), sdk.F64("f64", ""),
		sdk.Of(sdk.TypeTime, "first", "first packet"), sdk.Duration("duration", ""), sdk.Of(sdk.TypeIP, "ip", "source"),
		sdk.Of(sdk.TypeMAC, "mac", ""), sdk.Of(sdk.TypeText, "text", ""), sdk.Of(sdk.TypeString, "string", ""),
		sdk.Of(sdk.TypeMAC|sdk.List, "macs", "cards"), sdk.Of(sdk.TypeText|sdk.List, "texts", "as\tthey are"), sdk.Of(sdk.TypeU16|sdk.List, "u16s", ""),
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
			texts := sdk.TypeText | sdk.List
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
