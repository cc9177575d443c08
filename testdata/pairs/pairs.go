// Package pairs holds six plugins, each written twice: in the plainest way, with a call for each packet and each flow end, and by
// columns. A test compares their records, and testdata/bench their speed.
package pairs

import (
	"strings"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Names are those of the plain plugins; Columns appended makes those of the others.
var Names = []string{"octetSum", "flagCount", "sizeRange", "gapTimes", "lowWindow", "endFacts"}

// Columns ends the name of a plugin that is written by columns.
const Columns = "Cols"

// Plugins returns all.
func Plugins() (list []*sdk.Plugin) {
	for i, make := range []func(name string, number int, columns bool) *sdk.Plugin{octetSum, flagCount, sizeRange, gapTimes, lowWindow, endFacts} {
		list = append(list, make(Names[i], 700+2*i, false), make(Names[i]+Columns, 701+2*i, true))
	}
	return list
}

// column returns a column of one of the two plugins: their names must differ in a run.
func column[T sdk.ColumnValue](plugin, name string) *sdk.Column[T] {
	if strings.HasSuffix(plugin, Columns) {
		name += Columns
	}
	return sdk.NewColumn[T](name, "a column of a test")
}

// octetSum adds up the bytes of a flow's packets.
func octetSum(name string, number int, columns bool) *sdk.Plugin {
	sum := column[uint64](name, "octetSum")
	return sdk.Define(sdk.Spec[struct{}]{
		Name: name, Number: number, Version: "1.0.0", Doc: "adds up bytes",
		Packets: sdk.All(field.WireLen), Ends: sdk.End(), Columns: []sdk.AnyColumn{sum}, State: sdk.StateOf[uint64](),
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			var flows sdk.PerFlow[uint64]
			out := sum.Writer(env)
			if columns {
				return &sdk.Loop{
					Columns: func(p *sdk.Packets) {
						for i, slot := range p.Flow {
							*flows.At(slot) += uint64(p.WireLen[i])
						}
					},
					Ends: func(e sdk.EndRows) error {
						sums := out.All(e)
						for i, slot := range e.Flow[:e.N] {
							sums[i] = flows.Take(slot)
						}
						return nil
					},
				}, nil
			}
			return &sdk.Loop{
				Packet: func(p sdk.PacketRow) { *flows.At(p.Flow()) += uint64(p.WireLen()) },
				EndFlow: func(end sdk.EndRow) error {
					out.Put(end, flows.Take(end.Flow()))
					return nil
				},
			}, nil
		},
	})
}

// flagCount counts TCP flags.
func flagCount(name string, number int, columns bool) *sdk.Plugin {
	type flow struct {
		seen          uint16
		syn, fin, rst uint32
	}
	seen, syn, fin, rst := column[uint16](name, "flagsSeen"), column[uint32](name, "synCount"), column[uint32](name, "finCount"), column[uint32](name, "rstCount")
	count := func(f *flow, flags uint16) {
		f.seen |= flags
		f.syn += uint32(flags >> 1 & 1)
		f.fin += uint32(flags & 1)
		f.rst += uint32(flags >> 2 & 1)
	}
	return sdk.Define(sdk.Spec[struct{}]{
		Name: name, Number: number, Version: "1.0.0", Doc: "counts TCP flags",
		Packets: sdk.TCP(field.TCPFlags), Ends: sdk.End(), Columns: []sdk.AnyColumn{seen, syn, fin, rst}, State: sdk.StateOf[flow](),
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			var flows sdk.PerFlow[flow]
			a, b, c, d := seen.Writer(env), syn.Writer(env), fin.Writer(env), rst.Writer(env)
			if columns {
				return &sdk.Loop{
					Columns: func(p *sdk.Packets) {
						for i, slot := range p.Flow {
							count(flows.At(slot), p.TCPFlags[i])
						}
					},
					Ends: func(e sdk.EndRows) error {
						as, bs, cs, ds := a.All(e), b.All(e), c.All(e), d.All(e)
						for i, slot := range e.Flow[:e.N] {
							f := flows.At(slot)
							as[i], bs[i], cs[i], ds[i] = f.seen, f.syn, f.fin, f.rst
							*f = flow{}
						}
						return nil
					},
				}, nil
			}
			return &sdk.Loop{
				Packet: func(p sdk.PacketRow) { count(flows.At(p.Flow()), p.TCPFlags()) },
				EndFlow: func(end sdk.EndRow) error {
					f := flows.Take(end.Flow())
					a.Put(end, f.seen)
					b.Put(end, f.syn)
					c.Put(end, f.fin)
					d.Put(end, f.rst)
					return nil
				},
			}, nil
		},
	})
}

