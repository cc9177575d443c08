// Package basicstats adds to each flow record the sums of its packets: how
// many, how long, how far apart, and how they compare with the opposite's.
package basicstats

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// The plugin's columns. Names and descriptions are T2's; L7 is the length of the transport's
// payload by the headers.
var (
	PktsSnt     = sdk.NewColumn[uint64]("pktsSnt", "Number of transmitted packets", sdk.Unit("packets"), sdk.IPFIX(0, 2))
	PktsRcvd    = sdk.NewColumn[uint64]("pktsRcvd", "Number of received packets", sdk.Unit("packets"))
	PadBytesSnt = sdk.NewColumn[int64]("padBytesSnt", "Number of padding bytes", sdk.Unit("bytes"))
	L7BytesSnt  = sdk.NewColumn[uint64]("l7BytesSnt", "Number of transmitted bytes", sdk.Unit("bytes"), sdk.IPFIX(0, 401))
	L7BytesRcvd = sdk.NewColumn[uint64]("l7BytesRcvd", "Number of received bytes", sdk.Unit("bytes"))
	MinL7PktSz  = sdk.NewColumn[uint32]("minL7PktSz", "Minimum layer 7 packet size", sdk.Unit("bytes"))
	MaxL7PktSz  = sdk.NewColumn[uint32]("maxL7PktSz", "Maximum layer 7 packet size", sdk.Unit("bytes"))
	AvgL7PktSz  = sdk.NewColumn[float32]("avgL7PktSz", "Average layer 7 packet size", sdk.Unit("bytes"))
	StdL7PktSz  = sdk.NewColumn[float32]("stdL7PktSz", "Standard deviation layer 7 packet size", sdk.Unit("bytes"))
	MinIAT      = sdk.NewColumn[float32]("minIAT", "Minimum IAT", sdk.Unit("s"))
	MaxIAT      = sdk.NewColumn[float32]("maxIAT", "Maximum IAT", sdk.Unit("s"))
	AvgIAT      = sdk.NewColumn[float32]("avgIAT", "Average IAT", sdk.Unit("s"))
	StdIAT      = sdk.NewColumn[float32]("stdIAT", "Standard deviation IAT", sdk.Unit("s"))
	Pktps       = sdk.NewColumn[float32]("pktps", "Sent packets per second", sdk.Unit("packets/s"))
	Bytps       = sdk.NewColumn[float32]("bytps", "Sent bytes per second", sdk.Unit("bytes/s"))
	PktAsm      = sdk.NewColumn[float32]("pktAsm", "Packet stream asymmetry")
	BytAsm      = sdk.NewColumn[float32]("bytAsm", "Byte stream asymmetry")
)

// Settings of an opened plugin.
type Settings struct {
	TimeBack string
}

// Plugin is the declaration.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "basicstats", Number: 120, Version: "1.0.0",
	Defaults: Settings{TimeBack: "zero"},
	Settings: func(s *Settings) []sdk.Setting {
		return []sdk.Setting{
			sdk.ChoiceSetting("time_back", &s.TimeBack, "the interval before a packet that is older than the one before: zero, and the next is measured from the latest; wrap, as T2, modulo 2^32 s, which is about 136 years", "zero", "wrap"),
		}
	},
	Doc:     "adds packets, bytes, their sizes and intervals to each record, and reports the biggest talkers",
	Packets: sdk.All(field.Time, field.L7Len, field.PadLen),
	Ends:    sdk.End(field.FlowStat, field.Dir, field.Opposite, field.FirstSeen, field.LastSeen, field.SrcIP, field.SrcMAC),
	Columns: []sdk.AnyColumn{
		PktsSnt, PktsRcvd, PadBytesSnt, L7BytesSnt, L7BytesRcvd, MinL7PktSz, MaxL7PktSz, AvgL7PktSz, StdL7PktSz,
		MinIAT, MaxIAT, AvgIAT, StdIAT, Pktps, Bytps, PktAsm, BytAsm,
	},
	State: sdk.StateOf[flow](),
	Open: func(env *sdk.Env, s Settings) (sdk.Stage, error) {
		t := &basicstats{columns: newColumns(env), opened: sdk.NoFlow, wrap: s.TimeBack == "wrap"}
		return &sdk.Loop{Columns: t.count, Ends: t.ends, Report: t.report}, nil
	},
})

