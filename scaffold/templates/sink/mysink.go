// Package mysink sends a line for each flow end, and a summary every few
// seconds of packet time.
package mysink

import (
	"strconv"

	//t2host:packages
	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/field"
)

// Settings of an opened plugin.
type Settings struct {
	Interval uint32
	Suffix   string
}

// Plugin is the declaration: all that t2host knows of the plugin before it opens it.
var Plugin = sdk.Define(sdk.Spec[Settings]{
	Name: "mySink", Number: 900, Version: "0.1.0",
	Doc:      "writes a line for each flow, and a summary every few seconds",
	Defaults: Settings{Interval: 5, Suffix: "_mysink.txt"},
	Settings: func(s *Settings) []sdk.Setting {
		return []sdk.Setting{
			sdk.Uint32Setting("interval", &s.Interval, "s, packet time", 1, 86400, "time between two summaries"),
			sdk.TextSetting("suffix", &s.Suffix, "the file is the output prefix and this"),
		}
	},
	//t2host:requires
	Ends:    sdk.End(field.At, field.FirstSeen, field.LastSeen, field.FlowInd, field.Dir, field.SrcIP, field.DstIP), //t2host:columns
	Outlets: []sdk.Outlet{{Name: "lines", Kind: sdk.FileOutlet, Setting: "suffix"}},
	Open:    open,
})

func open(env *sdk.Env, s Settings) (sdk.Stage, error) {
	k := &sink{Settings: s, lines: env.Outlet("lines")}
	//t2host:open
	return &sdk.Loop{EndFlow: k.endFlow, Report: k.report}, nil
}

// sink is an opened plugin.
type sink struct {
	Settings
	lines *sdk.OutletWriter
	buf   []byte

	due   int64  // packet time of the next summary, nanoseconds since 1970 UTC; 0 before the first flow
	flows uint64 // since the last one
	total uint64
	//t2host:state
}

func (k *sink) endFlow(end sdk.EndRow) error {
	k.summaries(end.At())
	k.flows++
	k.total++
	//t2host:use
	b := strconv.AppendUint(k.buf[:0], end.FlowInd(), 10)
	b = append(b, "AB"[end.Dir()], '\t')
	b = end.SrcIP().Append(b)
	b = append(b, '\t')
	b = end.DstIP().Append(b)
	b = append(b, '\t')
	b = sdk.AppendSeconds(b, end.LastSeen()-end.FirstSeen())
	k.buf = append(b, '\n')
	k.lines.Send(k.buf) // a copy: buf may be used again
	return nil
}

// summaries writes those that are due. Packet time is the only clock, so that a capture
// has the same result each time.
func (k *sink) summaries(now int64) {
	interval := int64(k.Interval) * 1e9
	if k.due == 0 {
		k.due = now + interval
	}
	if now < k.due {
		return
	}
	k.lines.Send([]byte("# " + strconv.FormatUint(k.flows, 10) + " flows ended\n"))
	k.flows = 0
	k.due += (now-k.due)/interval*interval + interval // the first one after now
}

// report adds the plugin's lines to the end report.
func (k *sink) report(r *sdk.Report) {
	r.Summary("Flows written: " + sdk.Count(k.total))
	//t2host:report
}
