// Package basicstats adds to each flow record the sums of its packets: how
// many, how long, how far apart, and how they compare with the opposite's.
package basicstats

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// The plugin's columns, by index.
const (
	colPktsSnt = iota
	colPktsRcvd
	colPadBytesSnt
	colL7BytesSnt
	colL7BytesRcvd
	colMinL7PktSz
	colMaxL7PktSz
	colAvgL7PktSz
	colStdL7PktSz
	colMinIAT
	colMaxIAT
	colAvgIAT
	colStdIAT
	colPktps
	colBytps
	colPktAsm
	colBytAsm
)

// Settings of an opened plugin.
type Settings struct {
	TimeBack string
}

// Plugin is the declaration. Names and descriptions are T2's; L7 is the length of the
// transport's payload by the headers.
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
	Columns: []sdk.Column{
		colPktsSnt:     sdk.Uint64Column("pktsSnt", "Number of transmitted packets"),
		colPktsRcvd:    sdk.Uint64Column("pktsRcvd", "Number of received packets"),
		colPadBytesSnt: sdk.Int64Column("padBytesSnt", "Number of padding bytes"),
		colL7BytesSnt:  sdk.Uint64Column("l7BytesSnt", "Number of transmitted bytes"),
		colL7BytesRcvd: sdk.Uint64Column("l7BytesRcvd", "Number of received bytes"),
		colMinL7PktSz:  sdk.Uint32Column("minL7PktSz", "Minimum layer 7 packet size"),
		colMaxL7PktSz:  sdk.Uint32Column("maxL7PktSz", "Maximum layer 7 packet size"),
		colAvgL7PktSz:  sdk.Float32Column("avgL7PktSz", "Average layer 7 packet size"),
		colStdL7PktSz:  sdk.Float32Column("stdL7PktSz", "Standard deviation layer 7 packet size"),
		colMinIAT:      sdk.Float32Column("minIAT", "Minimum IAT"),
		colMaxIAT:      sdk.Float32Column("maxIAT", "Maximum IAT"),
		colAvgIAT:      sdk.Float32Column("avgIAT", "Average IAT"),
		colStdIAT:      sdk.Float32Column("stdIAT", "Standard deviation IAT"),
		colPktps:       sdk.Float32Column("pktps", "Sent packets per second"),
		colBytps:       sdk.Float32Column("bytps", "Sent bytes per second"),
		colPktAsm:      sdk.Float32Column("pktAsm", "Packet stream asymmetry"),
		colBytAsm:      sdk.Float32Column("bytAsm", "Byte stream asymmetry"),
	},
	State: sdk.StateOf[flow](),
	Open: func(_ *sdk.Env, s Settings) (sdk.Stage, error) {
		t := &basicstats{opened: sdk.NoFlow, wrap: s.TimeBack == "wrap"}
		return &sdk.Loop{Columns: t.count, EndFlow: t.endFlow, Report: t.report}, nil
	},
})

// basicstats is an opened plugin.
type basicstats struct {
	flows sdk.PerFlow[flow]
	// A conversation ends with A and then B: the state of A until B has ended.
	opened uint32 // its slot, NoFlow without one
	other  flow

	wrap    bool // see Settings.TimeBack
	talkers talkers
}
