// Package everytype is a plugin with a column of every type, for tests of plugins that read all columns.
package everytype

import (
	"math"
	"net/netip"
	"strings"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// put writes the n-th of some values at a flow end.
type put func(end sdk.EndRow, n int)

// every collects the columns of a plugin that has one of every type.
type every struct {
	columns []sdk.AnyColumn
	writers []func(*sdk.Env) put
}

// add adds a column, and one of lists, that have these values in turn: among the lists an empty one and a long one.
func add[T sdk.ColumnValue](e *every, name string, values []T, options ...sdk.ColumnOption) {
	one, list := sdk.NewColumn[T](name, "values of every type", options...), sdk.NewListColumn[T](name+"List", "lists of every type", options...)
	e.columns = append(e.columns, one, list)
	var long []T
	for len(long) < 100 {
		long = append(long, values...)
	}
	e.writers = append(e.writers, func(env *sdk.Env) put {
		ones, lists := one.Writer(env), list.Writer(env)
		return func(end sdk.EndRow, n int) {
			ones.Put(end, values[n%len(values)])
			const few = 100 // flow ends have long lists, which a batch bounds
			kind := n % 4
			if n >= few {
				kind = 1
			}
			switch kind {
			case 0:
				lists.Put(end, nil)
			case 1:
				lists.Put(end, values[n%len(values):][:1])
			case 2:
				lists.Put(end, values)
			default:
				lists.Put(end, long)
			}
		}
	})
}

// Name is the plugin's.
const Name = "everyType"

// Plugin returns the plugin. Its columns, and lists of them, hold the least and the largest values, and those that are written in a way of
// their own: NaN, texts with quotes, control characters, and bytes that are no UTF-8.
func Plugin() *sdk.Plugin {
	e := &every{}
	add(e, "everyUint8", []uint8{0, 1, math.MaxUint8})
	add(e, "everyUint16", []uint16{0, 1, math.MaxUint16})
	add(e, "everyUint32", []uint32{0, 1, math.MaxUint32})
	add(e, "everyUint64", []uint64{0, 1, 1 << 53, math.MaxUint64})
	add(e, "everyHex8", []uint8{0, 10, math.MaxUint8}, sdk.ShowHex)
	add(e, "everyHex16", []uint16{0, 10, math.MaxUint16}, sdk.ShowHex)
	add(e, "everyHex32", []uint32{0, 10, math.MaxUint32}, sdk.ShowHex)
	add(e, "everyHex64", []uint64{0, 10, math.MaxUint64}, sdk.ShowHex)
	add(e, "everyInt64", []int64{0, -1, math.MinInt64, math.MaxInt64})
	add(e, "everyTime", []int64{0, -1, 1700000000_123456789, math.MinInt64, math.MaxInt64}, sdk.ShowTime)
	add(e, "everyDuration", []int64{0, -1, 1_500_000_000, math.MinInt64, math.MaxInt64}, sdk.ShowDuration)
	add(e, "everyFloat32", []float32{0, float32(math.Copysign(0, -1)), 0.1, math.MaxFloat32, math.SmallestNonzeroFloat32, float32(math.NaN()), float32(math.Inf(-1))})
	add(e, "everyFloat64", []float64{0, math.Copysign(0, -1), 0.1, 1e21, math.MaxFloat64, math.SmallestNonzeroFloat64, math.NaN(), math.Inf(1), math.Inf(-1)})
	add(e, "everyIP", []sdk.IP{{}, ipOf("0.0.0.0"), ipOf("255.255.255.255"), ipOf("::"), ipOf("2001:db8::1"), ipOf("::ffff:10.0.0.1")})
	add(e, "everyMAC", []sdk.MAC{{}, {2, 0, 0, 0, 0, 1}, {255, 255, 255, 255, 255, 255}})
	texts := []string{"", "a", " ", "\"quoted\" 'twice' \\", "tab\tnewline\nreturn\r", "\x00\x1b\x7f", "\xff\xfe not UTF-8 \xc3", "Zürich, 東京", "a;b,c|d", "<b>&amp;</b>", "null", strings.Repeat("long ", 2000)}
	add(e, "everyText", texts)
	add(e, "everyString", texts, sdk.ShowQuoted)
	return sdk.Define(sdk.Spec[struct{}]{
		Name: Name, Number: 899, Version: "1.0.0", Doc: "has a column of every type, for checks",
		Ends: sdk.End(field.FlowInd, field.Dir), Columns: e.columns,
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			var all []put
			for _, w := range e.writers {
				all = append(all, w(env))
			}
			return &sdk.Loop{EndFlow: func(end sdk.EndRow) error {
				n := int(2*end.FlowInd()) + int(end.Dir())
				for _, p := range all {
					p(end, n)
				}
				return nil
			}}, nil
		},
	})
}

func ipOf(text string) sdk.IP {
	addr := netip.MustParseAddr(text)
	var b [16]byte
	copy(b[:], addr.AsSlice())
	if addr.Is4() {
		return sdk.IPv4(b)
	}
	return sdk.IPv6(b)
}
