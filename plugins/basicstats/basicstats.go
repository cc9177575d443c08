// Package basicstats adds to each flow record the sums of its packets: how
// many, how long, how far apart, and how they compare with the opposite's.
package basicstats

import "github.com/t2host/t2host/sdk"

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

// Plugin is the declaration. Names and descriptions are T2's; L7 is the length of the
// transport's payload by the headers.
var Plugin = sdk.Define(sdk.Spec[struct{}]{
	Name: "basicstats", Number: 120, Version: "1.0.0",
	Doc:     "adds packets, bytes, their sizes and intervals to each record, and reports the biggest talkers",
	Packets: sdk.All(sdk.Time, sdk.L7Len, sdk.PadLen),
	Ends:    sdk.End(sdk.FlowStat, sdk.Dir, sdk.Opposite, sdk.FirstSeen, sdk.LastSeen, sdk.SrcIP, sdk.SrcMAC),
	Columns: []sdk.Column{
		colPktsSnt:     sdk.U64("pktsSnt", "Number of transmitted packets"),
		colPktsRcvd:    sdk.U64("pktsRcvd", "Number of received packets"),
		colPadBytesSnt: sdk.Of(sdk.TypeI64, "padBytesSnt", "Number of padding bytes"),
		colL7BytesSnt:  sdk.U64("l7BytesSnt", "Number of transmitted bytes"),
		colL7BytesRcvd: sdk.U64("l7BytesRcvd", "Number of received bytes"),
		colMinL7PktSz:  sdk.U16("minL7PktSz", "Minimum layer 7 packet size"),
		colMaxL7PktSz:  sdk.U16("maxL7PktSz", "Maximum layer 7 packet size"),
		colAvgL7PktSz:  sdk.F32("avgL7PktSz", "Average layer 7 packet size"),
		colStdL7PktSz:  sdk.F32("stdL7PktSz", "Standard deviation layer 7 packet size"),
		colMinIAT:      sdk.F32("minIAT", "Minimum IAT"),
		colMaxIAT:      sdk.F32("maxIAT", "Maximum IAT"),
		colAvgIAT:      sdk.F32("avgIAT", "Average IAT"),
		colStdIAT:      sdk.F32("stdIAT", "Standard deviation IAT"),
		colPktps:       sdk.F32("pktps", "Sent packets per second"),
		colBytps:       sdk.F32("bytps", "Sent bytes per second"),
		colPktAsm:      sdk.F32("pktAsm", "Packet stream asymmetry"),
		colBytAsm:      sdk.F32("bytAsm", "Byte stream asymmetry"),
	},
	Open: func(*sdk.Env, struct{}) (sdk.Stage, error) {
		t := &basicstats{opened: sdk.NoFlow}
		return &sdk.Loop{Columns: t.count, EndFlow: t.endFlow, Report: t.report}, nil
	},
})

// basicstats is an opened plugin.
type basicstats struct {
	flows sdk.PerFlow[flow]
	// A conversation ends with A and then B: the state of A until B has ended.
	opened uint32 // its slot, NoFlow without one
	other  flow

	talkers talkers
}