// sizeRange has the least, the largest and the mean payload.
func sizeRange(name string, number int, columns bool) *sdk.Plugin {
	type flow struct{ n, sum, least, most uint32 }
	n, least, most, mean := column[uint32](name, "sizes"), column[uint32](name, "sizeMin"), column[uint32](name, "sizeMax"), column[float64](name, "sizeMean")
	add := func(f *flow, size uint32) {
		if f.n == 0 || size < f.least {
			f.least = size
		}
		f.most = max(f.most, size)
		f.n++
		f.sum += size
	}
	return sdk.Define(sdk.Spec[struct{}]{
		Name: name, Number: number, Version: "1.0.0", Doc: "has the range of sizes",
		Packets: sdk.All(field.L7Len), Ends: sdk.End(), Columns: []sdk.AnyColumn{n, least, most, mean}, State: sdk.StateOf[flow](),
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			var flows sdk.PerFlow[flow]
			a, b, c, d := n.Writer(env), least.Writer(env), most.Writer(env), mean.Writer(env)
			if columns {
				return &sdk.Loop{
					Columns: func(p *sdk.Packets) {
						for i, slot := range p.Flow {
							add(flows.At(slot), p.L7Len[i])
						}
					},
					Ends: func(e sdk.EndRows) error {
						as, bs, cs, ds := a.All(e), b.All(e), c.All(e), d.All(e)
						for i, slot := range e.Flow[:e.N] {
							f := flows.At(slot)
							as[i], bs[i], cs[i], ds[i] = f.n, f.least, f.most, float64(f.sum)/float64(max(f.n, 1))
							*f = flow{}
						}
						return nil
					},
				}, nil
			}
			return &sdk.Loop{
				Packet: func(p sdk.PacketRow) { add(flows.At(p.Flow()), p.L7Len()) },
				EndFlow: func(end sdk.EndRow) error {
					f := flows.Take(end.Flow())
					a.Put(end, f.n)
					b.Put(end, f.least)
					c.Put(end, f.most)
					d.Put(end, float64(f.sum)/float64(max(f.n, 1)))
					return nil
				},
			}, nil
		},
	})
}

// gapTimes has the longest time between two packets, and their number.
func gapTimes(name string, number int, columns bool) *sdk.Plugin {
	type flow struct {
		last, longest int64
		packets       uint32
	}
	packets, longest := column[uint32](name, "gaps"), column[int64](name, "gapMax")
	add := func(f *flow, now int64) {
		if f.packets++; f.packets > 1 {
			f.longest = max(f.longest, now-f.last)
		}
		f.last = now
	}
	return sdk.Define(sdk.Spec[struct{}]{
		Name: name, Number: number, Version: "1.0.0", Doc: "has the longest gap",
		Packets: sdk.All(field.Time), Ends: sdk.End(), Columns: []sdk.AnyColumn{packets, longest}, State: sdk.StateOf[flow](),
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			var flows sdk.PerFlow[flow]
			a, b := packets.Writer(env), longest.Writer(env)
			if columns {
				return &sdk.Loop{
					Columns: func(p *sdk.Packets) {
						for i, slot := range p.Flow {
							add(flows.At(slot), p.Time[i])
						}
					},
					Ends: func(e sdk.EndRows) error {
						as, bs := a.All(e), b.All(e)
						for i, slot := range e.Flow[:e.N] {
							f := flows.At(slot)
							as[i], bs[i] = f.packets, f.longest
							*f = flow{}
						}
						return nil
					},
				}, nil
			}
			return &sdk.Loop{
				Packet: func(p sdk.PacketRow) { add(flows.At(p.Flow()), p.Time()) },
				EndFlow: func(end sdk.EndRow) error {
					f := flows.Take(end.Flow())
					a.Put(end, f.packets)
					b.Put(end, f.longest)
					return nil
				},
			}, nil
		},
	})
}

