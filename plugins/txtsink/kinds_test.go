package txtsink_test

import (
	"math"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// The columns of kinds, one of each type.
var (
	u8  = sdk.NewColumn[uint8]("u8", "a byte")
	u16 = sdk.NewColumn[uint16]("u16", "")
	u32 = sdk.NewColumn[uint32]("u32", "")
	u64 = sdk.NewColumn[uint64]("u64", "")
	h8  = sdk.NewColumn[uint8]("h8", "flags", sdk.ShowHex)
	h16 = sdk.NewColumn[uint16]("h16", "", sdk.ShowHex)
	h32 = sdk.NewColumn[uint32]("h32", "", sdk.ShowHex)
	h64 = sdk.NewColumn[uint64]("h64", "", sdk.ShowHex)
	i64 = sdk.NewColumn[int64]("i64", "signed")
	f32 = sdk.NewColumn[float32]("f32", "")
	f64 = sdk.NewColumn[float64]("f64", "")

	first    = sdk.NewColumn[int64]("first", "first packet", sdk.ShowTime)
	duration = sdk.NewColumn[int64]("duration", "", sdk.ShowDuration)
	ip       = sdk.NewColumn[sdk.IP]("ip", "source")
	mac      = sdk.NewColumn[sdk.MAC]("mac", "")
	text     = sdk.NewColumn[string]("text", "")
	quoted   = sdk.NewColumn[string]("string", "", sdk.ShowQuoted)

	macs  = sdk.NewListColumn[sdk.MAC]("macs", "cards")
	texts = sdk.NewListColumn[string]("texts", "as\tthey are")
	u16s  = sdk.NewListColumn[uint16]("u16s", "")
)

// kinds is a plugin with a column of each type. A flow's first value of each comes
// from its ports, so that text cases choose it.
var kinds = sdk.Define(sdk.Spec[struct{}]{
	Name: "kinds", Number: 200, Version: "2.1.0", Doc: "has a column of each type",
	Ends:    sdk.End(field.FlowInd, field.FirstSeen, field.LastSeen, field.SrcIP, field.SrcPort),
	Columns: []sdk.AnyColumn{u8, u16, u32, u64, h8, h16, h32, h64, i64, f32, f64, first, duration, ip, mac, text, quoted, macs, texts, u16s},
	Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
		u8, u16, u32, u64 := u8.Writer(env), u16.Writer(env), u32.Writer(env), u64.Writer(env)
		h8, h16, h32, h64 := h8.Writer(env), h16.Writer(env), h32.Writer(env), h64.Writer(env)
		i64, f32, f64, first, duration := i64.Writer(env), f32.Writer(env), f64.Writer(env), first.Writer(env), duration.Writer(env)
		ip, mac, text, quoted := ip.Writer(env), mac.Writer(env), text.Writer(env), quoted.Writer(env)
		macs, texts, u16s := macs.Writer(env), texts.Writer(env), u16s.Writer(env)
		return &sdk.Loop{EndFlow: func(e sdk.EndRow) error {
			n := uint64(e.SrcPort())
			card := sdk.MAC{2, 0, 0, 0, byte(n >> 8), byte(n)}
			all := n * 0x0101_0101_0101
			u8.Put(e, uint8(all))
			u16.Put(e, uint16(all))
			u32.Put(e, uint32(all))
			u64.Put(e, all)
			h8.Put(e, uint8(all))
			h16.Put(e, uint16(all))
			h32.Put(e, uint32(all))
			h64.Put(e, all)
			i64.Put(e, -int64(n))
			f32.Put(e, float32(math.Exp(float64(n))))
			f64.Put(e, 1/float64(n))
			first.Put(e, e.FirstSeen())
			duration.Put(e, e.LastSeen()-e.FirstSeen())
			ip.Put(e, e.SrcIP())
			mac.Put(e, card)
			text.Put(e, "port\t\"é\"")
			quoted.Put(e, "\xff\n;")
			var cards []sdk.MAC
			var list []string
			var numbers []uint16
			for i := range n % 3 {
				cards = append(cards, card)
				list = append(list, string([]byte{'a' + byte(i), '\\'}))
				numbers = append(numbers, uint16(i)|1<<8)
			}
			macs.Put(e, cards)
			texts.Put(e, list)
			u16s.Put(e, numbers)
			return nil
		}}, nil
	},
})
