// Package tcpwin reads TCP packets and finds the senders that close their
// receive window: for each flow how often and for how long, for each source
// its worst flow, as a table for other plugins and as a summary file.
package tcpwin

import (
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Settings of an opened plugin.
type Settings struct {
	Threshold  uint32
	MinPackets uint32
	MaxEntries uint32
	WhenFull   string
	Every      uint32
	AbortAfter uint32
	Suffix     string
}

// The plugin's columns.
var (
	Stat     = sdk.NewColumn[uint8]("tcpWinStat", "window size threshold status: 0x01 undershot", sdk.ShowHex)
	Count    = sdk.NewColumn[uint32]("tcpWinThCnt", "packets below the window size threshold", sdk.Unit("packets"), sdk.Alarm)
	ShutTime = sdk.NewColumn[int64]("tcpWinShutTime", "time with the window below the threshold", sdk.ShowDuration)
	ShutMax  = sdk.NewColumn[int64]("tcpWinShutMax", "longest time with the window below the threshold", sdk.ShowDuration)
	Resets   = sdk.NewColumn[uint32]("tcpWinRstCnt", "resets among the packets below the window size threshold", sdk.Unit("packets"))
)

// The plugin's metrics.
var (
	below   = sdk.NewCounter("packets_below", "packets below the window size threshold, of flows that have ended").In("packets")
	sources = sdk.NewGauge("sources", "sources that have a flow in the table that has ended")
)

// undershot is the bit of tcpWinStat: a window was below the threshold.
const undershot = 0x01

// rst is the flag of a reset (RFC 9293, 3.1).
const rst = 0x04

// Plugin is the declaration.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "tcpwin", Number: 150, Version: "1.0.0",
	Doc:      "finds the hosts that stop their peers by closing the TCP receive window",
	Defaults: Settings{Threshold: 1, MinPackets: 50, MaxEntries: 100, WhenFull: "evict", Every: 1, Suffix: "_tcpwin.txt"},
	Settings: func(s *Settings) []sdk.Setting {
		return []sdk.Setting{
			sdk.Uint32Setting("threshold", &s.Threshold, "bytes, raw", 0, 65536, "a packet counts if its window, not scaled, is below"),
			sdk.Uint32Setting("min_packets", &s.MinPackets, "packets", 0, 1<<32-1, "TCP packets that a flow needs for the table"),
			sdk.Uint32Setting("max_entries", &s.MaxEntries, "sources", 1, 1<<14, "size of the table"),
			sdk.ChoiceSetting("when_full", &s.WhenFull, "evict makes room by the source that has gone longest without a qualifying flow, stop leaves a full table as it is (T2)", "evict", "stop"),
			sdk.Uint32Setting("every", &s.Every, "s, packet time", 0, 86400, "how often the table shows windows that are still shut; 0: it has ended flows only (T2)"),
			sdk.Uint32Setting("abort_after", &s.AbortAfter, "packets", 0, 1<<32-1, "end a flow after so many packets below the threshold in one direction; 0: never (TCPWIN_FLWPRG of T2)"),
			sdk.TextSetting("suffix", &s.Suffix, "the summary file is the output prefix and this"),
		}
	},
	Starts:  sdk.Start(field.SrcIP, field.DstIP),
	Packets: sdk.TCP(field.Time, field.Window, field.TCPFlags).WithColumns(Stat, Count),
	Ends:    sdk.End(field.LastSeen),
	Ticks:   sdk.EverySetting("every"),
	EndRules: []sdk.EndRule{{
		Field: field.Window, Is: sdk.Below, Value: sdk.Amount{Setting: "threshold"}, Count: sdk.Amount{Setting: "abort_after"},
	}},
	Columns: []sdk.AnyColumn{Stat, Count, ShutTime, ShutMax, Resets},
	Metrics: []*sdk.Metric{below, sources},
	Exports: []sdk.AnyTable{LowWindows},
	Outlets: []sdk.Outlet{{Name: "summary", Kind: sdk.FileOutlet, Setting: "suffix"}},
	State:   sdk.StateOf[flow](),
	Open:    open,
})