// basicstats is an opened plugin.
type basicstats struct {
	columns
	flows sdk.PerFlow[flow]
	// A conversation ends with A and then B: the state of A until B has ended.
	opened uint32 // its slot, NoFlow without one
	other  flow

	wrap    bool // see Settings.TimeBack
	talkers talkers
}

// columns are the writers of the columns.
type columns struct {
	pktsSnt, pktsRcvd, l7BytesSnt, l7BytesRcvd                                           *sdk.ColumnWriter[uint64]
	padBytesSnt                                                                          *sdk.ColumnWriter[int64]
	minL7PktSz, maxL7PktSz                                                               *sdk.ColumnWriter[uint32]
	avgL7PktSz, stdL7PktSz, minIAT, maxIAT, avgIAT, stdIAT, pktps, bytps, pktAsm, bytAsm *sdk.ColumnWriter[float32]
}

func newColumns(env *sdk.Env) columns {
	return columns{
		pktsSnt:     PktsSnt.Writer(env),
		pktsRcvd:    PktsRcvd.Writer(env),
		padBytesSnt: PadBytesSnt.Writer(env),
		l7BytesSnt:  L7BytesSnt.Writer(env),
		l7BytesRcvd: L7BytesRcvd.Writer(env),
		minL7PktSz:  MinL7PktSz.Writer(env),
		maxL7PktSz:  MaxL7PktSz.Writer(env),
		avgL7PktSz:  AvgL7PktSz.Writer(env),
		stdL7PktSz:  StdL7PktSz.Writer(env),
		minIAT:      MinIAT.Writer(env),
		maxIAT:      MaxIAT.Writer(env),
		avgIAT:      AvgIAT.Writer(env),
		stdIAT:      StdIAT.Writer(env),
		pktps:       Pktps.Writer(env),
		bytps:       Bytps.Writer(env),
		pktAsm:      PktAsm.Writer(env),
		bytAsm:      BytAsm.Writer(env),
	}
}

// values are the values of a batch's columns, by flow end.
type values struct {
	pktsSnt, pktsRcvd, l7BytesSnt, l7BytesRcvd                                           []uint64
	padBytesSnt                                                                          []int64
	minL7PktSz, maxL7PktSz                                                               []uint32
	avgL7PktSz, stdL7PktSz, minIAT, maxIAT, avgIAT, stdIAT, pktps, bytps, pktAsm, bytAsm []float32
}

func (c *columns) all(e sdk.EndRows) values {
	return values{
		pktsSnt:     c.pktsSnt.All(e),
		pktsRcvd:    c.pktsRcvd.All(e),
		padBytesSnt: c.padBytesSnt.All(e),
		l7BytesSnt:  c.l7BytesSnt.All(e),
		l7BytesRcvd: c.l7BytesRcvd.All(e),
		minL7PktSz:  c.minL7PktSz.All(e),
		maxL7PktSz:  c.maxL7PktSz.All(e),
		avgL7PktSz:  c.avgL7PktSz.All(e),
		stdL7PktSz:  c.stdL7PktSz.All(e),
		minIAT:      c.minIAT.All(e),
		maxIAT:      c.maxIAT.All(e),
		avgIAT:      c.avgIAT.All(e),
		stdIAT:      c.stdIAT.All(e),
		pktps:       c.pktps.All(e),
		bytps:       c.bytps.All(e),
		pktAsm:      c.pktAsm.All(e),
		bytAsm:      c.bytAsm.All(e),
	}
}