// lowWindow counts windows below 64 bytes, and how often one is 0 after one that was not.
func lowWindow(name string, number int, columns bool) *sdk.Plugin {
	type flow struct {
		low, shut uint32
		closed    bool
	}
	low, shut := column[uint32](name, "lowWindows"), column[uint32](name, "shutWindows")
	const least = 64
	add := func(f *flow, window uint32) {
		if window >= least {
			f.closed = false
			return
		}
		f.low++
		if window == 0 && !f.closed {
			f.shut++
		}
		f.closed = window == 0
	}
	return sdk.Define(sdk.Spec[struct{}]{
		Name: name, Number: number, Version: "1.0.0", Doc: "counts low windows",
		Packets: sdk.TCP(field.Window), Ends: sdk.End(), Columns: []sdk.AnyColumn{low, shut}, State: sdk.StateOf[flow](),
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			var flows sdk.PerFlow[flow]
			a, b := low.Writer(env), shut.Writer(env)
			if columns {
				return &sdk.Loop{
					Columns: func(p *sdk.Packets) {
						for i, slot := range p.Flow {
							add(flows.At(slot), p.Window[i])
						}
					},
					Ends: func(e sdk.EndRows) error {
						as, bs := a.All(e), b.All(e)
						for i, slot := range e.Flow[:e.N] {
							f := flows.At(slot)
							as[i], bs[i] = f.low, f.shut
							*f = flow{}
						}
						return nil
					},
				}, nil
			}
			return &sdk.Loop{
				Packet: func(p sdk.PacketRow) { add(flows.At(p.Flow()), p.Window()) },
				EndFlow: func(end sdk.EndRow) error {
					f := flows.Take(end.Flow())
					a.Put(end, f.low)
					b.Put(end, f.shut)
					return nil
				},
			}, nil
		},
	})
}

// endFacts reads no packet: it has what a flow's end tells.
func endFacts(name string, number int, columns bool) *sdk.Plugin {
	duration, low, server := column[int64](name, "durationNs"), column[uint16](name, "portMin"), column[uint8](name, "toServer")
	facts := func(first, last int64, src, dst uint16) (int64, uint16, uint8) {
		to := uint8(0)
		if dst < src {
			to = 1
		}
		return last - first, min(src, dst), to
	}
	return sdk.Define(sdk.Spec[struct{}]{
		Name: name, Number: number, Version: "1.0.0", Doc: "has what a flow's end tells",
		Ends: sdk.End(field.FirstSeen, field.LastSeen, field.SrcPort, field.DstPort), Columns: []sdk.AnyColumn{duration, low, server},
		Open: func(env *sdk.Env, _ struct{}) (sdk.Stage, error) {
			a, b, c := duration.Writer(env), low.Writer(env), server.Writer(env)
			if columns {
				return &sdk.Loop{Ends: func(e sdk.EndRows) error {
					as, bs, cs := a.All(e), b.All(e), c.All(e)
					for i := range e.N {
						as[i], bs[i], cs[i] = facts(e.FirstSeen[i], e.LastSeen[i], e.SrcPort[i], e.DstPort[i])
					}
					return nil
				}}, nil
			}
			return &sdk.Loop{EndFlow: func(end sdk.EndRow) error {
				d, port, to := facts(end.FirstSeen(), end.LastSeen(), end.SrcPort(), end.DstPort())
				a.Put(end, d)
				b.Put(end, port)
				c.Put(end, to)
				return nil
			}}, nil
		},
	})
}