// LowWindows is the table of the sources whose windows were low or are shut, in the order
// of their first entry.
var LowWindows = sdk.NewTable[sdk.IP, Row]("tcpwin.lowWindows")

// Row is what the table keeps of a source.
type Row struct {
	Packets  uint32  // TCP packets of its worst flow
	Ratio    float32 // of them, the share below the threshold
	ShutTime int64   // nanoseconds shut, over all qualifying flows
	ShutMax  int64   // nanoseconds of the longest time shut
	Peer     sdk.IP  // the host that waited then
	When     int64   // since when, nanoseconds since 1970 UTC
	Below    uint64  // packets below the threshold, over all qualifying flows
	Resets   uint64  // of them, resets
	Waiting  sdk.IP  // the host that waits now, of several for longest
	Since    int64   // since when, nanoseconds since 1970 UTC; 0 if no window is shut
}

// Fields names the row's fields.
func (r *Row) Fields(f *sdk.TableFields) {
	sdk.Field(f, "pktTcpCnt", &r.Packets, sdk.MergeWith("winRelThCnt"))
	sdk.Field(f, "winRelThCnt", &r.Ratio, sdk.MergeMax)
	sdk.Field(f, "tcpWinShutTime", &r.ShutTime, sdk.ShowDuration, sdk.MergeSum)
	sdk.Field(f, "tcpWinShutMax", &r.ShutMax, sdk.ShowDuration, sdk.MergeMax)
	sdk.Field(f, "peer", &r.Peer, sdk.MergeWith("tcpWinShutMax"))
	sdk.Field(f, "when", &r.When, sdk.ShowTime, sdk.MergeWith("tcpWinShutMax"))
	sdk.Field(f, "tcpWinThCnt", &r.Below, sdk.MergeSum)
	sdk.Field(f, "tcpWinRstCnt", &r.Resets, sdk.MergeSum)
	sdk.Field(f, "waiting", &r.Waiting, sdk.MergeWith("since"))
	sdk.Field(f, "since", &r.Since, sdk.ShowTime, sdk.MergeMax)
}

func open(env *sdk.Env, s Settings) (sdk.Stage, error) {
	t := &tcpwin{
		Settings: s,
		table:    LowWindows.Writer(env),
		summary:  env.Outlet("summary"),
		out: columns{
			stat: Stat.Writer(env), count: Count.Writer(env), resets: Resets.Writer(env),
			shutTime: ShutTime.Writer(env), shutMax: ShutMax.Writer(env),
		},
		counted: below.Writer(env), held: sources.Writer(env),
		soFar: soFar{stat: Stat.PacketWriter(env), count: Count.PacketWriter(env)},
	}
	return &sdk.Loop{StartFlow: t.startFlow, Columns: t.count, Ends: t.ends, Tick: t.tick, Report: t.report}, nil
}

// tcpwin is an opened plugin.
type tcpwin struct {
	Settings
	flows   sdk.PerFlow[flow]
	table   *sdk.TableWriter[sdk.IP, Row]
	ended   sdk.Ordered[sdk.IP, Row]      // rows of flows that have ended
	recent  sdk.Ordered[sdk.IP, struct{}] // their sources, by their last qualifying flow
	shut    sdk.Ordered[uint32, struct{}] // slots of flows whose window is shut, as it was shut
	live    sdk.Ordered[uint32, flow]     // those of them that qualify, as they were at the last tick
	summary *sdk.OutletWriter
	out     columns
	soFar   soFar
	counted sdk.MetricWriter
	held    sdk.MetricWriter

	stat           uint8  // of all ended flows
	below, packets uint64 // of all ended flows
	evicted        uint64
}

// columns are the writers of the columns.
type columns struct {
	stat              *sdk.ColumnWriter[uint8]
	count, resets     *sdk.ColumnWriter[uint32]
	shutTime, shutMax *sdk.ColumnWriter[int64]
}

// soFar are the writers of the columns of packets: those of the flow up to the packet.
type soFar struct {
	stat  *sdk.PacketWriter[uint8]
	count *sdk.PacketWriter[uint32]
}
